/* Tests of flushers/common/entries.c: named fields in order. */
#include <ilf_test.h>

#include "../../../flushers/common/entries.h"

static void leaves_of_each_name_the_one_that_counts(void **state)
{
    struct ilf__entries entries = {0};
    const struct ilf__entry *entry;

    (void)state;
    assert_true(ilf__entries_add(&entries, S("b"), 1, 1));
    assert_true(ilf__entries_add(&entries, S("a"), 2, 3));
    assert_true(ilf__entries_add(&entries, S("a"), 3, 2));
    assert_true(ilf__entries_add(&entries, S(""), 4, 0));
    assert_true(ilf__entries_add(&entries, S("a\0"), 5, 0));
    ilf__entries_settle(&entries);
    assert_int_equal(4, entries.n);
    assert_int_equal(4, entries.items[0].source);
    assert_int_equal(2, entries.items[1].source);
    assert_int_equal(5, entries.items[2].source);
    assert_int_equal(1, entries.items[3].source);
    entry = ilf__entries_find(&entries, S("a"));
    assert_non_null(entry);
    assert_int_equal(2, entry->source);
    assert_non_null(ilf__entries_find(&entries, (ilf_str){NULL, 0}));
    assert_null(ilf__entries_find(&entries, S("c")));
    free(entries.items);
}

static void orders_by_bytes(void **state)
{
    struct ilf__entries entries = {0};
    const ilf_str names[] = {S("\xff"), S("z"), S("Z"), S("_"), S("\xc3\xa9"), S("zz")};
    const int want[] = {2, 3, 1, 5, 4, 0};

    (void)state;
    for (size_t i = 0; i < 6; i++)
        assert_true(ilf__entries_add(&entries, names[i], (int64_t)i, i));
    ilf__entries_settle(&entries);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(want[i], entries.items[i].source);
    free(entries.items);
}

static void of_none_nothing_is_found(void **state)
{
    struct ilf__entries entries = {0};

    (void)state;
    ilf__entries_settle(&entries);
    assert_null(ilf__entries_find(&entries, S("")));
}

static void refuses_what_no_memory_could_hold(void **state)
{
    int *items = NULL;
    size_t cap = 0;

    (void)state;
    assert_false(ilf__room(&items, &cap, SIZE_MAX / 4, sizeof(*items)));
    assert_int_equal(0, cap);
    assert_true(ilf__room(&items, &cap, 17, sizeof(*items)));
    assert_true(cap >= 17);
    free(items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_of_each_name_the_one_that_counts),
        cmocka_unit_test(orders_by_bytes),
        cmocka_unit_test(of_none_nothing_is_found),
        cmocka_unit_test(refuses_what_no_memory_could_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
