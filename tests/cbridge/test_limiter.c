/* Tests of cbridge/limiter.c. */
#include "limiter.h"

#include "ilf_test.h"

#define SECOND UINT64_C(1000000000)

static void begins_low_and_grows_by_one_with_each_window_of_successes(void **state)
{
    struct ilf__limiter l;
    uint64_t when;

    (void)state;
    ilf__limiter_init(&l, 4, true, 0, 0, 0);
    assert_true(ilf__limiter_allows(&l, 1, 0, &when));
    assert_false(ilf__limiter_allows(&l, 2, 0, &when));
    assert_int_equal(UINT64_MAX, when);
    for (int i = 0; i < 2; i++)
        ilf__limiter_ended(&l, ILF__LOAD_FINE, 2, 0, 1);
    assert_true(ilf__limiter_allows(&l, 2, 0, &when));
    for (int i = 0; i < 100; i++)
        ilf__limiter_ended(&l, ILF__LOAD_FINE, 4, 0, 1);
    assert_true(l.limit == 4);
}

static void does_not_grow_while_it_is_not_used(void **state)
{
    struct ilf__limiter l;

    (void)state;
    ilf__limiter_init(&l, 100, true, 0, 0, 0);
    for (int i = 0; i < 100; i++)
        ilf__limiter_ended(&l, ILF__LOAD_FINE, 0, 0, 1);
    assert_true(l.limit == 2);
}

static void halves_once_for_all_that_was_under_way(void **state)
{
    struct ilf__limiter l;

    (void)state;
    ilf__limiter_init(&l, 64, true, 0, 0, 0);
    l.limit = 32;
    ilf__limiter_ended(&l, ILF__LOAD_TOO_MUCH, 31, 10, 20);
    ilf__limiter_ended(&l, ILF__LOAD_TOO_MUCH, 30, 11, 21);
    assert_true(l.limit == 16);
    ilf__limiter_ended(&l, ILF__LOAD_TOO_MUCH, 15, 22, 23);
    assert_true(l.limit == 8);
    for (uint64_t i = 0; i < 10; i++)
        ilf__limiter_ended(&l, ILF__LOAD_TOO_MUCH, 1, 30 + i, 30 + i);
    assert_true(l.limit == 1);
}

static void halves_when_sends_take_much_longer_than_usual(void **state)
{
    struct ilf__limiter l;

    (void)state;
    ilf__limiter_init(&l, 64, true, 0, 0, 0);
    l.limit = 32;
    for (uint64_t i = 0; i < 100; i++)
        ilf__limiter_ended(&l, ILF__LOAD_FINE, 0, i * SECOND, i * SECOND + 10000000);
    assert_true(l.limit == 32);
    for (uint64_t i = 100; i < 110; i++)
        ilf__limiter_ended(&l, ILF__LOAD_FINE, 0, i * SECOND, i * SECOND + 500000000);
    assert_true(l.limit < 32);
}

/* The limit after many sends of which the sink throttles @percent evenly. */
static double limit_at(unsigned percent, double max)
{
    struct ilf__limiter l;
    uint32_t x = 1;

    ilf__limiter_init(&l, max, true, 0, 0, 0);
    for (uint64_t i = 0; i < 20000; i++) {
        x = x * 1664525 + 1013904223;
        ilf__limiter_ended(&l, (x >> 16) % 100 < percent ? ILF__LOAD_THROTTLED : ILF__LOAD_FINE,
                           (size_t)l.limit, i, i);
    }
    return l.limit;
}

static void is_cut_by_the_share_that_is_throttled(void **state)
{
    double half = limit_at(50, 8);

    (void)state;
    assert_true(limit_at(0, 100) == 100);
    assert_true(limit_at(5, 8) >= 7);
    assert_true(limit_at(5, 100) >= 80);
    assert_true(half > 1 && half < 6);
    assert_true(limit_at(100, 8) == 1);
}

static void is_fixed_where_it_shall_not_adapt(void **state)
{
    struct ilf__limiter l;
    uint64_t when;

    (void)state;
    ilf__limiter_init(&l, 8, false, 0, 0, 0);
    ilf__limiter_ended(&l, ILF__LOAD_TOO_MUCH, 7, 1, 2);
    assert_true(ilf__limiter_allows(&l, 7, 3, &when));
    assert_false(ilf__limiter_allows(&l, 8, 3, &when));
}

static void a_rate_is_kept_on_average(void **state)
{
    struct ilf__limiter l;
    uint64_t now = 0, when;
    size_t sent = 0;

    (void)state;
    ilf__limiter_init(&l, 8, false, 100, 1e9, 0);
    while (now < 10 * SECOND) {
        if (ilf__limiter_allows(&l, 0, now, &when)) {
            ilf__limiter_sent(&l, 30, 1);
            sent += 30;
        } else {
            assert_true(when > now);
            now = when;
        }
    }
    assert_true(sent >= 1090 && sent <= 1130); /* a second's worth at once, then ten */
}

static void what_is_larger_than_the_bucket_passes_and_is_paid_for(void **state)
{
    struct ilf__limiter l;
    uint64_t when;

    (void)state;
    ilf__limiter_init(&l, 8, false, 0, 100, 0);
    assert_true(ilf__limiter_allows(&l, 0, 0, &when));
    ilf__limiter_sent(&l, 1, 1100);
    assert_false(ilf__limiter_allows(&l, 0, 1, &when));
    assert_true(when > 9 * SECOND && when < 11 * SECOND);
    assert_true(ilf__limiter_allows(&l, 0, when + 1000, &when));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_low_and_grows_by_one_with_each_window_of_successes),
        cmocka_unit_test(does_not_grow_while_it_is_not_used),
        cmocka_unit_test(halves_once_for_all_that_was_under_way),
        cmocka_unit_test(halves_when_sends_take_much_longer_than_usual),
        cmocka_unit_test(is_cut_by_the_share_that_is_throttled),
        cmocka_unit_test(is_fixed_where_it_shall_not_adapt),
        cmocka_unit_test(a_rate_is_kept_on_average),
        cmocka_unit_test(what_is_larger_than_the_bucket_passes_and_is_paid_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
