/* Tests of cbridge/option_default.c. */
#include <ilf_test.h>

#include "option_default.h"

struct inner {
    int64_t depth;
};

struct values {
    const char *text;
    int64_t count, wait;
    bool flag;
    double ratio;
    uint64_t size;
    int mode;
    ilf_str_list list;
    ilf_str_map map;
    struct inner inner;
};

static const char *const modes[] = {"never", "always", NULL};

static const ilf_option inner_options[] = {
    ILF_OPTION(INT, struct inner, depth, "Depth", "2", "a number"),
    {0},
};

#define TABLE_OF(text_, count_, wait_, flag_, ratio_, size_, mode_)                                \
    {                                                                                              \
        ILF_OPTION(STR, struct values, text, "Text", text_, "a text"),                             \
            ILF_OPTION(INT, struct values, count, "Count", count_, "a number"),                    \
            ILF_OPTION(DURATION, struct values, wait, "Wait", wait_, "a time"),                    \
            ILF_OPTION(BOOL, struct values, flag, "Flag", flag_, "a flag"),                        \
            ILF_OPTION(FLOAT, struct values, ratio, "Ratio", ratio_, "a number"),                  \
            ILF_OPTION(SIZE, struct values, size, "Size", size_, "a size"),                        \
            ILF_OPTION(ENUM, struct values, mode, "Mode", mode_, "a choice", .choices = modes),    \
            ILF_OPTION(LIST, struct values, list, "List", NULL, "texts"),                          \
            ILF_OPTION(MAP, struct values, map, "Map", NULL, "texts"),                             \
            ILF_OPTION(TABLE, struct values, inner, "Inner", NULL, "a table",                      \
                       .table = inner_options),                                                    \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

static struct values defaults_of(const ilf_option *table)
{
    struct values v;

    memset(&v, 0x5a, sizeof(v)); /* so that nobody relies on zeroes */
    for (; table->name; table++)
        ilf__set_default(table, &v);
    assert_int_equal(0, v.list.n);
    assert_int_equal(0, v.map.n);
    assert_int_equal(2, v.inner.depth);
    return v;
}

static void reads_the_default_of_every_type(void **state)
{
    static const ilf_option table[] =
        TABLE_OF("a", "-7", "1m30s", "true", "0.25", "1MiB", "ALWAYS");
    struct values v = defaults_of(table);

    (void)state;
    assert_string_equal("a", v.text);
    assert_int_equal(-7, v.count);
    assert_int_equal(90000000000, v.wait);
    assert_true(v.flag);
    assert_true(v.ratio == 0.25);
    assert_int_equal(1 << 20, v.size);
    assert_int_equal(1, v.mode);
}

static void is_zero_where_there_is_none_or_it_is_wrong(void **state)
{
    static const ilf_option none[] = TABLE_OF(NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    static const ilf_option wrong[] = TABLE_OF("", "x", "x", "x", "x", "x", "x");
    const ilf_option *const tables[] = {none, wrong};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct values v = defaults_of(tables[i]);

        assert_string_equal("", v.text);
        assert_int_equal(0, v.count);
        assert_int_equal(0, v.wait);
        assert_false(v.flag);
        assert_true(v.ratio == 0);
        assert_int_equal(0, v.size);
        assert_int_equal(0, v.mode);
    }
}

static void finds_choices_without_regard_to_case(void **state)
{
    const ilf_option option = {.name = "Mode", .type = ILF_OPT_ENUM, .choices = modes};

    (void)state;
    assert_int_equal(0, ilf__find_choice(&option, "Never"));
    assert_int_equal(1, ilf__find_choice(&option, "always"));
    assert_int_equal(-1, ilf__find_choice(&option, "alway"));
    assert_int_equal(-1, ilf__find_choice(&option, ""));
}

struct unset_values {
    uint64_t size;
    int64_t number, time;
    int choice, other;
    const char *text;
};

static const char *const unset_choices[] = {"a", "b", NULL};

static const ilf_option unset_table[] = {
    ILF_OPTION(SIZE, struct unset_values, size, "Size", "1KiB", "", .flags = ILF__OPT_UNSET),
    ILF_OPTION(INT, struct unset_values, number, "Number", "-1", "", .flags = ILF__OPT_UNSET),
    ILF_OPTION(DURATION, struct unset_values, time, "Time", "1s", "", .flags = ILF__OPT_UNSET),
    ILF_OPTION(ENUM, struct unset_values, choice, "Choice", "b", "", .choices = unset_choices,
               .flags = ILF__OPT_UNSET),
    ILF_OPTION(ENUM, struct unset_values, other, "Other", "B", "", .choices = unset_choices),
    ILF_OPTION(STR, struct unset_values, text, "Text", "x", ""),
    {0},
};

static const ilf_option unset_outer[] = {
    {.name = "Table", .type = ILF_OPT_TABLE, .offset = 0, .table = unset_table, .help = ""},
    {0},
};

static void options_so_marked_stay_unset_until_they_get_their_defaults(void **state)
{
    struct unset_values v;

    (void)state;
    ilf__prepare(unset_outer, &v);
    assert_true(v.size == ILF__UNSET_SIZE);
    assert_true(v.number == ILF__UNSET_INT);
    assert_true(v.time == ILF__UNSET_INT);
    assert_int_equal(ILF__UNSET_ENUM, v.choice);
    assert_int_equal(1, v.other);
    assert_string_equal("x", v.text);
    v.number = 7; /* set meanwhile */
    ilf__set_defaults(unset_outer, &v);
    assert_int_equal(1024, v.size);
    assert_int_equal(7, v.number);
    assert_int_equal(1000000000, v.time);
    assert_int_equal(1, v.choice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_so_marked_stay_unset_until_they_get_their_defaults),
        cmocka_unit_test(reads_the_default_of_every_type),
        cmocka_unit_test(is_zero_where_there_is_none_or_it_is_wrong),
        cmocka_unit_test(finds_choices_without_regard_to_case),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
