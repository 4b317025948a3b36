/* Tests of cbridge/spool_claims.c. */
#include "ilf_test.h"

#include "spool_claims.h"

static void agrees_with_a_plain_array(void **state)
{
    static const char *const owners[3] = {NULL, "a", "b"};
    static const void *want[500]; /* by sequence; state 1: not there */
    struct ilf__claims claims = {0};
    uint64_t random = 11;
    size_t claimed = 0, used = 0;

    (void)state;
    for (size_t i = 0; i < 500; i++)
        want[i] = &want;
    for (int round = 0; round < 20000; round++) {
        size_t i = test_random(&random) % 500;
        const void *owner = owners[test_random(&random) % 3];
        uint64_t sequence = (i + 1) << 20;

        if (test_random(&random) % 2 == 0) {
            ilf__claims_remove(&claims, sequence);
            want[i] = &want;
        } else {
            assert_true(ilf__claims_reserve(&claims, 1));
            ilf__claims_set(&claims, sequence, owner);
            want[i] = owner;
        }
    }
    for (size_t i = 0; i < 500; i++) {
        const struct ilf__claim *claim = ilf__claims_find(&claims, (i + 1) << 20);

        assert_int_equal(want[i] != &want, claim != NULL);
        if (claim)
            assert_ptr_equal(want[i], claim->owner);
        used += claim != NULL;
        claimed += claim && claim->owner;
    }
    assert_int_equal(used, claims.used);
    assert_int_equal(claimed, claims.claimed);
    ilf__claims_dispose(&claims);
}

static void one_who_leaves_leaves_his_claims(void **state)
{
    struct ilf__claims claims = {0};
    char a, b;

    (void)state;
    assert_null(ilf__claims_find(&claims, 1));
    assert_true(ilf__claims_reserve(&claims, 100));
    for (uint64_t i = 1; i <= 100; i++)
        ilf__claims_set(&claims, i, i % 2 ? &a : &b);
    assert_int_equal(2, ilf__claims_leave(&claims, &b));
    assert_int_equal(50, claims.claimed);
    assert_null(ilf__claims_find(&claims, 4)->owner);
    assert_ptr_equal(&a, ilf__claims_find(&claims, 5)->owner);
    assert_true(UINT64_MAX == ilf__claims_leave(&claims, &b));
    ilf__claims_dispose(&claims);
}

static void all_claims_of_one_pass_to_another(void **state)
{
    struct ilf__claims claims = {0};
    char a, b, c;

    (void)state;
    assert_true(ilf__claims_reserve(&claims, 100));
    for (uint64_t i = 1; i <= 100; i++)
        ilf__claims_set(&claims, i, i % 2 ? &a : &b);
    ilf__claims_set(&claims, 2, NULL);
    ilf__claims_pass(&claims, &b, &c);
    assert_int_equal(99, claims.claimed);
    assert_ptr_equal(&a, ilf__claims_find(&claims, 1)->owner);
    assert_null(ilf__claims_find(&claims, 2)->owner);
    assert_ptr_equal(&c, ilf__claims_find(&claims, 4)->owner);
    assert_int_equal(4, ilf__claims_leave(&claims, &c));
    ilf__claims_dispose(&claims);
}

static void refuses_an_impossible_number(void **state)
{
    struct ilf__claims claims = {0};

    (void)state;
    assert_false(ilf__claims_reserve(&claims, SIZE_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_plain_array),
        cmocka_unit_test(one_who_leaves_leaves_his_claims),
        cmocka_unit_test(all_claims_of_one_pass_to_another),
        cmocka_unit_test(refuses_an_impossible_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
