/* Tests of cbridge/explain.c. */
#include <ilf_test.h>

#define COMMON                                                                                     \
    "Options of every flusher\n"                                                                   \
    "  Retry.Enable         true/false, default true\n"                                            \
    "                       try again when the sink may take the batch later\n"                    \
    "  Retry.MaxRetryTimes  number, default -1; -1 to 1000000000\n"                                \
    "                       retries of a batch before it is dropped; -1: no limit\n"               \
    "  Retry.InitialDelay   duration, default 1s; 0.001s to 86400s\n"                              \
    "                       maximum pause before the first retry; doubles with each\n"             \
    "  Retry.MaxDelay       duration, default 30s; 0.001s to 86400s\n"                             \
    "                       maximum pause\n"                                                       \
    "  StopTimeout          duration, default 20s; 0s to 3600s\n"                                  \
    "                       how long a stopping pipeline goes on trying; the host allows 30s for " \
    "all of it\n"

static const char sleep_page[] =
    "flusher_c_sleep sleeps instead of sending, to act as a slow sink in tests\n"
    "\n"
    "Options\n"
    "  SleepMS              number, default 0; 0 to 86400000\n"
    "                       milliseconds to sleep: per batch of logs, per non-empty group of "
    "events\n"
    "\n" COMMON;

static const char null_page[] =
    "flusher_c_null discards everything, to measure what comes before a flusher\n"
    "\n" COMMON;

static void writes_the_page_of_a_flusher(void **state)
{
    char buf[8192];

    (void)state;
    assert_int_equal(sizeof(sleep_page) - 1,
                     ilf_explain("flusher_c_sleep", NULL, buf, sizeof(buf), NULL));
    assert_string_equal(sleep_page, buf);
}

static void leaves_out_options_where_there_are_none(void **state)
{
    char buf[8192];

    (void)state;
    assert_int_equal(sizeof(null_page) - 1,
                     ilf_explain("flusher_c_null", NULL, buf, sizeof(buf), NULL));
    assert_string_equal(null_page, buf);
}

static void tells_the_length_without_a_buffer(void **state)
{
    (void)state;
    assert_int_equal(sizeof(sleep_page) - 1, ilf_explain("flusher_c_sleep", NULL, NULL, 0, NULL));
}

static void cuts_the_page_to_any_size(void **state)
{
    (void)state;
    for (size_t size = 1; size <= sizeof(sleep_page) + 1; size++) {
        char *buf = malloc(size); /* so that a sanitizer sees a byte too many */
        size_t fits = size - 1 < sizeof(sleep_page) - 1 ? size - 1 : sizeof(sleep_page) - 1;

        assert_int_equal(sizeof(sleep_page) - 1,
                         ilf_explain("flusher_c_sleep", NULL, buf, size, NULL));
        assert_memory_equal(sleep_page, buf, fits);
        assert_int_equal(0, buf[fits]);
        free(buf);
    }
}

static void has_no_page_for_an_unknown_name(void **state)
{
    char buf[8] = "before";
    ilf_error err;

    (void)state;
    assert_int_equal(0, ilf_explain("flusher_c_slep", NULL, buf, sizeof(buf), &err));
    assert_string_equal("", buf);
    assert_string_equal("no flusher 'flusher_c_slep'; did you mean flusher_c_sleep?", err.text);
    assert_int_equal(0, ilf_explain("", NULL, NULL, 0, NULL));
}

/* No page has spaces at the end of a line, or a name that is not there. */
static void lays_out_every_page(void **state)
{
    (void)state;
    for (size_t i = 0; ilf_flusher_name(i); i++) {
        char buf[32768];
        size_t len = ilf_explain(ilf_flusher_name(i), NULL, buf, sizeof(buf), NULL);

        assert_in_range(len, 1, sizeof(buf) - 1);
        assert_int_equal('\n', buf[len - 1]);
        assert_null(strstr(buf, " \n"));
        assert_null(strstr(buf, "(null)"));
        assert_non_null(strstr(buf, "\nOptions of every ")); /* flusher, or delivered flusher */
        assert_memory_equal(ilf_flusher_name(i), buf, strlen(ilf_flusher_name(i)));
    }
}

static void explains_one_option(void **state)
{
    static const struct {
        const char *key, *page;
    } rows[] = {
        {"SleepMS",
         "  SleepMS  number, default 0; 0 to 86400000\n           milliseconds to sleep: per "
         "batch of logs, per non-empty group of events\n"},
        {"retry.maxdelay", "  Retry.MaxDelay  duration, default 30s; 0.001s to 86400s\n"
                           "                  maximum pause\n"},
    };
    char buf[1024];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(strlen(rows[i].page),
                         ilf_explain("flusher_c_sleep", rows[i].key, buf, sizeof(buf), NULL));
        assert_string_equal(rows[i].page, buf);
    }
}

static void explains_a_table_with_all_that_is_in_it(void **state)
{
    char buf[2048];

    (void)state;
    assert_int_not_equal(0, ilf_explain("flusher_c_null", "RETRY", buf, sizeof(buf), NULL));
    assert_memory_equal("  Retry                table\n"
                        "                       when the sink can't take a batch now\n"
                        "  Retry.Enable         true/false, default true\n",
                        buf, 130);
    assert_non_null(strstr(buf, "\n  Retry.MaxRetryTimes  number"));
    assert_non_null(strstr(buf, "\n  Retry.InitialDelay   duration"));
    assert_non_null(strstr(buf, "\n  Retry.MaxDelay       duration"));
    assert_null(strstr(buf, "StopTimeout"));
}

static void suggests_the_nearest_option(void **state)
{
    static const struct {
        const char *key, *why;
    } rows[] = {
        {"SlepMS", "no option 'SlepMS'; did you mean SleepMS?"},
        {"Retry.MaxDely", "no option 'Retry.MaxDely'; did you mean Retry.MaxDelay?"},
        {"MaxDelay", "no option 'MaxDelay'; did you mean Retry.MaxDelay?"},
        {"Retry.", "no option 'Retry.'; did you mean Retry?"},
        {"a\nb", "no option 'a?b'; ilfrun -explain flusher_c_sleep lists them"},
        {"", "no option ''; ilfrun -explain flusher_c_sleep lists them"},
    };
    char buf[64], want[128];
    ilf_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        memset(buf, 'x', sizeof(buf));
        assert_int_equal(0, ilf_explain("flusher_c_sleep", rows[i].key, buf, sizeof(buf), &err));
        assert_string_equal("", buf);
        (void)snprintf(want, sizeof(want), "flusher_c_sleep: %s", rows[i].why);
        assert_string_equal(want, err.text);
        assert_int_equal(0, ilf_explain("flusher_c_sleep", rows[i].key, NULL, 0, NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_page_of_a_flusher),
        cmocka_unit_test(leaves_out_options_where_there_are_none),
        cmocka_unit_test(tells_the_length_without_a_buffer),
        cmocka_unit_test(cuts_the_page_to_any_size),
        cmocka_unit_test(has_no_page_for_an_unknown_name),
        cmocka_unit_test(lays_out_every_page),
        cmocka_unit_test(explains_one_option),
        cmocka_unit_test(explains_a_table_with_all_that_is_in_it),
        cmocka_unit_test(suggests_the_nearest_option),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
