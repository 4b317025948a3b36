/* Tests of cbridge/checksum.c. */
#include "ilf_test.h"

#include "checksum.h"

static void is_the_crc_that_others_make(void **state)
{
    char zeros[32] = {0};

    (void)state;
    assert_int_equal(0xe3069283, ilf__crc32c(0, "123456789", 9));
    assert_int_equal(0xe3069283, ilf__crc32c_plain(0, "123456789", 9));
    assert_int_equal(0x8a9136aa, ilf__crc32c(0, zeros, 32)); /* RFC 3720, B.4 */
    assert_int_equal(0xe3069283, ilf__crc32c(ilf__crc32c(0, "1234", 4), "56789", 5));
}

static void is_the_same_with_and_without_the_processors_help(void **state)
{
    uint64_t random = 5;
    char bytes[300], copy[300];

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)test_random(&random);
    for (size_t len = 0; len < 200; len++) {
        size_t quarter = len / 32 * 8;
        uint32_t crcs[4];

        assert_int_equal(ilf__crc32c_plain(0, bytes + len % 9, len),
                         ilf__crc32c(0, bytes + len % 9, len));
        for (size_t i = 0; i < 4; i++)
            crcs[i] =
                ilf__crc32c_plain(0, bytes + i * quarter, i < 3 ? quarter : len - 3 * quarter);
        assert_int_equal(ilf__crc32c_plain(0, crcs, 16), ilf__checksum(bytes, len));
        memset(copy, 0, sizeof(copy));
        assert_int_equal(ilf__checksum(bytes + 1, len), ilf__checksum_copy(copy, bytes + 1, len));
        assert_memory_equal(bytes + 1, copy, len);
        assert_int_equal(0, copy[len]);
    }
}

static void sees_every_single_bit(void **state)
{
    char bytes[100] = "some text";
    uint32_t right = ilf__checksum(bytes, sizeof(bytes));

    (void)state;
    for (size_t bit = 0; bit < 8 * sizeof(bytes); bit++) {
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        assert_int_not_equal(right, ilf__checksum(bytes, sizeof(bytes)));
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_crc_that_others_make),
        cmocka_unit_test(is_the_same_with_and_without_the_processors_help),
        cmocka_unit_test(sees_every_single_bit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
