/* Tests of flushers/common/text.c: text that grows, and numbers in it. */
#include <ilf_test.h>

#include <float.h>
#include <math.h>

#include "../../../flushers/common/text.h"

/* Let allocations that are too large fail under sanitizers as they do without. */
#define OPTIONS(name)                                                                              \
    __attribute__((visibility("default"))) const char *name(void);                                 \
    const char *name(void)                                                                         \
    {                                                                                              \
        return "allocator_may_return_null=1";                                                      \
    }

OPTIONS(__asan_default_options)
OPTIONS(__tsan_default_options)

static struct ilf__text text;

static int release(void **state)
{
    (void)state;
    ilf__text_dispose(&text);
    return 0;
}

static void assert_text(const char *want)
{
    ilf__text_put_char(&text, '\0');
    assert_false(text.failed);
    assert_string_equal(want, text.ptr);
    text.len = 0;
}

/* --- Growing -------------------------------------------------------------------------------------
 */

static void puts_one_behind_the_other(void **state)
{
    (void)state;
    ilf__text_put(&text, "abc", 2);
    ilf__text_put_str(&text, S("cd"));
    ilf__text_put_char(&text, 'e');
    ILF__TEXT_PUT_LITERAL(&text, "fg");
    ilf__text_put(&text, NULL, 0);
    ilf__text_put_str(&text, (ilf_str){NULL, 0});
    ilf__text_put32(&text, "hi, and much more than 32 bytes here", 2);
    assert_text("abcdefghi");
}

static void keeps_nuls(void **state)
{
    (void)state;
    ilf__text_put_str(&text, S("a\0b"));
    ilf__text_put_char(&text, '\0');
    assert_int_equal(4, text.len);
    assert_memory_equal("a\0b\0", text.ptr, 4);
}

static void keeps_what_it_has_while_it_grows(void **state)
{
    (void)state;
    for (size_t i = 0; i < 300000; i++)
        ilf__text_put_char(&text, (char)('a' + i % 26));
    assert_int_equal(300000, text.len);
    assert_true(text.cap >= text.len);
    for (size_t i = 0; i < 300000; i++)
        if (text.ptr[i] != (char)('a' + i % 26))
            fail_msg("byte %zu is %d", i, text.ptr[i]);
}

static void makes_room_without_using_it(void **state)
{
    (void)state;
    assert_true(ilf__text_reserve(&text, 100000));
    assert_int_equal(0, text.len);
    assert_true(text.cap >= 100000);
    memset(text.ptr, 'x', 100000);
    ilf__text_put_char(&text, 'y');
    assert_true(ilf__text_reserve(&text, 0));
    assert_text("y");
}

static void gives_back_what_is_behind_the_text(void **state)
{
    (void)state;
    ilf__text_fit(&text);
    assert_int_equal(0, text.len);
    ilf__text_put(&text, "abc", 3);
    ilf__text_fit(&text);
    assert_int_equal(3, text.cap);
    ilf__text_put(&text, "d", 1);
    assert_text("abcd");
}

static void fails_for_good_without_memory_but_keeps_what_it_has(void **state)
{
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2, SIZE_MAX / 2 - 3,
                                   SIZE_MAX / 8};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        ilf__text_put(&text, "kept", 4);
        assert_false(ilf__text_reserve(&text, sizes[i]));
        assert_true(text.failed);
        assert_int_equal(4, text.len);
        assert_memory_equal("kept", text.ptr, 4);
        assert_false(ilf__text_reserve(&text, 10000)); /* a gap would be worse than an end */
        ilf__text_dispose(&text);
        assert_false(text.failed);
    }
}

static void is_ready_for_use_once_disposed_of(void **state)
{
    (void)state;
    ilf__text_put_char(&text, 'a');
    ilf__text_dispose(&text);
    ilf__text_dispose(&text);
    assert_null(text.ptr);
    ilf__text_put_char(&text, 'b');
    assert_text("b");
}

/* --- Whole numbers -------------------------------------------------------------------------------
 */

static void puts_whole_numbers(void **state)
{
    static const uint64_t us[] = {0, 9, 10, 99, 100, 4294967295, 10000000000, UINT64_MAX};
    static const int64_t is[] = {0, 1, -1, 9, -10, INT64_MAX, INT64_MIN, INT64_MIN + 1};
    char want[32];

    (void)state;
    for (size_t i = 0; i < sizeof(us) / sizeof(us[0]); i++) {
        (void)snprintf(want, sizeof(want), "%llu", (unsigned long long)us[i]);
        ilf__text_put_uint(&text, us[i]);
        assert_text(want);
    }
    for (size_t i = 0; i < sizeof(is) / sizeof(is[0]); i++) {
        (void)snprintf(want, sizeof(want), "%lld", (long long)is[i]);
        ilf__text_put_int(&text, is[i]);
        assert_text(want);
    }
}

/* --- Floats --------------------------------------------------------------------------------------
 */

static void puts_floats_in_both_styles(void **state)
{
    static const struct {
        double value;
        uint32_t bits;
        const char *go, *wide;
    } rows[] = {
        {0, 64, "0", "0"},
        {-0.0, 64, "-0", "-0"},
        {1, 64, "1", "1"},
        {-1, 64, "-1", "-1"},
        {10, 64, "10", "10"},
        {1.5, 64, "1.5", "1.5"},
        {-1234.5678, 64, "-1234.5678", "-1234.5678"},
        {0.1, 64, "0.1", "0.1"},
        {0.1 + 0.2, 64, "0.30000000000000004", "0.30000000000000004"},
        {100000, 64, "100000", "100000"},
        {123456, 64, "123456", "123456"},
        {999999.5, 64, "999999.5", "999999.5"},
        {1e6, 64, "1e+06", "1000000"},
        {1234567, 64, "1.234567e+06", "1234567"},
        {123456789, 64, "1.23456789e+08", "123456789"},
        {9007199254740993.0, 64, "9.007199254740992e+15", "9007199254740992"},
        {1e9, 64, "1e+09", "1000000000"},
        {1e10, 64, "1e+10", "10000000000"},
        {1e-9, 64, "1e-09", "1e-09"},
        {1e-10, 64, "1e-10", "1e-10"},
        {1e20, 64, "1e+20", "100000000000000000000"},
        {123e18, 64, "1.23e+20", "123000000000000000000"},
        {1e21, 64, "1e+21", "1e+21"},
        {1.5e21, 64, "1.5e+21", "1.5e+21"},
        {1e23, 64, "1e+23", "1e+23"},
        {1e100, 64, "1e+100", "1e+100"},
        {0.001, 64, "0.001", "0.001"},
        {0.0001, 64, "0.0001", "0.0001"},
        {0.00012, 64, "0.00012", "0.00012"},
        {0.00001, 64, "1e-05", "0.00001"},
        {0.0000015, 64, "1.5e-06", "0.0000015"},
        {0.000001, 64, "1e-06", "0.000001"},
        {0.0000001, 64, "1e-07", "1e-07"},
        {1.25e-7, 64, "1.25e-07", "1.25e-07"},
        {1e-100, 64, "1e-100", "1e-100"},
        {DBL_MAX, 64, "1.7976931348623157e+308", "1.7976931348623157e+308"},
        {DBL_MIN, 64, "2.2250738585072014e-308", "2.2250738585072014e-308"},
        {0x1p-1074, 64, "5e-324", "5e-324"},
        {-0x1p-1074, 64, "-5e-324", "-5e-324"},
        {0x1.ffffffffffffep-1023, 64, "2.225073858507201e-308", "2.225073858507201e-308"},
        {0x1p-44, 64, "5.684341886080802e-14", "5.684341886080802e-14"},
        {0x1p89, 64, "6.189700196426902e+26", "6.189700196426902e+26"},
        {0.1F, 32, "0.1", "0.1"},
        {0.1F, 64, "0.10000000149011612", "0.10000000149011612"},
        {16777216.0F, 32, "1.6777216e+07", "16777216"},
        {33554432.0F, 32, "3.3554432e+07", "33554432"},
        {FLT_MAX, 32, "3.4028235e+38", "3.4028235e+38"},
        {FLT_MIN, 32, "1.1754944e-38", "1.1754944e-38"},
        {0x1p-149, 32, "1e-45", "1e-45"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ilf__text_put_float(&text, rows[i].value, rows[i].bits, ILF__FLOAT_GO);
        assert_text(rows[i].go);
        ilf__text_put_float(&text, rows[i].value, rows[i].bits, ILF__FLOAT_WIDE);
        assert_text(rows[i].wide);
    }
}

static bool reads_back(const char *number, double value, uint32_t bits)
{
    return bits == 32 ? strtof(number, NULL) == (float)value : strtod(number, NULL) == value;
}

/* The decimal @step behind @number, a positive "d.ddde+xx", in its last digit. */
static void neighbour(char out[40], const char *number, int step)
{
    char digits[32] = "";
    const char *e = strchr(number, 'e');
    size_t n = 0;

    for (const char *p = number; p < e; p++)
        if (*p != '.')
            digits[n++] = *p;
    (void)snprintf(out, 40, "%llde%d", atoll(digits) + step, atoi(e + 1) - (int)n + 1);
}

/* Fail unless @value comes with the fewest digits that read back, and of these the nearest. */
static void check_shortest(double value, uint32_t bits)
{
    char number[40], other[40];
    int digits = 0;

    ilf__text_put_float(&text, value, bits, ILF__FLOAT_GO);
    ilf__text_put_char(&text, '\0');
    text.len = 0;
    if (!reads_back(text.ptr, value, bits))
        fail_msg("%.17g became %s", value, text.ptr);
    for (int precision = 1; digits == 0; precision++) {
        bool found = false;

        (void)snprintf(number, sizeof(number), "%.*e", precision - 1, value);
        for (int step = -1; step <= 1; step++) {
            neighbour(other, number, step);
            found = found || reads_back(other, value, bits);
        }
        digits = found ? precision : 0;
    }
    { /* of the text: from the first to the last that is not zero */
        const char *e = strchr(text.ptr, 'e');
        size_t len = e ? (size_t)(e - text.ptr) : strlen(text.ptr);
        int got = 0, zeros = 0;

        for (size_t i = 0; i < len; i++) {
            char c = text.ptr[i];

            if (c < '0' || c > '9' || (got == 0 && c == '0'))
                continue;
            zeros = c == '0' ? zeros + 1 : 0;
            got++;
        }
        if (got - zeros > digits)
            fail_msg("%s: %d digits would do", text.ptr, digits);
    }
}

static void puts_no_digit_more_than_a_power_of_two_needs(void **state)
{
    (void)state;
    for (int exponent = -1074; exponent <= 1023; exponent++)
        check_shortest(ldexp(1, exponent), 64);
    for (int exponent = -149; exponent <= 127; exponent++)
        check_shortest(ldexp(1, exponent), 32);
}

static void puts_no_digit_more_than_any_float_needs(void **state)
{
    uint64_t random = 7;

    (void)state;
    for (int i = 0; i < 5000; i++) {
        uint64_t bits = test_random(&random) & ~(UINT64_C(1) << 63);
        uint32_t bits32 = (uint32_t)bits & 0x7fffffff;
        double value;
        float value32;

        memcpy(&value, &bits, sizeof(value));
        memcpy(&value32, &bits32, sizeof(value32));
        if (isfinite(value) && value > 0)
            check_shortest(value, 64);
        if (isfinite(value32) && value32 > 0)
            check_shortest((double)value32, 32);
        check_shortest((double)(bits % 1000000) / 100, 64); /* as people have them */
    }
}

#define test(name) cmocka_unit_test_teardown(name, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(puts_one_behind_the_other),
        test(keeps_nuls),
        test(keeps_what_it_has_while_it_grows),
        test(makes_room_without_using_it),
        test(gives_back_what_is_behind_the_text),
        test(fails_for_good_without_memory_but_keeps_what_it_has),
        test(is_ready_for_use_once_disposed_of),
        test(puts_whole_numbers),
        test(puts_floats_in_both_styles),
        test(puts_no_digit_more_than_a_power_of_two_needs),
        test(puts_no_digit_more_than_any_float_needs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
