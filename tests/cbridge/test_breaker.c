/* Tests of cbridge/breaker.c. */
#include "breaker.h"

#include "ilf_test.h"

static struct ilf__breaker of[3];

static struct ilf__breakers make(size_t n, bool round_robin)
{
    memset(of, 0, sizeof(of));
    return (struct ilf__breakers){.of = of,
                                  .n = n,
                                  .round_robin = round_robin,
                                  .threshold = 2,
                                  .first_time = 100,
                                  .max_time = 250};
}

/* Pick at @now, what must be @want; -1: none. */
static uint64_t pick(struct ilf__breakers *b, uint64_t now, int want)
{
    uint64_t when;
    size_t endpoint = 99;
    bool picked = ilf__breakers_pick(b, now, &endpoint, &when);

    assert_int_equal(want, picked ? (int)endpoint : -1);
    return when;
}

static void opens_after_failures_in_a_row(void **state)
{
    struct ilf__breakers b = make(1, false);

    (void)state;
    assert_int_equal(ILF__BREAKER_SAME, ilf__breakers_ended(&b, 0, ILF__UNREACHED, 10));
    assert_int_equal(ILF__BREAKER_SAME, ilf__breakers_ended(&b, 0, ILF__REACHED, 11));
    assert_int_equal(ILF__BREAKER_SAME, ilf__breakers_ended(&b, 0, ILF__UNREACHED, 12));
    (void)pick(&b, 12, 0);
    assert_int_equal(ILF__BREAKER_OPENED, ilf__breakers_ended(&b, 0, ILF__UNREACHED, 13));
    assert_int_equal(113, pick(&b, 14, -1));
}

static void one_probe_at_a_time_and_longer_rests_when_it_fails(void **state)
{
    struct ilf__breakers b = make(1, false);

    (void)state;
    (void)ilf__breakers_ended(&b, 0, ILF__UNREACHED, 0);
    (void)ilf__breakers_ended(&b, 0, ILF__UNREACHED, 0);
    (void)pick(&b, 100, 0);
    assert_int_equal(UINT64_MAX, pick(&b, 100, -1));
    assert_int_equal(ILF__BREAKER_SAME, ilf__breakers_ended(&b, 0, ILF__UNREACHED, 110));
    assert_int_equal(310, pick(&b, 111, -1));
    (void)pick(&b, 310, 0);
    (void)ilf__breakers_ended(&b, 0, ILF__UNREACHED, 320);
    assert_int_equal(570, pick(&b, 321, -1)); /* bounded */
    (void)pick(&b, 570, 0);
    (void)ilf__breakers_ended(&b, 0, ILF__REACH_UNKNOWN, 580);
    (void)pick(&b, 580, 0); /* another probe */
    assert_int_equal(ILF__BREAKER_CLOSED, ilf__breakers_ended(&b, 0, ILF__REACHED, 590));
    (void)pick(&b, 590, 0);
    (void)pick(&b, 590, 0);
}

static void the_first_healthy_endpoint_is_used(void **state)
{
    struct ilf__breakers b = make(3, false);

    (void)state;
    (void)pick(&b, 0, 0);
    (void)pick(&b, 0, 0);
    (void)ilf__breakers_ended(&b, 0, ILF__UNREACHED, 0);
    (void)ilf__breakers_ended(&b, 0, ILF__UNREACHED, 0);
    (void)pick(&b, 1, 1);
    (void)pick(&b, 100, 0); /* the probe */
    (void)pick(&b, 100, 1); /* all others meanwhile */
}

static void or_each_in_turn(void **state)
{
    struct ilf__breakers b = make(3, true);

    (void)state;
    (void)pick(&b, 0, 0);
    (void)pick(&b, 0, 1);
    (void)pick(&b, 0, 2);
    (void)ilf__breakers_ended(&b, 0, ILF__UNREACHED, 0);
    (void)ilf__breakers_ended(&b, 0, ILF__UNREACHED, 0);
    (void)pick(&b, 0, 1);
    (void)pick(&b, 0, 2);
    (void)pick(&b, 0, 1);
}

static void hurry_allows_probes_at_once(void **state)
{
    struct ilf__breakers b = make(1, false);

    (void)state;
    (void)ilf__breakers_ended(&b, 0, ILF__UNREACHED, 0);
    (void)ilf__breakers_ended(&b, 0, ILF__UNREACHED, 0);
    (void)pick(&b, 1, -1);
    ilf__breakers_hurry(&b);
    (void)pick(&b, 1, 0);
}

static void an_endpoint_rests_for_as_long_as_it_asks(void **state)
{
    struct ilf__breakers b = make(2, false);

    (void)state;
    ilf__breakers_rest(&b, 0, 50);
    ilf__breakers_rest(&b, 0, 40); /* the longest counts */
    assert_int_equal(ILF__BREAKER_SAME, ilf__breakers_ended(&b, 0, ILF__REACHED, 10));
    (void)pick(&b, 20, 1);
    ilf__breakers_rest(&b, 1, 60);
    assert_int_equal(50, pick(&b, 20, -1));
    (void)pick(&b, 50, 0);
    (void)pick(&b, 50, 0); /* not as a probe */
    ilf__breakers_rest(&b, 0, 1000);
    assert_int_equal(60, pick(&b, 51, -1));
    ilf__breakers_hurry(&b);
    (void)pick(&b, 51, 0);
}

static void it_rests_and_is_probed_after_the_longer_of_both(void **state)
{
    struct ilf__breakers b = make(1, false);

    (void)state;
    ilf__breakers_rest(&b, 0, 90);
    (void)ilf__breakers_ended(&b, 0, ILF__UNREACHED, 0);
    (void)ilf__breakers_ended(&b, 0, ILF__UNREACHED, 0); /* opens until 100 */
    assert_int_equal(100, pick(&b, 95, -1));
    ilf__breakers_rest(&b, 0, 120);
    assert_int_equal(120, pick(&b, 110, -1));
    (void)pick(&b, 120, 0);
    assert_int_equal(UINT64_MAX, pick(&b, 120, -1));
}

static void people_see_whether_it_works_is_probed_or_rests(void **state)
{
    struct ilf__breakers b = make(1, false);

    (void)state;
    assert_int_equal(ILF__SHOWN_WORKS, ilf__breakers_show(&b, 0, 0));
    ilf__breakers_rest(&b, 0, 50);
    assert_int_equal(ILF__SHOWN_RESTS, ilf__breakers_show(&b, 0, 49));
    assert_int_equal(ILF__SHOWN_WORKS, ilf__breakers_show(&b, 0, 50));
    (void)ilf__breakers_ended(&b, 0, ILF__UNREACHED, 50);
    (void)ilf__breakers_ended(&b, 0, ILF__UNREACHED, 50);
    assert_int_equal(ILF__SHOWN_RESTS, ilf__breakers_show(&b, 0, 60));
    (void)pick(&b, 150, 0);
    assert_int_equal(ILF__SHOWN_PROBED, ilf__breakers_show(&b, 0, 150));
}

static void never_opens_without_a_threshold(void **state)
{
    struct ilf__breakers b = make(1, false);

    (void)state;
    b.threshold = 0;
    for (int i = 0; i < 100; i++)
        assert_int_equal(ILF__BREAKER_SAME, ilf__breakers_ended(&b, 0, ILF__UNREACHED, 0));
    (void)pick(&b, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_after_failures_in_a_row),
        cmocka_unit_test(one_probe_at_a_time_and_longer_rests_when_it_fails),
        cmocka_unit_test(the_first_healthy_endpoint_is_used),
        cmocka_unit_test(or_each_in_turn),
        cmocka_unit_test(hurry_allows_probes_at_once),
        cmocka_unit_test(an_endpoint_rests_for_as_long_as_it_asks),
        cmocka_unit_test(it_rests_and_is_probed_after_the_longer_of_both),
        cmocka_unit_test(people_see_whether_it_works_is_probed_or_rests),
        cmocka_unit_test(never_opens_without_a_threshold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
