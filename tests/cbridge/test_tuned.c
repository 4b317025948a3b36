/* Tests of cbridge/tuned.c: the defaults that a flusher really has. */
#include "delivery_test.h"

#include "trial.h"
#include "tuned.h"

static const char *explained(const char *name, const char *key)
{
    static char buf[4096];
    ilf_error err;

    buf[0] = '\0';
    (void)ilf_explain(name, key, buf, sizeof(buf), &err);
    return buf;
}

static void shows_the_defaults_of_a_built_in_flusher(void **state)
{
    char buf[8];
    ilf_error err;

    (void)state;
    if (ilf_explain("flusher_c_http", NULL, buf, sizeof(buf), &err) == 0)
        skip(); /* it is left out of this library */
    assert_non_null(strstr(explained("flusher_c_http", "Delivery.Concurrency"), "default 1;"));
    assert_non_null(strstr(explained("flusher_c_http", "Batch.MaxRecords"), "default 1;"));
    assert_non_null(strstr(explained("flusher_c_http", "Queue.MaxBytes"), "default 64MiB;"));
    if (ilf_explain("flusher_c_kafka", NULL, buf, sizeof(buf), &err) == 0)
        skip();
    assert_non_null(strstr(explained("flusher_c_kafka", "Delivery.Concurrency"), "default 256;"));
    assert_non_null(strstr(explained("flusher_c_kafka", "Batch.MaxAge"), "default 0.005s;"));
}

static const ilf_option wants[] = {
    {.name = "Brokers", .type = ILF_OPT_LIST, .flags = ILF_OPT_REQUIRED, .help = "x"},
    {.name = "Where", .type = ILF_OPT_STR, .offset = 16, .flags = ILF_OPT_REQUIRED, .help = "x"},
    {0},
};

static void what_must_be_there_is_made_up(void **state)
{
    ilf_flusher_ops ops = test_delivered;
    char text[ILF__NUMBER_TEXT];
    ilf_flusher *f;

    (void)state;
    ops.options = wants;
    ops.init = NULL;
    ops.stop = NULL;
    f = ilf__tuned(&ops);
    assert_non_null(f);
    assert_int_equal(1, ((ilf_str_list *)f->self)->n);
    for (const ilf_option *option = ilf__common_options(&ops); option->name; option++)
        if (option->type != ILF_OPT_TABLE)
            assert_false(ilf__tuned_text(text, option, &f->options));
    ilf__trial_end(f);
}

static ilf_status refuse(void *self, const ilf_host *host, ilf_error *err)
{
    (void)self;
    (void)host;
    return ilf_fail(err, ILF_ERR_CONFIG, "more is needed");
}

static void a_flusher_that_wants_more_has_the_defaults_of_the_table(void **state)
{
    ilf_flusher_ops ops = test_delivered;

    (void)state;
    ops.init = refuse;
    assert_null(ilf__tuned(&ops));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_the_defaults_of_a_built_in_flusher),
        test_with_sink(what_must_be_there_is_made_up),
        test_with_sink(a_flusher_that_wants_more_has_the_defaults_of_the_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
