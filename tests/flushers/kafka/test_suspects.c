/* Tests of flushers/kafka/suspects.c. */
#include "../../../flushers/kafka/suspects.h"

#include "../../../flushers/kafka/flight.h"
#include "ilf_test.h"

static const ilf_payload to_a = {.destination = {"a", 1}}, to_b = {.destination = {"b", 1}};
static struct flight flights[3] = {{.payload = &to_a}, {.payload = &to_a}, {.payload = &to_b}};

/* @n records of flight @of, numbered from @first. */
static struct suspects *some(size_t of, uint32_t first, size_t n)
{
    struct suspect all[64];
    struct suspects *g;

    for (size_t i = 0; i < n; i++)
        all[i] = (struct suspect){&flights[of], first + (uint32_t)i, 0};
    g = suspects_new(all, n);
    assert_non_null(g);
    return g;
}

static void assert_has(struct suspects *g, uint32_t first, size_t n)
{
    assert_int_equal(n, g->n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(first + i, g->of[i].record);
    free(g);
}

static void of_guilty_ones_the_first_half_is_tried_and_tells_about_the_other(void **state)
{
    struct suspects *list = some(0, 0, 10), *rest, *g;

    (void)state;
    list->guilty = true;
    g = suspects_take(&list, SIZE_MAX, &rest);
    assert_ptr_equal(rest, list);
    assert_false(rest->guilty);
    assert_true(g->narrows);
    assert_has(g, 0, 5);
    g = suspects_take(&list, SIZE_MAX, &rest);
    assert_null(rest);
    assert_null(list);
    assert_false(g->narrows);
    assert_has(g, 5, 5);
}

static void one_that_is_guilty_is_tried_too(void **state)
{
    struct suspects *list = some(0, 7, 1), *rest, *g;

    (void)state;
    list->guilty = true;
    g = suspects_take(&list, SIZE_MAX, &rest);
    assert_null(list);
    assert_true(g->narrows);
    assert_has(g, 7, 1);
}

static void no_more_are_tried_together_than_may_be(void **state)
{
    struct suspects *list = some(0, 0, 10), *rest;

    (void)state;
    assert_has(suspects_take(&list, 4, &rest), 0, 4);
    assert_null(rest); /* nothing is known of these */
    list->guilty = true;
    assert_has(suspects_take(&list, 2, &rest), 4, 2);
    assert_has(suspects_take(&list, 4, &rest), 6, 4);
    assert_null(list);
}

static void what_is_left_of_several_is_joined_as_far_as_it_may_be(void **state)
{
    struct suspects *list = some(0, 0, 2), *rest;

    (void)state;
    list->next = some(1, 2, 3);
    list->next->next = some(0, 5, 5);
    assert_has(suspects_take(&list, 6, &rest), 0, 5);
    list->next = some(2, 0, 1); /* of another topic */
    assert_has(suspects_take(&list, 6, &rest), 5, 5);
    list->next = some(2, 1, 1);
    list->next->partition = 1;
    assert_has(suspects_take(&list, 6, &rest), 0, 1);
    list->next = some(2, 0, 2);
    list->next->guilty = true;
    list->next->partition = 1;
    assert_has(suspects_take(&list, 6, &rest), 1, 1);
    assert_has(suspects_take(&list, 6, &rest), 0, 1);
    assert_has(suspects_take(&list, 6, &rest), 1, 1);
    assert_null(list);
}

static void payloads_can_be_told_apart(void **state)
{
    const struct suspect of[] = {{&flights[0], 0, 0}, {&flights[0], 1, 0}, {&flights[1], 0, 0}};
    struct suspects *list = suspects_new(of, 3), *rest;

    (void)state;
    list->guilty = list->by_payload = true;
    assert_has(suspects_take(&list, 1, &rest), 0, 2);
    assert_null(rest);
    assert_has(suspects_take(&list, 1, &rest), 0, 1);
    assert_null(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_guilty_ones_the_first_half_is_tried_and_tells_about_the_other),
        cmocka_unit_test(one_that_is_guilty_is_tried_too),
        cmocka_unit_test(no_more_are_tried_together_than_may_be),
        cmocka_unit_test(what_is_left_of_several_is_joined_as_far_as_it_may_be),
        cmocka_unit_test(payloads_can_be_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
