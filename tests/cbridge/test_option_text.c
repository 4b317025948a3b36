/* Tests of cbridge/option_text.c. */
#include "option_text.h"

#include "ilf_test.h"

static void writes_ranges_as_their_option_is_written(void **state)
{
    static const struct {
        ilf_option option;
        const char *range;
    } rows[] = {
        {{.type = ILF_OPT_INT, .min = -1, .max = 10}, "-1 to 10"},
        {{.type = ILF_OPT_FLOAT, .min = 0, .max = 0.5}, "0 to 0.5"},
        {{.type = ILF_OPT_SIZE, .min = 1, .max = 1e15}, "1 to 1e+15"},
        {{.type = ILF_OPT_DURATION, .min = 1e6, .max = 86400e9}, "0.001s to 86400s"},
        {{.type = ILF_OPT_INT}, ""},
        {{.type = ILF_OPT_SIZE, .min = -1, .max = 0x1p62}, ""},
        {{.type = ILF_OPT_FLOAT, .min = -1.7976931348623157e308, .max = -1.1754943508222875e-38},
         "-1.79769313486232e+308 to -1.17549435082229e-38"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char got[ILF__RANGE_TEXT];

        ilf__range_text(got, &rows[i].option);
        assert_string_equal(rows[i].range, got);
    }
}

static void tells_the_default_of_every_type(void **state)
{
    static const char *const choices[] = {"first", "second", NULL};
    static const struct {
        ilf_option option;
        const char *text;
    } rows[] = {
        {{.type = ILF_OPT_STR}, "\"\""},
        {{.type = ILF_OPT_STR, .default_value = ""}, "\"\""},
        {{.type = ILF_OPT_STR, .default_value = "x"}, "x"},
        {{.type = ILF_OPT_BOOL}, "false"},
        {{.type = ILF_OPT_BOOL, .default_value = "true"}, "true"},
        {{.type = ILF_OPT_ENUM, .choices = choices}, "first"},
        {{.type = ILF_OPT_ENUM, .choices = choices, .default_value = "second"}, "second"},
        {{.type = ILF_OPT_LIST}, "empty"},
        {{.type = ILF_OPT_MAP}, "empty"},
        {{.type = ILF_OPT_INT}, "0"},
        {{.type = ILF_OPT_SIZE, .default_value = "1MiB"}, "1MiB"},
        {{.type = ILF_OPT_DURATION}, "0"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(rows[i].text, ilf__default_text(&rows[i].option));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_ranges_as_their_option_is_written),
        cmocka_unit_test(tells_the_default_of_every_type),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
