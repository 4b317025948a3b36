/* Tests of cbridge/spool_record.c. */
#include "spool_test.h"

#include "checksum.h"
#include "spool_record.h"

/* The value of @p at sequence 9, in @to. */
static size_t write_record(char *to, const struct ilf__payload *p)
{
    size_t size = ilf__spool_record_size(&p->shown);

    assert_true(size > 0 && size <= 4096);
    ilf__spool_record_write(to, p, 9, 3);
    return size;
}

static void reads_what_it_wrote_wherever_it_lies(void **state)
{
    struct ilf__payload *p = test_payload(S("hello\0there"), 3), *got;
    char bytes[4096 + 8], moved[4096 + 8];
    size_t size = write_record(bytes, p);

    (void)state;
    for (size_t shift = 0; shift < 8; shift++) {
        memcpy(moved + shift, bytes, size);
        assert_int_equal(ILF__FOUND, ilf__spool_record_read(&got, moved + shift, size, 9));
        assert_int_equal(9, got->sequence);
        assert_int_equal(p->shown.id, got->shown.id);
        assert_int_equal(3, got->shown.n_records);
        assert_memory_equal("hello\0there", got->shown.bytes.ptr, 11);
        free(got);
    }
    free(p);
}

static void every_changed_bit_and_every_cut_is_damage(void **state)
{
    struct ilf__payload *p = test_payload(S("hello"), 2), *got;
    char bytes[4096];
    size_t size = write_record(bytes, p);

    (void)state;
    for (size_t bit = 0; bit < size * 8; bit++) {
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        assert_int_equal(ILF__FOUND_DAMAGED, ilf__spool_record_read(&got, bytes, size, 9));
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
    }
    for (size_t len = 0; len < size; len++)
        assert_int_equal(ILF__FOUND_DAMAGED, ilf__spool_record_read(&got, bytes, len, 9));
    assert_int_equal(ILF__FOUND_DAMAGED, ilf__spool_record_read(&got, bytes, size, 8));
    free(p);
}

/* With a checksum that is right all the same. */
static void ends_beyond_the_bytes_are_damage(void **state)
{
    struct ilf__payload *p = test_payload(S("hello"), 2), *got;
    static const uint32_t wrong[][2] = {{5, 4}, {2, 6}, {6, 5}, {0, 0}, {UINT32_MAX, 5}};
    char bytes[4096];
    size_t size = write_record(bytes, p);

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        uint32_t checksum;

        memcpy(bytes + 80, &wrong[i][0], 4);
        memcpy(bytes + 88, &wrong[i][1], 4);
        checksum = ilf__checksum(bytes + 8, size - 8 - 5);
        memcpy(bytes + 4, &checksum, 4);
        assert_int_equal(ILF__FOUND_DAMAGED, ilf__spool_record_read(&got, bytes, size, 9));
    }
    free(p);
}

static void the_layout_is_as_it_is_documented(void **state)
{
    struct ilf__payload *p = test_payload(S("ab"), 1);
    static const unsigned char state_want[] = {
        'I', 'L', 'S', '1', 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,  3,
        0,   0,   0,   0,   0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 'x'};
    const struct ilf__spool_state store = {
        .payloads = 2, .events = 3, .bytes = 4, .last = 5, .name = S("x")};
    char bytes[4096];
    unsigned char key[8];

    (void)state;
    assert_int_equal(80 + 8 + 5 + 2, write_record(bytes, p));
    assert_memory_equal("ILP1", bytes, 4);
    assert_memory_equal("\x09\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0", bytes + 8, 16);
    assert_memory_equal("\x07\0\0\0\0\0\0\0", bytes + 32, 8);
    assert_memory_equal("\x01\0\0\0\0\0\0\0\x01\0\0\0\x05\0\0\0\x02\0\0\0", bytes + 48, 20);
    assert_memory_equal("\x02\0\0\0\x01\0\0\0topicab", bytes + 80, 15);
    ilf__spool_state_write(bytes, &store);
    memset(bytes + 4, 0, 4);
    assert_memory_equal(state_want, bytes, sizeof(state_want));
    ilf__spool_key_write(key, UINT64_C(0x0102030405060708));
    assert_memory_equal("\1\2\3\4\5\6\7\10", key, 8);
    assert_true(UINT64_C(0x0102030405060708) == ilf__spool_key_read(key));
    free(p);
}

static void a_state_is_read_back_or_known_as_damaged_or_newer(void **state)
{
    const struct ilf__spool_state store = {.payloads = 2, .last = 5, .name = S("name")};
    struct ilf__spool_state got;
    char bytes[ILF__SPOOL_STATE + 4];
    uint32_t version = 2, checksum;

    (void)state;
    ilf__spool_state_write(bytes, &store);
    assert_true(ilf__spool_state_read(&got, bytes, sizeof(bytes)));
    assert_int_equal(2, got.payloads);
    assert_true(ilf_str_equal(S("name"), got.name));
    for (size_t bit = 0; bit < sizeof(bytes) * 8; bit++) {
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        assert_false(ilf__spool_state_read(&got, bytes, sizeof(bytes)));
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
    }
    assert_false(ilf__spool_state_read(&got, bytes, 11));
    memcpy(bytes + 8, &version, 4);
    checksum = ilf__checksum(bytes + 8, sizeof(bytes) - 8);
    memcpy(bytes + 4, &checksum, 4);
    assert_true(ilf__spool_state_read(&got, bytes, sizeof(bytes)));
    assert_int_equal(2, got.version);
}

static void a_payload_that_is_too_long_has_no_size(void **state)
{
    ilf_payload p = {.n_records = 1, .bytes = {NULL, UINT32_MAX}};

    (void)state;
    assert_int_equal(0, ilf__spool_record_size(&p));
    p.bytes.len = SIZE_MAX;
    assert_int_equal(0, ilf__spool_record_size(&p));
    p.bytes.len = 0;
    p.n_records = SIZE_MAX / 8 + 2;
    assert_int_equal(0, ilf__spool_record_size(&p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_wrote_wherever_it_lies),
        cmocka_unit_test(every_changed_bit_and_every_cut_is_damage),
        cmocka_unit_test(ends_beyond_the_bytes_are_damage),
        cmocka_unit_test(the_layout_is_as_it_is_documented),
        cmocka_unit_test(a_state_is_read_back_or_known_as_damaged_or_newer),
        cmocka_unit_test(a_payload_that_is_too_long_has_no_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
