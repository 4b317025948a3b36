/* Tests of cbridge/spool_next.c: reading, and the threads that share a spool. */
#include "spool_test.h"

#include "spool_parts.h"

#include <pthread.h>

/* Change a byte of the @n payloads that begin with @text, wherever they lie in the store. */
static void damage(const char *text)
{
    size_t len;
    char *bytes = test_read_file(test_path("s/data.mdb"), &len), *at = bytes;

    while ((at = memmem(at, len - (size_t)(at - bytes), text, strlen(text))))
        *at++ ^= 1;
    test_write_file(test_path("s/data.mdb"), bytes, len);
    free(bytes);
}

static void damaged_payloads_are_set_aside_and_the_others_given(void **state)
{
    struct ilf__spool *spool = test_open_spool(&owner_a);
    char name[600] = "", want[700];
    size_t len;
    char *kept, *at;

    (void)state;
    test_append(spool, test_text("first"), &owner_a);
    test_append(spool, test_text("hurt"), &owner_a);
    test_append(spool, test_text("last"), &owner_a);
    ilf__spool_close(spool, &owner_a);
    damage("topichurt");
    forget_log();
    spool = test_open_spool(&owner_a);
    assert_next(spool, "first", &owner_a);
    assert_next(spool, "last", &owner_a);
    assert_null(test_next(spool, &owner_a));
    assert_int_equal(2, test_stats(spool).payloads);
    assert_int_equal(1, test_stats(spool).damaged);
    (void)snprintf(want, sizeof(want),
                   "3 spool '%s': payload 2097152 of 97 bytes is damaged and will not be "
                   "delivered; it is kept as ",
                   test_path("s"));
    assert_memory_equal(want, spool_log.text, strlen(want));
    at = spool_log.text + strlen(want);
    memcpy(name, at, strcspn(at, "\n"));
    kept = test_read_file(name, &len);
    assert_int_equal(97, len);
    assert_memory_equal("hurt", kept + 93, 4);
    free(kept);
    ilf__spool_close(spool, &owner_a);
}

static void an_empty_spool_gives_nothing(void **state)
{
    struct ilf__spool *spool = test_open_spool(&owner_a);

    (void)state;
    assert_null(test_next(spool, &owner_a));
    assert_works(ilf__spool_append(spool, NULL, 0, &owner_a, &err));
    assert_works(ilf__spool_remove(spool, NULL, 0, &err));
    assert_int_equal(0, test_stats(spool).payloads);
    ilf__spool_close(spool, &owner_a);
}

static void after_damage_met_by_lmdb_the_next_call_opens_the_store_again(void **state)
{
    struct ilf__spool *spool = test_open_spool(&owner_a);
    ilf_error err;

    (void)state;
    test_append(spool, test_text("one"), NULL);
    assert_int_equal(ILF_ERR_RETRY, ilf__spool_fail(spool, MDB_CORRUPTED, "read", &err));
    assert_non_null(strstr(err.text, "; it is opened anew"));
    assert_next(spool, "one", &owner_a);
    ilf__spool_close(spool, &owner_a);
}

/* Four threads write, two read and remove: all of it arrives, once. */
static struct ilf__spool *shared;
static char seen[4 * 200];

static void *write_some(void *data)
{
    uint64_t from = (uint64_t)(uintptr_t)data;

    for (uint64_t i = from; i < from + 200; i++) {
        struct ilf__payload *p = test_numbered(i, 200 + i % 5000);
        ilf_error err;

        if (ilf__spool_append(shared, &p, 1, NULL, &err) != ILF_OK)
            abort();
        free(p);
    }
    return NULL;
}

static void *read_some(void *owner)
{
    for (int idle = 0; idle < 2000;) {
        struct ilf__spool_stats stats;
        struct ilf__payload *p;
        ilf_error err;

        ilf__spool_stats(shared, &stats);
        if (ilf__spool_next(shared, &p, owner, &err) != ILF_OK)
            abort();
        if (!p) {
            usleep(1000);
            idle = stats.payloads == 0 ? idle + 100 : idle + 1;
            continue;
        }
        seen[test_number(p)]++;
        if (ilf__spool_remove(shared, &p->sequence, 1, &err) != ILF_OK)
            abort();
        free(p);
    }
    return NULL;
}

static void threads_share_it(void **state)
{
    pthread_t threads[6];

    (void)state;
    shared = test_open_spool(&owner_a);
    for (uintptr_t i = 0; i < 4; i++)
        assert_int_equal(0, pthread_create(&threads[i], NULL, write_some, (void *)(i * 200)));
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(0, pthread_join(threads[i], NULL));
    assert_int_equal(0, pthread_create(&threads[4], NULL, read_some, &owner_a));
    assert_int_equal(0, pthread_create(&threads[5], NULL, read_some, &owner_b));
    for (size_t i = 4; i < 6; i++)
        assert_int_equal(0, pthread_join(threads[i], NULL));
    for (size_t i = 0; i < sizeof(seen); i++)
        assert_int_equal(1, seen[i]);
    ilf__spool_close(shared, &owner_a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_folder(damaged_payloads_are_set_aside_and_the_others_given),
        test_with_folder(an_empty_spool_gives_nothing),
        test_with_folder(after_damage_met_by_lmdb_the_next_call_opens_the_store_again),
        test_with_folder(threads_share_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
