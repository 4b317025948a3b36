/* Tests of cbridge/explain.c. */
#include <ilf_test.h>

#define COMMON                                                                                     \
    "Options of every flusher\n"                                                                   \
    "  Retry.Enable         true/false, default true\n"                                            \
    "                       try again when the sink may take the batch later\n"                    \
    "  Retry.MaxRetryTimes  number, default -1; -1 to 1000000000\n"                                \
    "                       further tries for a batch before it is dropped; -1: no limit\n"        \
    "  Retry.InitialDelay   duration, default 1s; 0.001s to 86400s\n"                              \
    "                       longest pause before the first further try; doubles with each\n"       \
    "  Retry.MaxDelay       duration, default 30s; 0.001s to 86400s\n"                             \
    "                       bound of the pauses\n"                                                 \
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
    assert_int_equal(sizeof(sleep_page) - 1, ilf_explain("flusher_c_sleep", buf, sizeof(buf)));
    assert_string_equal(sleep_page, buf);
}

static void leaves_out_options_where_there_are_none(void **state)
{
    char buf[8192];

    (void)state;
    assert_int_equal(sizeof(null_page) - 1, ilf_explain("flusher_c_null", buf, sizeof(buf)));
    assert_string_equal(null_page, buf);
}

static void tells_the_length_without_a_buffer(void **state)
{
    (void)state;
    assert_int_equal(sizeof(sleep_page) - 1, ilf_explain("flusher_c_sleep", NULL, 0));
}

static void cuts_the_page_to_any_size(void **state)
{
    (void)state;
    for (size_t size = 1; size <= sizeof(sleep_page) + 1; size++) {
        char *buf = malloc(size); /* so that a sanitizer sees a byte too many */
        size_t fits = size - 1 < sizeof(sleep_page) - 1 ? size - 1 : sizeof(sleep_page) - 1;

        assert_int_equal(sizeof(sleep_page) - 1, ilf_explain("flusher_c_sleep", buf, size));
        assert_memory_equal(sleep_page, buf, fits);
        assert_int_equal(0, buf[fits]);
        free(buf);
    }
}

static void has_no_page_for_an_unknown_name(void **state)
{
    char buf[8] = "before";

    (void)state;
    assert_int_equal(0, ilf_explain("flusher_c_slep", buf, sizeof(buf)));
    assert_string_equal("", buf);
    assert_int_equal(0, ilf_explain("", NULL, 0));
}

/* No page has spaces at the end of a line, or a name that is not there. */
static void lays_out_every_page(void **state)
{
    (void)state;
    for (size_t i = 0; ilf_flusher_name(i); i++) {
        char buf[16384];
        size_t len = ilf_explain(ilf_flusher_name(i), buf, sizeof(buf));

        assert_in_range(len, 1, sizeof(buf) - 1);
        assert_int_equal('\n', buf[len - 1]);
        assert_null(strstr(buf, " \n"));
        assert_null(strstr(buf, "(null)"));
        assert_non_null(strstr(buf, "\nOptions of every flusher\n"));
        assert_memory_equal(ilf_flusher_name(i), buf, strlen(ilf_flusher_name(i)));
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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
