/* Tests of cbridge/spool_store.c: disks that fail or are full, stores of another version. */
#include "spool_test.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "checksum.h"
#include "spool_parts.h"

/* --- A disk that fails: LMDB finds these before those of libc ---------------------------------- */

#define SEEN __attribute__((visibility("default")))
SEEN ssize_t pwrite(int fd, const void *buf, size_t len, off_t offset);
SEEN ssize_t writev(int fd, const struct iovec *iov, int n);
SEEN int fdatasync(int fd);

static int failure;       /* errno of those that fail; 0: none does */
static int failing_after; /* calls that work before */
static bool sync_fails, torn;

static bool fails(void)
{
    return failure != 0 && failing_after-- <= 0;
}

ssize_t pwrite(int fd, const void *buf, size_t len, off_t offset)
{
    if (fails()) {
        if (torn && len > 100) /* a part of it */
            return syscall(SYS_pwrite64, fd, buf, 100, offset);
        errno = failure;
        return -1;
    }
    return syscall(SYS_pwrite64, fd, buf, len, offset);
}

ssize_t writev(int fd, const struct iovec *iov, int n)
{
    if (fails()) {
        errno = failure;
        return -1;
    }
    return syscall(SYS_writev, fd, iov, n);
}

int fdatasync(int fd)
{
    if (failure != 0 && sync_fails) {
        errno = failure;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

/* Every write of an append, a removal and a replacement fails in its turn: what was there before is
 * there still, and when the disk works again, so does the spool. */
static void fail_everywhere(int why, int sync)
{
    struct ilf__spool_options options = test_spool_options(test_path("s"));
    struct ilf__spool *spool;
    uint64_t first;
    int failed = 0;

    options.sync = sync;
    spool = test_open_with(&options, &owner_a);
    first = test_append(spool, test_text("first"), &owner_a);
    test_append(spool, test_text("second"), &owner_a);
    for (int after = 0; after < 8; after++)
        for (int what = 0; what < 3; what++) {
            struct ilf__payload *p = test_numbered(1, what == 1 ? 100 : 30000), *next;
            struct ilf__spool_stats before = test_stats(spool), now;
            ilf_error err = {""};
            ilf_status status;

            failure = why;
            failing_after = after;
            if (what == 0)
                status = ilf__spool_append(spool, &p, 1, &owner_a, &err);
            else if (what == 1)
                status = ilf__spool_replace(spool, first, &p, 1, &err);
            else
                status = ilf__spool_remove(spool, &first, 1, &err);
            failure = 0;
            now = test_stats(spool);
            if (status == ILF_OK) { /* undo it */
                uint64_t sequence = p->sequence;

                if (what == 0)
                    assert_works(ilf__spool_remove(spool, &sequence, 1, &err));
                else if (what == 1)
                    assert_works(ilf__spool_replace(spool, first,
                                                    (next = test_text("first"), &next), 1, &err));
                else
                    assert_works(ilf__spool_replace(spool, first,
                                                    (next = test_text("first"), &next), 1, &err));
                if (what > 0)
                    free(next);
            } else {
                failed++;
                assert_int_equal(ILF_ERR_RETRY, status);
                assert_int_equal(before.payloads, now.payloads);
                assert_int_equal(before.bytes, now.bytes);
                assert_true(strncmp(err.text, "spool '", 7) == 0);
            }
            free(p);
        }
    assert_true(failed > 6);
    ilf__spool_close(spool, &owner_a);
    forget_log();
    spool = test_open_with(&options, &owner_b);
    assert_next(spool, "first", &owner_b);
    assert_next(spool, "second", &owner_b);
    assert_null(test_next(spool, &owner_b));
    assert_string_equal("", spool_log.text);
    ilf__spool_close(spool, &owner_b);
}

static void a_disk_that_fails_keeps_what_it_had(void **state)
{
    (void)state;
    fail_everywhere(EIO, ILF__SYNC_BATCH);
}

static void a_disk_that_is_full_keeps_what_it_had(void **state)
{
    (void)state;
    fail_everywhere(ENOSPC, ILF__SYNC_NEVER);
}

static void a_write_that_stops_in_the_middle_keeps_what_was_there(void **state)
{
    (void)state;
    torn = true;
    fail_everywhere(ENOSPC, ILF__SYNC_BATCH);
    torn = false;
}

static void a_sync_that_fails_is_no_success(void **state)
{
    struct ilf__spool_options options = test_spool_options(test_path("s"));
    struct ilf__payload *p = test_text("x");
    struct ilf__spool *spool;
    ilf_error err;

    (void)state;
    options.sync = ILF__SYNC_BATCH;
    spool = test_open_with(&options, &owner_a);
    failure = EIO;
    failing_after = 1000;
    sync_fails = true;
    assert_int_equal(ILF_ERR_RETRY, ilf__spool_append(spool, &p, 1, NULL, &err));
    assert_non_null(strstr(err.text, "/s': write: Input/output error, or the disk is full: "));
    failure = 0;
    assert_null(test_next(spool, &owner_a));
    assert_works(ilf__spool_append(spool, &p, 1, NULL, &err));
    assert_next(spool, "x", &owner_a);
    ilf__spool_close(spool, &owner_a);
    options.sync = ILF__SYNC_INTERVAL;
    options.sync_interval = 0;
    forget_log();
    spool = test_open_with(&options, &owner_a);
    failure = EIO;
    failing_after = 1000;
    assert_works(ilf__spool_append(spool, &p, 1, NULL, &err)); /* as promised: a while later */
    failure = 0;
    sync_fails = false;
    assert_non_null(strstr(spool_log.text, "sync: Input/output error; what was written since"));
    ilf__spool_close(spool, &owner_a);
    free(p);
}

/* --- A disk that is really full ----------------------------------------------------------------- */

static int remove_disk(void **state)
{
    (void)umount2(test_path("disk"), MNT_DETACH);
    return test_remove_folder(state);
}

static void on_a_small_disk_it_waits_for_room(void **state)
{
    struct ilf__payload *p = test_numbered(1, 50000);
    static uint64_t sequences[1000];
    struct ilf__spool *spool;
    ilf_error err = {""};
    size_t n = 0;

    (void)state;
    assert_int_equal(0, mkdir(test_path("disk"), 0700));
    if (mount("none", test_path("disk"), "tmpfs", 0, "size=2m") != 0) {
        print_message("not run: mounting a small disk needs root: %s\n", strerror(errno));
        free(p);
        skip();
    }
    {
        struct ilf__spool_options options = test_spool_options(test_path("disk"));

        spool = test_open_with(&options, &owner_a);
    }
    while (n < 1000 && ilf__spool_append(spool, &p, 1, &owner_a, &err) == ILF_OK)
        sequences[n++] = p->sequence;
    assert_in_range(n, 25, 40);
    if (!strstr(err.text, "No space left on device; it goes on when there is room") &&
        !strstr(err.text, "or the disk is full: ")) /* what LMDB makes of a part of a write */
        fail_msg("%s", err.text);
    for (int round = 0; round < 50; round++) { /* and so it goes on at the edge */
        assert_works(ilf__spool_remove(spool, sequences, 3, &err));
        memmove(sequences, sequences + 3, (n - 3) * sizeof(*sequences));
        n -= 3;
        while (ilf__spool_append(spool, &p, 1, &owner_a, &err) == ILF_OK)
            sequences[n++] = p->sequence;
    }
    assert_in_range(n, 20, 40);
    assert_int_equal(n, test_stats(spool).payloads);
    ilf__spool_close(spool, &owner_a);
    free(p);
}

/* --- Other versions ------------------------------------------------------------------------------ */

static void a_store_of_a_newer_release_is_left_alone(void **state)
{
    struct ilf__spool *spool = test_open_spool(&owner_a);
    struct ilf__spool_options options;
    uint32_t checksum;
    ilf_error err;
    size_t len;
    char *bytes, *at;

    (void)state;
    test_append(spool, test_text("x"), &owner_a);
    ilf__spool_close(spool, &owner_a);
    bytes = test_read_file(test_path("s/data.mdb"), &len);
    at = memmem(bytes, len, "ILS1", 4);
    assert_non_null(at);
    at[8] = 2;
    checksum = ilf__checksum(at + 8, 40 + 11);
    memcpy(at + 4, &checksum, 4);
    test_write_file(test_path("s/data.mdb"), bytes, len);
    options = test_spool_options(test_path("s"));
    assert_int_equal(ILF_ERR_CONFIG, ilf__spool_open(&spool, &options, "flusher_c_x",
                                                     test_spool_tell, &owner_a, &err));
    assert_non_null(strstr(err.text, "/s': a newer release has written it, in version 2 of the "
                                     "format; this one reads up to 1"));
    assert_file(test_path("s/data.mdb"), (ilf_str){bytes, len});
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_folder(a_disk_that_fails_keeps_what_it_had),
        test_with_folder(a_disk_that_is_full_keeps_what_it_had),
        test_with_folder(a_write_that_stops_in_the_middle_keeps_what_was_there),
        test_with_folder(a_sync_that_fails_is_no_success),
        cmocka_unit_test_setup_teardown(on_a_small_disk_it_waits_for_room, test_make_folder,
                                        remove_disk),
        test_with_folder(a_store_of_a_newer_release_is_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
