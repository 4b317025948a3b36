/* Tests of cbridge/spool_salvage.c. What becomes of what it finds is in test_spool_rebuild.c. */
#include "spool_test.h"

#include <fcntl.h>

#include "spool_salvage.h"

static struct ilf__wreck search(void)
{
    int fd = open(test_path("s/data.mdb"), O_RDONLY);
    struct ilf__wreck wreck;

    assert_true(fd >= 0);
    assert_works(ilf__wreck_search(&wreck, fd, &err));
    close(fd);
    return wreck;
}

static void finds_all_without_the_trees_but_not_what_was_long_removed(void **state)
{
    struct ilf__spool *spool = test_open_spool(&owner_a);
    uint64_t sequences[30];
    struct ilf__wreck wreck;
    size_t len;
    char *bytes;

    (void)state;
    for (uint64_t i = 0; i < 29; i++)
        sequences[i] = test_append(spool, test_numbered(i, i % 2 ? 100 : 5000), &owner_a);
    assert_works(ilf__spool_remove(spool, sequences, 10, &err));
    sequences[29] = test_append(spool, test_numbered(29, 100), &owner_a); /* knows of that */
    ilf__spool_close(spool, &owner_a);
    bytes = test_read_file(test_path("s/data.mdb"), &len);
    memset(bytes, 0, 8192);
    test_write_file(test_path("s/data.mdb"), bytes, len);
    wreck = search();
    assert_int_equal(20, wreck.n_entries);
    for (size_t i = 0; i < 20; i++)
        assert_true(sequences[10 + i] == wreck.entries[i].sequence);
    assert_true(wreck.has_state);
    assert_int_equal(sequences[29], wreck.state.last);
    assert_true(ilf_str_equal(S("flusher_c_x"), wreck.state.name));
    ilf__wreck_dispose(&wreck);
    free(bytes);
}

/* Logs may hold anything, a page of a spool too. */
static void text_inside_a_payload_is_not_taken_for_one(void **state)
{
    struct ilf__spool *spool = test_open_spool(&owner_a);
    struct ilf__wreck wreck;
    size_t len;
    char *bytes;

    (void)state;
    test_append(spool, test_numbered(1, 5000), &owner_a);
    ilf__spool_close(spool, &owner_a);
    bytes = test_read_file(test_path("s/data.mdb"), &len);
    test_remove(test_path("s"));
    spool = test_open_spool(&owner_a);
    test_append(spool, test_payload((ilf_str){bytes, len}, 1), &owner_a);
    ilf__spool_close(spool, &owner_a);
    wreck = search();
    assert_int_equal(1, wreck.n_entries);
    assert_true(wreck.entries[0].size > len);
    ilf__wreck_dispose(&wreck);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_folder(finds_all_without_the_trees_but_not_what_was_long_removed),
        test_with_folder(text_inside_a_payload_is_not_taken_for_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
