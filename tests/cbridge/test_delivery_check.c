/* Tests of cbridge/delivery_check.c: what keeps a delivery from starting, found without it. */
#include "delivery_test.h"

#include "trial.h"

/* What a trial of the flusher says with @config; "" if nothing. */
static const char *said(const char *config)
{
    static ilf_error err;
    ilf_flusher *f;

    err.text[0] = '\0';
    f = ilf__trial(&test_delivered, config, strlen(config), &err);
    if (f)
        ilf__trial_end(f);
    assert_true(f || *err.text);
    return err.text;
}

static const char *said_of(const char *table, const char *path)
{
    char config[512];

    (void)snprintf(config, sizeof(config), "{\"%s\":{\"Path\":\"%s\"}}", table, path);
    return said(config);
}

static void touch(const char *path)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    (void)fclose(file);
}

static void folders_and_files_that_can_be_made_are_not_made(void **state)
{
    (void)state;
    assert_string_equal("", said_of("Spool", test_path("a/b/spool")));
    assert_string_equal("", said_of("DeadLetters", test_path("c/d/dead")));
    assert_int_equal(-1, access(test_path("a"), F_OK));
    assert_int_equal(-1, access(test_path("c"), F_OK));
    assert_int_equal(0, sink->n_sends);
}

static void says_what_can_not_be_opened(void **state)
{
    (void)state;
    touch(test_path("file"));
    assert_non_null(strstr(said_of("Spool", test_path("file")), "detail.Spool.Path: open '"));
    assert_non_null(strstr(said_of("Spool", test_path("file/x")), "Not a directory"));
    assert_non_null(strstr(said_of("DeadLetters", test_path("")), "Is a directory"));
    assert_non_null(strstr(said_of("DeadLetters", test_path("file/x")), "Not a directory"));
}

static void says_what_the_options_of_delivery_refuse(void **state)
{
    (void)state;
    assert_non_null(strstr(said("{\"Retry\":{\"Actions\":{\"x\":\"retry\"}}}"), "Retry.Actions"));
    assert_string_equal("", said("{\"Retry\":{\"Actions\":{\"4xx\":\"retry\"}}}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_sink(folders_and_files_that_can_be_made_are_not_made),
        test_with_sink(says_what_can_not_be_opened),
        test_with_sink(says_what_the_options_of_delivery_refuse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
