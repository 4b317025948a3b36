/* Tests of flushers/common/number.c: numbers as Go reads them. */
#include <ilf_test.h>

#include "../../../flushers/common/number.h"

static struct ilf__text scratch;

static int release(void **state)
{
    (void)state;
    ilf__text_dispose(&scratch);
    return 0;
}

static void reads_whole_numbers_to_their_limits(void **state)
{
    int64_t n;

    (void)state;
    assert_true(ilf__parse_int(S("9223372036854775807"), &n) && n == INT64_MAX);
    assert_true(ilf__parse_int(S("-9223372036854775808"), &n) && n == INT64_MIN);
    assert_true(ilf__parse_int(S("+007"), &n) && n == 7);
    assert_true(ilf__parse_int(S("-0"), &n) && n == 0);
}

static void refuses_what_is_no_whole_number(void **state)
{
    const ilf_str bad[] = {S(""),
                           S("-"),
                           S("9223372036854775808"),
                           S("-9223372036854775809"),
                           S(" 7"),
                           S("7 "),
                           S("1.5"),
                           S("1e9"),
                           S("0x1"),
                           S("1_0"),
                           S("7\0"),
                           S("99999999999999999999")};
    int64_t n;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(ilf__parse_int(bad[i], &n));
}

static void reads_truths(void **state)
{
    bool value;

    (void)state;
    assert_true(ilf__parse_bool(S("T"), &value) && value);
    assert_true(ilf__parse_bool(S("False"), &value) && !value);
    assert_true(ilf__parse_bool(S("0"), &value) && !value);
    assert_false(ilf__parse_bool(S("yes"), &value));
    assert_false(ilf__parse_bool(S(""), &value));
    assert_false(ilf__parse_bool(S("tRUE"), &value));
}

static void reads_floats_as_go_writes_them(void **state)
{
    const struct {
        ilf_str text;
        double value;
    } good[] = {
        {S("0"), 0},         {S("-1.5e3"), -1500}, {S("5."), 5},           {S(".5"), 0.5},
        {S("1e-400"), 0},    {S("0x1_0p0"), 16},   {S("1_000.5"), 1000.5}, {S("+0X1.8P1"), 3},
        {S("1E+05"), 100000}};
    double value;

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(ilf__parse_float(good[i].text, &scratch, &value));
        assert_true(value == good[i].value);
    }
}

static void refuses_what_is_no_finite_float(void **state)
{
    const ilf_str bad[] = {S(""),    S("-"),     S("."),     S("1e"),  S("1e+"),    S("nan"),
                           S("inf"), S("-Inf"),  S("1e309"), S(" 1"),  S("1 "),     S("0x10"),
                           S("0x"),  S("0x.p1"), S("_1"),    S("1_"),  S("1__0"),   S("1_.5"),
                           S("1,5"), S("1.2.3"), S("1\0"),   S("--1"), S("0x1_p1"), S("1e_5")};
    double value;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (ilf__parse_float(bad[i], &scratch, &value))
            fail_msg("takes %s", bad[i].ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_whole_numbers_to_their_limits),
        cmocka_unit_test(refuses_what_is_no_whole_number),
        cmocka_unit_test(reads_truths),
        cmocka_unit_test(reads_floats_as_go_writes_them),
        cmocka_unit_test(refuses_what_is_no_finite_float),
    };

    return cmocka_run_group_tests(tests, NULL, release);
}
