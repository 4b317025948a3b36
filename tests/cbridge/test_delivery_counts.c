/* Tests of cbridge/delivery_counts.c. */
#include "delivery_test.h"

static void sends_are_counted_by_the_time_they_took(void **state)
{
    struct ilf__counts n = {0};

    (void)state;
    ilf__count_send(&n, 0);
    ilf__count_send(&n, 1000000); /* a bound belongs to its bucket */
    ilf__count_send(&n, 1000001);
    ilf__count_send(&n, 60000000000);
    assert_int_equal(2, test_count(&n.latency[0]));
    assert_int_equal(1, test_count(&n.latency[1]));
    assert_int_equal(1, test_count(&n.latency[ILF__LATENCY_BUCKETS]));
    assert_int_equal(4, test_count(&n.sends));
    assert_int_equal(60002000001, test_count(&n.send_ns));
}

static void every_end_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int a = 0; a < ILF__ENDS; a++)
        for (int b = 0; b < a; b++)
            assert_string_not_equal(ilf__end_name((enum ilf__end)a),
                                    ilf__end_name((enum ilf__end)b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sends_are_counted_by_the_time_they_took),
        cmocka_unit_test(every_end_has_a_name_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
