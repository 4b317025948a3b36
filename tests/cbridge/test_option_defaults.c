/* Tests of cbridge/option_defaults.c. */
#include "option_defaults.h"

#include "ilf_test.h"

struct values {
    uint64_t size;
    int64_t number, time;
    int choice, other;
    const char *text;
};

static const char *const choices[] = {"a", "b", NULL};

static const ilf_option table[] = {
    ILF_OPTION(SIZE, struct values, size, "Size", "1KiB", "", .flags = ILF__OPT_UNSET),
    ILF_OPTION(INT, struct values, number, "Number", "-1", "", .flags = ILF__OPT_UNSET),
    ILF_OPTION(DURATION, struct values, time, "Time", "1s", "", .flags = ILF__OPT_UNSET),
    ILF_OPTION(ENUM, struct values, choice, "Choice", "b", "", .choices = choices,
               .flags = ILF__OPT_UNSET),
    ILF_OPTION(ENUM, struct values, other, "Other", "B", "", .choices = choices),
    ILF_OPTION(STR, struct values, text, "Text", "x", ""),
    {0},
};

static const ilf_option outer[] = {
    {.name = "Table", .type = ILF_OPT_TABLE, .offset = 0, .table = table, .help = ""},
    {0},
};

static void options_so_marked_stay_unset_until_they_get_their_defaults(void **state)
{
    struct values v;

    (void)state;
    ilf__prepare(outer, &v);
    assert_true(v.size == ILF__UNSET_SIZE);
    assert_true(v.number == ILF__UNSET_INT);
    assert_true(v.time == ILF__UNSET_INT);
    assert_int_equal(ILF__UNSET_ENUM, v.choice);
    assert_int_equal(1, v.other);
    assert_string_equal("x", v.text);
    v.number = 7; /* set meanwhile */
    ilf__set_defaults(outer, &v);
    assert_int_equal(1024, v.size);
    assert_int_equal(7, v.number);
    assert_int_equal(1000000000, v.time);
    assert_int_equal(1, v.choice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_so_marked_stay_unset_until_they_get_their_defaults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
