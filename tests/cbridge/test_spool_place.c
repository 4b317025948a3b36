/* Tests of cbridge/spool_place.c: a spool whose folder is removed, renamed or replaced under it. */
#include "spool_test.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>

#include "spool_parts.h"

static struct ilf__spool *spool;

/* A spool with three payloads, of which one is claimed. */
static int set_up(void **state)
{
    if (test_make_folder(state) != 0)
        return -1;
    forget_log();
    spool = test_open_spool(&owner_a);
    test_append(spool, test_text("one"), NULL);
    test_append(spool, test_text("two"), NULL);
    assert_next(spool, "one", &owner_a);
    return 0;
}

static int tear_down(void **state)
{
    (void)umount2(test_path("s"), MNT_DETACH);
    return test_remove_folder(state);
}

/* As if a second were over since it was last looked. */
static void look(void)
{
    pthread_mutex_lock(&spool->mutex);
    spool->look_at = 0;
    pthread_mutex_unlock(&spool->mutex);
}

static bool logged(const char *what)
{
    spool_log.text[spool_log.len] = '\0';
    return strstr(spool_log.text, what);
}

/* What is appended is kept, with all that was there; and so it is after a restart. */
static void assert_kept(void)
{
    look();
    test_append(spool, test_text("three"), NULL);
    assert_true(
        logged("was removed or replaced while it was in use; made again, with the 2 payloads"));
    assert_next(spool, "two", &owner_a);
    ilf__spool_close(spool, &owner_a);
    forget_log();
    spool = test_open_spool(&owner_a);
    assert_next(spool, "one", &owner_a);
    assert_next(spool, "two", &owner_a);
    assert_next(spool, "three", &owner_a);
    assert_null(test_next(spool, &owner_a));
    ilf__spool_close(spool, &owner_a);
    assert_int_equal(0, spool_log.len);
}

static void a_folder_that_is_removed_is_made_again_with_all_it_held(void **state)
{
    struct stat st;

    (void)state;
    test_remove(test_path("s"));
    assert_kept();
    assert_int_equal(0, stat(test_path("s"), &st));
    assert_int_equal(0700, st.st_mode & 0777);
}

static void a_folder_that_is_renamed_is_made_again(void **state)
{
    (void)state;
    assert_int_equal(0, rename(test_path("s"), test_path("away")));
    assert_kept();
    assert_names("away s");
}

static void a_store_that_is_removed_from_its_folder_is_made_again(void **state)
{
    (void)state;
    assert_int_equal(0, unlink(test_path("s/data.mdb")));
    assert_kept();
}

static void a_folder_that_is_removed_with_those_above_is_made_again(void **state)
{
    const struct ilf__spool_options options = test_spool_options(test_path("a/b/s"));
    struct ilf__spool *first = spool;

    (void)state;
    spool = test_open_with(&options, &owner_a);
    test_append(spool, test_text("deep"), NULL);
    test_remove(test_path("a"));
    look();
    assert_next(spool, "deep", &owner_a);
    ilf__spool_close(spool, &owner_a);
    ilf__spool_close(first, &owner_a);
}

static void what_lies_in_its_place_is_kept_beside_it(void **state)
{
    const struct ilf__spool_options options = test_spool_options(test_path("other"));
    struct ilf__spool *other = test_open_with(&options, &owner_b);

    (void)state;
    test_append(other, test_text("other"), NULL);
    ilf__spool_close(other, &owner_b);
    assert_int_equal(0, rename(test_path("s"), test_path("away")));
    assert_int_equal(0, rename(test_path("other"), test_path("s")));
    look();
    assert_next(spool, "two", &owner_a);
    assert_true(logged("another store was put into it while it was in use; that is kept as "));
    ilf__spool_close(spool, &owner_a);
    assert_int_equal(0, access(test_path("s/other-1.mdb"), F_OK));
}

static void another_file_system_over_it_is_noticed(void **state)
{
    (void)state;
    if (mount("tmpfs", test_path("s"), "tmpfs", 0, "size=4m") != 0) {
        ilf__spool_close(spool, &owner_a);
        print_message("skipped: cannot mount a tmpfs: are we root?\n");
        skip();
    }
    assert_kept();
}

/* The lock is what keeps a second agent out. */
static void a_lock_that_is_removed_is_taken_again(void **state)
{
    int fd;

    (void)state;
    assert_int_equal(0, unlink(test_path("s/lock")));
    look();
    assert_next(spool, "two", &owner_a);
    fd = open(test_path("s/lock"), O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(-1, flock(fd, LOCK_EX | LOCK_NB));
    close(fd);
    ilf__spool_close(spool, &owner_a);
}

static void takes_nothing_while_it_can_not_be_made_again(void **state)
{
    struct ilf__payload *p = test_text("three");
    ilf_error err;

    (void)state;
    test_remove(test_path("s"));
    test_write_file(test_path("s"), "x", 1); /* a file is in its place */
    look();
    assert_int_equal(ILF_ERR_RETRY, ilf__spool_append(spool, &p, 1, NULL, &err));
    assert_int_equal(ILF_ERR_RETRY, ilf__spool_append(spool, &p, 1, NULL, &err));
    assert_true(logged("can't be made again"));
    assert_int_equal(0, unlink(test_path("s")));
    forget_log();
    assert_kept();
    free(p);
}

static void closing_looks_whatever_the_time_is(void **state)
{
    (void)state;
    look();
    assert_next(spool, "two", &owner_a); /* so it is not looked again for a second */
    test_remove(test_path("s"));
    ilf__spool_close(spool, &owner_a);
    spool = test_open_spool(&owner_a);
    assert_next(spool, "one", &owner_a);
    assert_next(spool, "two", &owner_a);
    ilf__spool_close(spool, &owner_a);
}

static void a_reload_after_the_removal_shares_what_it_held(void **state)
{
    struct ilf__spool *other;

    (void)state;
    test_remove(test_path("s"));
    other = test_open_spool(&owner_b);
    assert_ptr_equal(spool, other);
    assert_next(other, "two", &owner_b);
    ilf__spool_close(spool, &owner_a);
    assert_next(other, "one", &owner_b);
    ilf__spool_close(other, &owner_b);
}

static void claims_and_removals_hold_across_the_move(void **state)
{
    uint64_t sequence;

    (void)state;
    test_remove(test_path("s"));
    look();
    sequence = assert_next(spool, "two", &owner_a);
    assert_works(ilf__spool_remove(spool, &sequence, 1, &err));
    assert_int_equal(1, test_stats(spool).payloads);
    ilf__spool_close(spool, &owner_a);
    spool = test_open_spool(&owner_a);
    assert_next(spool, "one", &owner_a);
    assert_null(test_next(spool, &owner_a));
    ilf__spool_close(spool, &owner_a);
}

static void a_look_notices_it_when_nothing_else_is_done(void **state)
{
    (void)state;
    ilf__spool_look(spool);
    test_remove(test_path("s"));
    ilf__spool_look(spool);
    assert_int_equal(0, access(test_path("s/data.mdb"), F_OK));
    ilf__spool_close(spool, &owner_a);
}

/* fstat of a file system whose numbers differ from those of stat. */
static bool strange;

int fstat(int fd, struct stat *st)
{
    int rc = fstatat(fd, "", st, AT_EMPTY_PATH);

    st->st_ino += strange;
    return rc;
}

static void where_file_numbers_say_nothing_nothing_is_made_again(void **state)
{
    (void)state;
    ilf__spool_close(spool, &owner_a);
    strange = true;
    spool = test_open_spool(&owner_a);
    assert_next(spool, "one", &owner_a);
    ilf__spool_look(spool);
    ilf__spool_close(spool, &owner_a);
    strange = false;
    assert_int_equal(0, spool_log.len);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_folder_that_is_removed_is_made_again_with_all_it_held),
        test(a_folder_that_is_renamed_is_made_again),
        test(a_store_that_is_removed_from_its_folder_is_made_again),
        test(a_folder_that_is_removed_with_those_above_is_made_again),
        test(what_lies_in_its_place_is_kept_beside_it),
        test(another_file_system_over_it_is_noticed),
        test(a_lock_that_is_removed_is_taken_again),
        test(takes_nothing_while_it_can_not_be_made_again),
        test(closing_looks_whatever_the_time_is),
        test(a_reload_after_the_removal_shares_what_it_held),
        test(where_file_numbers_say_nothing_nothing_is_made_again),
        test(a_look_notices_it_when_nothing_else_is_done),
        test(claims_and_removals_hold_across_the_move),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
