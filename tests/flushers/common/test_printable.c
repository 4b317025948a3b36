/* Tests of flushers/common/printable.c. */
#include <ilf_test.h>

#include "../../../flushers/common/printable.h"

/* The whole table at once, as go1.26.8 has it: the number of characters that strconv.IsPrint takes,
 * and FNV-1a of one byte for each below U+10000, 1 if it takes it. */
static void agrees_with_go_about_every_character(void **state)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    size_t n = 0;

    (void)state;
    for (uint32_t rune = 0; rune < 0x10000; rune++) {
        bool printable = ilf__is_printable(rune);

        n += printable;
        hash = (hash ^ printable) * UINT64_C(1099511628211);
    }
    assert_int_equal(55508, n);
    assert_true(hash == UINT64_C(0xc79eb6222068d027));
}

static void knows_the_ends_of_ranges(void **state)
{
    static const uint32_t good[] = {' ', '~', 0xa1, 0xac, 0xae, 0x377, 0x4e2d, 0xac00, 0xfffd};
    static const uint32_t bad[] = {0,      0x1f,   0x7f,   0xa0,   0xad,   0x378,
                                   0x2028, 0x200b, 0xd800, 0xfeff, 0xe000, 0xffff};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(ilf__is_printable(good[i]));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(ilf__is_printable(bad[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_go_about_every_character),
        cmocka_unit_test(knows_the_ends_of_ranges),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
