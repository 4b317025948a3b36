/* Tests of cbridge/list.c. */
#include "list.h"

#include "ilf_test.h"

enum { N = 100 };

static struct ilf__payload payloads[N];

/* The places in @list, each with a space behind. */
static const char *show(struct ilf__list list)
{
    static char text[N * 8];
    size_t len = 0;

    *text = '\0';
    for (const struct ilf__payload *p = list.head; p; p = p->next) {
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%d.%d ", (int)p->place,
                                (int)p->first_record);
        assert_true(p->next || p == list.tail);
    }
    return text;
}

static struct ilf__list make(const char *places)
{
    struct ilf__list list = {NULL, NULL};
    static size_t used;

    for (; *places; places++, used++) {
        payloads[used % N] = (struct ilf__payload){.place = (uint64_t)(*places - '0')};
        ilf__list_append(&list, &payloads[used % N]);
    }
    return list;
}

static void takes_what_was_put_in_front_first(void **state)
{
    struct ilf__list list = make("12"), other = make("3");
    struct ilf__payload *p = ilf__list_take(&other);

    (void)state;
    assert_null(other.head);
    assert_null(other.tail);
    ilf__list_prepend(&list, p);
    assert_string_equal("3.0 1.0 2.0 ", show(list));
    ilf__list_prepend(&other, ilf__list_take(&list));
    assert_string_equal("3.0 ", show(other));
    assert_string_equal("1.0 2.0 ", show(list));
}

static void sorts_by_place(void **state)
{
    (void)state;
    assert_string_equal("", show(ilf__list_sort(make(""))));
    assert_string_equal("1.0 ", show(ilf__list_sort(make("1"))));
    assert_string_equal("1.0 2.0 3.0 4.0 5.0 6.0 7.0 ", show(ilf__list_sort(make("7315264"))));
    assert_string_equal("1.0 2.0 3.0 4.0 ", show(ilf__list_sort(make("1234"))));
}

static void parts_of_one_are_in_the_order_of_their_records(void **state)
{
    struct ilf__list list = make("221");

    (void)state;
    list.head->first_record = 7;
    assert_string_equal("1.0 2.0 2.7 ", show(ilf__list_sort(list)));
}

static void merges_lists_that_are_in_order(void **state)
{
    (void)state;
    assert_string_equal("1.0 2.0 3.0 4.0 5.0 ", show(ilf__list_merge(make("245"), make("13"))));
    assert_string_equal("1.0 2.0 ", show(ilf__list_merge(make("12"), make(""))));
    assert_string_equal("1.0 2.0 ", show(ilf__list_merge(make(""), make("12"))));
    assert_string_equal("1.0 2.0 3.0 ", show(ilf__list_merge(make("3"), make("12"))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_was_put_in_front_first),
        cmocka_unit_test(sorts_by_place),
        cmocka_unit_test(parts_of_one_are_in_the_order_of_their_records),
        cmocka_unit_test(merges_lists_that_are_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
