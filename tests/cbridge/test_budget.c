/* Tests of cbridge/budget.c. */
#include "budget.h"

#include "ilf_test.h"

#define SECOND UINT64_C(1000000000)

/* Long after all that other tests have done. */
static uint64_t later(void)
{
    static uint64_t now = 1000 * SECOND;

    return now += 1000 * SECOND;
}

/* A stop from @begin to @end, in seconds after @now, that may take until @deadline. */
static void stop(uint64_t now, unsigned begin, unsigned end, uint64_t timeout, unsigned deadline)
{
    assert_int_equal(now + deadline * SECOND, ilf__budget_begin(now + begin * SECOND, timeout));
    ilf__budget_end(now + end * SECOND);
}

static void a_stop_alone_has_its_time_out(void **state)
{
    (void)state;
    stop(later(), 0, 20, 20 * SECOND, 20);
}

static void stops_one_after_another_share_it(void **state)
{
    uint64_t now = later();

    (void)state;
    stop(now, 0, 8, 20 * SECOND, 20);
    stop(now, 8, 15, 20 * SECOND, 20);
    stop(now, 17, 20, 20 * SECOND, 22); /* in between nobody has used it */
}

static void each_has_a_second_for_one_try(void **state)
{
    uint64_t now = later();

    (void)state;
    stop(now, 0, 20, 20 * SECOND, 20);
    stop(now, 20, 21, 20 * SECOND, 21);
    stop(now, 21, 22, 20 * SECOND, 22);
}

static void but_no_more_than_its_time_out(void **state)
{
    uint64_t now = later();

    (void)state;
    stop(now, 0, 20, 20 * SECOND, 20);
    assert_int_equal(now + 20 * SECOND + 5, ilf__budget_begin(now + 20 * SECOND, 5));
    ilf__budget_end(now + 21 * SECOND);
}

static void stops_beside_each_other_end_together(void **state)
{
    uint64_t now = later();

    (void)state;
    assert_int_equal(now + 20 * SECOND, ilf__budget_begin(now, 20 * SECOND));
    stop(now, 5, 10, 20 * SECOND, 20);
    ilf__budget_end(now + 10 * SECOND);
    stop(now, 12, 13, 30 * SECOND, 32);
}

static void a_stop_much_later_has_all_of_it(void **state)
{
    uint64_t now = later();

    (void)state;
    stop(now, 0, 20, 20 * SECOND, 20);
    stop(now, 26, 30, 20 * SECOND, 46);
}

static void a_stop_after_a_start_has_all_of_it(void **state)
{
    uint64_t now = later();

    (void)state;
    stop(now, 0, 20, 20 * SECOND, 20);
    ilf__budget_renew(now + 20 * SECOND);
    stop(now, 20, 30, 20 * SECOND, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stop_alone_has_its_time_out),
        cmocka_unit_test(stops_one_after_another_share_it),
        cmocka_unit_test(each_has_a_second_for_one_try),
        cmocka_unit_test(but_no_more_than_its_time_out),
        cmocka_unit_test(stops_beside_each_other_end_together),
        cmocka_unit_test(a_stop_much_later_has_all_of_it),
        cmocka_unit_test(a_stop_after_a_start_has_all_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
