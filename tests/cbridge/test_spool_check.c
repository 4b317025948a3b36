/* Tests of cbridge/spool_check.c. What damage leads to is in test_spool_rebuild.c. */
#include "spool_test.h"

#include <fcntl.h>

#include "spool_check.h"

static enum ilf__store check(struct ilf__store_counts *counts, ilf_error *why)
{
    int fd = open(test_path("s/data.mdb"), O_RDONLY);
    enum ilf__store result;

    assert_true(fd >= 0);
    result = ilf__spool_check(fd, counts, why);
    close(fd);
    return result;
}

/* Through all sizes and depths of the trees, with removals everywhere: whatever LMDB writes must pass,
 * or a sound store would be rebuilt. */
static void every_store_that_lmdb_writes_is_sound(void **state)
{
    struct ilf__spool *spool = test_open_spool(&owner_a);
    static uint64_t live[100000];
    uint64_t random = 9;
    size_t n = 0;

    (void)state;
    for (unsigned round = 0; round < 300; round++) {
        struct ilf__store_counts counts;
        ilf_error why = {""};
        size_t few = test_random(&random) % 60;

        for (size_t i = 0; i < few; i++) {
            size_t size = test_random(&random) % 5 ? 600 : 20000;

            live[n++] = test_append(spool, test_numbered(i, test_random(&random) % size), &owner_a);
        }
        for (size_t i = test_random(&random) % (round % 40 > 30 ? 200 : 50); i > 0 && n > 0; i--) {
            size_t at = test_random(&random) % 4 ? 0 : test_random(&random) % n;

            assert_works(ilf__spool_remove(spool, &live[at], 1, &err));
            memmove(live + at, live + at + 1, (--n - at) * sizeof(*live));
        }
        if (check(&counts, &why) != ILF__STORE_SOUND)
            fail_msg("round %u: %s", round, why.text);
        assert_int_equal(n, counts.payloads);
        assert_int_equal(test_stats(spool).bytes, counts.bytes);
    }
    ilf__spool_close(spool, &owner_a);
}

static void a_deep_tree_is_sound(void **state)
{
    struct ilf__spool *spool = test_open_spool(&owner_a);
    struct ilf__payload *batch[500];
    struct ilf__store_counts counts;
    ilf_error why = {""};

    (void)state;
    for (size_t i = 0; i < 500; i++)
        batch[i] = test_numbered(i, 1500); /* two to a page */
    for (size_t i = 0; i < 20; i++)
        assert_works(ilf__spool_append(spool, batch, 500, &owner_a, &err));
    assert_int_equal(ILF__STORE_SOUND, check(&counts, &why));
    assert_int_equal(10000, counts.payloads);
    for (size_t i = 0; i < 500; i++)
        free(batch[i]);
    ilf__spool_close(spool, &owner_a);
}

static void says_what_is_wrong(void **state)
{
    struct ilf__store_counts counts;
    ilf_error why;

    (void)state;
    assert_int_equal(0, mkdir(test_path("s"), 0700));
    test_write_file(test_path("s/data.mdb"), "", 0);
    assert_int_equal(ILF__STORE_NONE, check(&counts, &why));
    test_write_file(test_path("s/data.mdb"), "x", 1);
    assert_int_equal(ILF__STORE_DAMAGED, check(&counts, &why));
    assert_string_equal("the file ends at a page in use", why.text);
    assert_int_equal(ILF__STORE_FAILED, ilf__spool_check(-1, &counts, &why));
    assert_string_equal("stat: Bad file descriptor", why.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_folder(every_store_that_lmdb_writes_is_sound),
        test_with_folder(a_deep_tree_is_sound),
        test_with_folder(says_what_is_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
