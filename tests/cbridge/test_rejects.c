/* Tests of cbridge/rejects.c. */
#include "rejects.h"

#include "ilf_test.h"

static void keeps_copies_in_their_order(void **state)
{
    struct ilf__rejects rejects = {0};
    char text[] = "one", destination[] = "there";

    (void)state;
    assert_true(
        ilf__rejects_add(&rejects, (ilf_str){text, 3}, (ilf_str){destination, 5}, 2, "odd", false));
    text[0] = destination[0] = 'X';
    assert_true(ilf__rejects_add(&rejects, S("a\0b"), (ilf_str){NULL, 0}, 1, NULL, true));
    assert_int_equal(3, rejects.events);
    assert_true(ilf_str_equal(S("one"), rejects.first->text));
    assert_true(ilf_str_equal(S("there"), rejects.first->destination));
    assert_string_equal("odd", rejects.first->why);
    assert_false(rejects.first->too_large);
    assert_ptr_equal(rejects.last, rejects.first->next);
    assert_true(ilf_str_equal(S("a\0b"), rejects.last->text));
    assert_int_equal(0, rejects.last->destination.len);
    assert_string_equal("", rejects.last->why);
    assert_true(rejects.last->too_large);
    assert_null(rejects.last->next);
    ilf__rejects_forget(&rejects);
}

static void forgotten_ones_leave_room_for_others(void **state)
{
    struct ilf__rejects rejects = {0};

    (void)state;
    ilf__rejects_forget(&rejects);
    for (int i = 0; i < 2; i++) {
        assert_true(ilf__rejects_add(&rejects, S("x"), S("y"), 1, "why", false));
        assert_int_equal(1, rejects.events);
        assert_ptr_equal(rejects.first, rejects.last);
        ilf__rejects_forget(&rejects);
        assert_int_equal(0, rejects.events);
        assert_null(rejects.first);
    }
}

static void a_long_reason_is_cut(void **state)
{
    struct ilf__rejects rejects = {0};
    char why[1000];

    (void)state;
    memset(why, 'w', sizeof(why));
    why[sizeof(why) - 1] = '\0';
    assert_true(ilf__rejects_add(&rejects, S(""), S(""), 1, why, false));
    assert_int_equal(200, strlen(rejects.first->why));
    ilf__rejects_forget(&rejects);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_copies_in_their_order),
        cmocka_unit_test(forgotten_ones_leave_room_for_others),
        cmocka_unit_test(a_long_reason_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
