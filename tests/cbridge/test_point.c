/* Tests of cbridge/point.c: that the library of users has no such points. With them, it is what
 * tests/crash stands on. */
#include "ilf_test.h"

#include "point.h"

static void a_point_does_nothing_when_it_is_not_compiled_in(void **state)
{
    (void)state;
    setenv("ILF_CRASH_AT", "here:1", 1);
    ILF__POINT("here");
    unsetenv("ILF_CRASH_AT");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_point_does_nothing_when_it_is_not_compiled_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
