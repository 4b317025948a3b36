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
    bool picked = ilf__breakers_pick(b, 0, now, &endpoint, &when);

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

/* Send @n one after the other, of which the sink throttles @percent evenly, to an endpoint that rests for
 * 1000 each time. Returns how long it has rested in all. */
static uint64_t rested_at(int percent, int n)
{
    struct ilf__breakers b = make(1, false);
    uint64_t now = 0, rested = 0, when;
    uint32_t x = 1;
    size_t endpoint;

    b.most_credit = 8;
    for (int i = 0; i < n;) {
        bool throttled;

        if (!ilf__breakers_pick(&b, 0, now, &endpoint, &when)) {
            rested += when - now;
            now = when;
            continue;
        }
        x = x * 1664525 + 1013904223;
        throttled = (x >> 16) % 100 < (uint32_t)percent;
        (void)ilf__breakers_ended(&b, 0, throttled ? ILF__THROTTLED : ILF__REACHED, now);
        if (throttled)
            ilf__breakers_asked(&b, 0, 1000, now);
        now++;
        i++;
    }
    return rested;
}

static void rests_when_most_are_throttled_and_not_for_some(void **state)
{
    (void)state;
    assert_int_equal(0, rested_at(5, 100000));
    assert_int_equal(0, rested_at(25, 100000));
    assert_true(rested_at(50, 10000) < 100 * 1000);
    assert_true(rested_at(95, 1000) > 900 * 900);
    assert_true(rested_at(100, 1000) > 997 * 999);
}

static void one_that_throttles_all_gets_two_and_then_probes(void **state)
{
    struct ilf__breakers b = make(1, false);

    (void)state;
    b.most_credit = 8;
    (void)pick(&b, 0, 0);
    assert_int_equal(ILF__BREAKER_SAME, ilf__breakers_ended(&b, 0, ILF__THROTTLED, 0));
    ilf__breakers_asked(&b, 0, 50, 0);
    (void)pick(&b, 1, 0);
    assert_false(ilf__breakers_all_are_spent(&b));
    assert_int_equal(ILF__BREAKER_SPENT, ilf__breakers_ended(&b, 0, ILF__THROTTLED, 1));
    ilf__breakers_asked(&b, 0, 50, 1);
    assert_true(ilf__breakers_all_are_spent(&b));
    assert_int_equal(51, pick(&b, 2, -1));
    assert_int_equal(ILF__SHOWN_RESTS, ilf__breakers_show(&b, 0, 2));
    (void)pick(&b, 51, 0);
    assert_int_equal(UINT64_MAX, pick(&b, 51, -1));
    assert_int_equal(ILF__SHOWN_PROBED, ilf__breakers_show(&b, 0, 51));
    assert_int_equal(ILF__BREAKER_EARNS, ilf__breakers_ended(&b, 0, ILF__REACHED, 52));
    for (int i = 0; i < 3; i++) /* as many as it has paid for */
        (void)pick(&b, 52, 0);
    assert_int_equal(UINT64_MAX, pick(&b, 52, -1));
}

static void rests_that_nobody_has_asked_for_double(void **state)
{
    struct ilf__breakers b = make(1, false);
    const uint64_t rests[] = {100, 200, 250, 250};
    uint64_t now = 0;

    (void)state;
    (void)ilf__breakers_ended(&b, 0, ILF__THROTTLED, now);
    for (int i = 0; i < 4; i++) {
        (void)pick(&b, now, 0);
        (void)ilf__breakers_ended(&b, 0, ILF__THROTTLED, now);
        ilf__breakers_asked(&b, 0, 0, now);
        assert_int_equal(now + rests[i], pick(&b, now, -1));
        now += rests[i];
    }
}

static void one_that_fails_some_requests_is_no_open_circuit(void **state)
{
    struct ilf__breakers b = make(1, false);

    (void)state;
    b.most_credit = 8;
    for (int i = 0; i < 10; i++)
        (void)ilf__breakers_ended(&b, 0, ILF__REACHED, 0);
    for (int i = 0; i < 9; i++)
        assert_int_equal(ILF__BREAKER_SAME, ilf__breakers_ended(&b, 0, ILF__FAILING, 0));
    assert_int_equal(ILF__BREAKER_OPENED, ilf__breakers_ended(&b, 0, ILF__FAILING, 0));
}

static void some_endpoints_may_be_avoided(void **state)
{
    struct ilf__breakers b = make(3, false);
    uint64_t when;
    size_t endpoint;

    (void)state;
    assert_true(ilf__breakers_pick(&b, ilf__endpoint_bit(0), 0, &endpoint, &when));
    assert_int_equal(1, endpoint);
    assert_false(ilf__breakers_pick(&b, 7, 5, &endpoint, &when));
    assert_int_equal(0, when);
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
        cmocka_unit_test(rests_when_most_are_throttled_and_not_for_some),
        cmocka_unit_test(one_that_throttles_all_gets_two_and_then_probes),
        cmocka_unit_test(rests_that_nobody_has_asked_for_double),
        cmocka_unit_test(one_that_fails_some_requests_is_no_open_circuit),
        cmocka_unit_test(some_endpoints_may_be_avoided),
        cmocka_unit_test(never_opens_without_a_threshold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
