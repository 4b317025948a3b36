/* Tests of flushers/common/date.c: patterns of dates. */
#include <ilf_test.h>

#include "../../../flushers/common/date.h"

static struct ilf__text layout, text;

static int release(void **state)
{
    (void)state;
    ilf__text_dispose(&layout);
    ilf__text_dispose(&text);
    return 0;
}

/* @seconds in a zone @offset seconds east of UTC. */
static struct ilf__moment at(time_t seconds, long offset, uint32_t ns)
{
    struct ilf__moment moment = {.ns = ns};
    time_t there = seconds + offset;

    assert_non_null(gmtime_r(&there, &moment.tm));
    moment.tm.tm_gmtoff = offset;
    moment.tm.tm_zone = "XYZ";
    return moment;
}

static void check(const char *pattern, struct ilf__moment moment, const char *want)
{
    layout.len = text.len = 0;
    ilf__date_compile(&layout, (ilf_str){pattern, strlen(pattern)});
    ilf__date_put(&text, (ilf_str){layout.ptr, layout.len}, &moment);
    if (strlen(want) != text.len || memcmp(want, text.ptr, text.len) != 0)
        fail_msg("%s gives %.*s, want %s", pattern, (int)text.len, text.ptr, want);
}

enum { TUESDAY = 1709645648 }; /* 2024-03-05 13:34:08 UTC */

static void writes_each_token(void **state)
{
    const char *const cases[][2] = {
        {"yyyy.MM.dd", "2024.03.05"},
        {"yy M/d", "24 3/5"},
        {"MMMM MMM", "March Mar"},
        {"EEEE EEE", "Tuesday Tue"},
        {"HH:mm:ss", "13:34:08"},
        {"K KK m s", "1 01 34 8"},
        {"aa", "PM"},
        {"ww", "10"},
        {"ss.SSS", "08.5"},
        {"SSS", "999999999"},
        {"", ""},
        {"hh QQ D", "hh QQ D"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check(cases[i][0], at(TUESDAY, 0, 500000000), cases[i][1]);
    check("ss.SSS", at(TUESDAY, 0, 0), "08");
}

static void writes_zones(void **state)
{
    (void)state;
    check("XXX XX X", at(TUESDAY, 19800, 0), "+05:30 +0530 +05");
    check("XXX XX X", at(TUESDAY, -18000, 0), "-05:00 -0500 -05");
    check("EEE Z", at(TUESDAY, 0, 0), "Tue XYZ");
}

/* What comes of replacing token after token natively. */
static void makes_the_native_mistakes(void **state)
{
    (void)state;
    check("EEEE d", at(TUESDAY, 0, 0), "Tuesday d");
    check("PM d M", at(TUESDAY, 0, 0), "PM 5 M");
    check("Z", at(TUESDAY, 0, 0),
          "3"
          "ST");
    check("aaEEEdd", at(TUESDAY, 0, 0), "P03on05");
    check("Jan _2 2006 15", at(TUESDAY, 0, 0), "Mar  5 2024 13");
}

static void writes_what_layouts_of_go_know_besides(void **state)
{
    (void)state;
    check("002 __2", at(TUESDAY, 0, 0), "065  65");
    check("pm.000", at(TUESDAY, 0, 123456789), "p34.123"); /* m is the minute */
    check("-07 -0700", at(TUESDAY, 3600, 0), "+01 +0100");
    check("January Janx", at(TUESDAY, 0, 0), "March Janx");
}

static void takes_the_time_in_the_zone_of_the_process(void **state)
{
    struct ilf__moment moment;

    (void)state;
    assert_int_equal(0, setenv("TZ", "XYZ-3", 1));
    tzset();
    ilf__moment_local(&moment, TUESDAY, 7);
    assert_int_equal(16, moment.tm.tm_hour);
    assert_int_equal(3 * 3600, moment.tm.tm_gmtoff);
    assert_int_equal(7, moment.ns);
    assert_int_equal(0, unsetenv("TZ"));
    tzset();
}

static void weeks_and_hours_turn_over(void **state)
{
    (void)state;
    check("ww yyyy", at(1704067199, 0, 0), "52 2023"); /* a Sunday */
    check("ww K KK aa", at(1704067200, 0, 0), "1 12 12 AM");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_each_token),
        cmocka_unit_test(writes_zones),
        cmocka_unit_test(makes_the_native_mistakes),
        cmocka_unit_test(writes_what_layouts_of_go_know_besides),
        cmocka_unit_test(takes_the_time_in_the_zone_of_the_process),
        cmocka_unit_test(weeks_and_hours_turn_over),
    };

    return cmocka_run_group_tests(tests, NULL, release);
}
