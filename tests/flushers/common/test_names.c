/* Tests of flushers/common/names.c: names, each once. */
#include <ilf_test.h>

#include <time.h>

#include "../../../flushers/common/names.h"

static void keeps_a_copy_of_each_name_once(void **state)
{
    struct ilf__names names = {0};
    char name[] = "content.a";
    size_t index;

    (void)state;
    assert_true(ilf__names_add(&names, (ilf_str){name, 9}, &index));
    assert_int_equal(0, index);
    name[8] = 'b';
    assert_true(ilf__names_add(&names, (ilf_str){name, 9}, &index));
    assert_int_equal(1, index);
    assert_true(ilf__names_add(&names, S("content.a"), &index));
    assert_int_equal(0, index);
    assert_true(ilf__names_add(&names, S(""), &index));
    assert_int_equal(2, index);
    assert_int_equal(3, names.n);
    assert_string_equal("content.a", names.items[0].ptr);
    ilf__names_dispose(&names);
    assert_int_equal(0, names.n);
    ilf__names_dispose(&names);
}

static void many_cost_time_in_proportion(void **state)
{
    enum { MANY = 200000 };
    struct ilf__names names = {0};
    const clock_t before = clock();

    (void)state;
    for (size_t i = 0; i < 2 * MANY; i++) {
        char name[8];
        size_t index, len = (size_t)snprintf(name, sizeof(name), "%zu", i % MANY);

        assert_true(ilf__names_add(&names, (ilf_str){name, len}, &index));
        assert_int_equal(i % MANY, index);
    }
    assert_true((double)(clock() - before) / CLOCKS_PER_SEC < 5);
    assert_int_equal(MANY, names.n);
    assert_string_equal("99", names.items[99].ptr);
    ilf__names_dispose(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_a_copy_of_each_name_once),
        cmocka_unit_test(many_cost_time_in_proportion),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
