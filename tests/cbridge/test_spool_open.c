/* Tests of cbridge/spool_open.c: who may open a spool, and with whom. */
#include "spool_test.h"

#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

static void makes_the_folder_for_its_user_only(void **state)
{
    struct ilf__spool_options options = test_spool_options(test_path("a/b/s"));
    struct ilf__spool *spool = test_open_with(&options, &owner_a);
    struct stat st;

    (void)state;
    assert_int_equal(0, stat(test_path("a/b/s"), &st));
    assert_int_equal(0700, st.st_mode & 0777);
    assert_int_equal(0, stat(test_path("a/b/s/data.mdb"), &st));
    assert_int_equal(0600, st.st_mode & 0777);
    ilf__spool_close(spool, &owner_a);
}

static ilf_status open_at(const char *path, const char *name, ilf_error *err)
{
    struct ilf__spool_options options = test_spool_options(path);
    struct ilf__spool *spool;
    ilf_status status = ilf__spool_open(&spool, &options, name, test_spool_tell, &owner_b, err);

    if (status == ILF_OK)
        ilf__spool_close(spool, &owner_b);
    return status;
}

static void a_path_that_is_no_folder_is_an_error(void **state)
{
    char want[600];

    (void)state;
    test_write_file(test_path("f"), "x", 1);
    (void)snprintf(want, sizeof(want),
                   "spool '%s': not a directory: name one, which is made if need be",
                   test_path("f"));
    assert_fails(ILF_ERR_CONFIG, want, open_at(test_path("f"), "flusher_c_x", &err));
    (void)snprintf(
        want, sizeof(want),
        "spool '%s': make the folder: Not a directory: name a directory that is not below a file",
        test_path("f/g"));
    assert_fails(ILF_ERR_CONFIG, want, open_at(test_path("f/g"), "flusher_c_x", &err));
}

static void a_path_that_is_too_long_makes_no_folder(void **state)
{
    char path[8192];
    size_t len = (size_t)snprintf(path, sizeof(path), "%s", test_folder());
    ilf_error err;

    (void)state;
    for (; len < 4090; len++) /* the folder would do, but not the files in it */
        path[len] = len % 100 == 0 ? '/' : 'x';
    path[len] = '\0';
    assert_int_equal(ILF_ERR_CONFIG, open_at(path, "flusher_c_x", &err));
    assert_non_null(strstr(err.text, "File name too long: name a directory with a shorter path"));
    memset(path + 1000, 'x', 300);
    path[1300] = '\0';
    assert_int_equal(ILF_ERR_CONFIG, open_at(path, "flusher_c_x", &err));
    assert_names("");
}

static void a_read_only_file_system_is_named_with_its_cure(void **state)
{
    char want[800];

    (void)state;
    assert_int_equal(0, mkdir(test_path("ro"), 0700));
    if (mount("tmpfs", test_path("ro"), "tmpfs", MS_RDONLY, NULL) != 0) {
        print_message("skipped: cannot mount a tmpfs: are we root?\n");
        skip();
    }
    (void)snprintf(want, sizeof(want),
                   "spool '%s': open its lock file: Read-only file system: its file system is "
                   "read-only: remount it, or name another directory",
                   test_path("ro"));
    assert_fails(ILF_ERR_CONFIG, want, open_at(test_path("ro"), "flusher_c_x", &err));
    (void)snprintf(want, sizeof(want),
                   "spool '%s': make the folder: Read-only file system: its file system is "
                   "read-only: remount it, or name another directory",
                   test_path("ro/s"));
    assert_fails(ILF_ERR_CONFIG, want, open_at(test_path("ro/s"), "flusher_c_x", &err));
    assert_int_equal(0, umount2(test_path("ro"), MNT_DETACH));
}

static void two_pipelines_do_not_share_one_but_a_reload_does(void **state)
{
    struct ilf__spool_options options = test_spool_options(test_path("s"));
    struct ilf__spool *spool, *reloaded;
    char want[800];

    (void)state;
    options.pipeline = "access";
    spool = test_open_with(&options, &owner_a);
    reloaded = test_open_with(&options, &owner_b);
    assert_ptr_equal(spool, reloaded);
    ilf__spool_close(reloaded, &owner_b);
    options.pipeline = "audit";
    (void)snprintf(want, sizeof(want),
                   "spool '%s': the pipeline 'access' has it open: give every pipeline a folder of "
                   "its own",
                   test_path("s"));
    assert_fails(
        ILF_ERR_CONFIG, want,
        ilf__spool_open(&reloaded, &options, "flusher_c_x", test_spool_tell, &owner_b, &err));
    ilf__spool_close(spool, &owner_a);
    spool = test_open_with(&options, &owner_a);
    ilf__spool_close(spool, &owner_a);
}

static void the_same_folder_by_another_name_is_the_same_spool(void **state)
{
    struct ilf__spool *spool = test_open_spool(&owner_a), *other;
    struct ilf__spool_options options;

    (void)state;
    assert_int_equal(0, symlink(test_path("s"), test_path("link")));
    options = test_spool_options(test_path("link/../s/."));
    other = test_open_with(&options, &owner_b);
    assert_ptr_equal(spool, other);
    ilf__spool_close(other, &owner_b);
    test_append(spool, test_text("still open"), &owner_a);
    ilf__spool_close(spool, &owner_a);
    ilf__spool_close(NULL, &owner_a);
}

static void payloads_of_one_flusher_are_not_for_another(void **state)
{
    struct ilf__spool *spool = test_open_spool(&owner_a);
    uint64_t sequence = test_append(spool, test_text("x"), &owner_a);
    char want[800];

    (void)state;
    (void)snprintf(want, sizeof(want),
                   "spool '%s': a flusher_c_x of this process has it open: give every flusher a "
                   "folder of its own",
                   test_path("s"));
    assert_fails(ILF_ERR_CONFIG, want, open_at(test_path("s"), "flusher_c_y", &err));
    ilf__spool_close(spool, &owner_a);
    (void)snprintf(want, sizeof(want),
                   "spool '%s': it holds 1 payloads of a flusher_c_x, not of a flusher_c_y: give "
                   "every flusher a folder of its own, or move this one away",
                   test_path("s"));
    assert_fails(ILF_ERR_CONFIG, want, open_at(test_path("s"), "flusher_c_y", &err));
    spool = test_open_spool(&owner_a);
    assert_works(ilf__spool_remove(spool, &sequence, 1, &err));
    ilf__spool_close(spool, &owner_a);
    assert_works(open_at(test_path("s"), "flusher_c_y", &err)); /* nothing is in it any more */
}

/* Run @child in a process of its own; fail unless it returns 0. It ends by a signal then, so that
 * Valgrind does not look for leaks in a copy of this process. */
static void in_child(int (*child)(void *), void *data)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        if (child(data) == 0)
            (void)kill(getpid(), SIGKILL);
        _exit(1);
    }
    assert_true(pid > 0);
    assert_int_equal(pid, waitpid(pid, &status, 0));
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void a_child_that_was_forked_meanwhile_does_not_keep_it_locked(void **state)
{
    struct ilf__spool *spool = test_open_spool(&owner_a);
    int wait[2];
    pid_t child;
    char byte;

    (void)state;
    assert_int_equal(0, pipe(wait));
    child = fork();
    if (child == 0) { /* as between fork and exec: every file of the parent's is open */
        close(wait[1]);
        _exit((int)read(wait[0], &byte, 1));
    }
    ilf__spool_close(spool, &owner_a);
    spool = test_open_spool(&owner_a);
    ilf__spool_close(spool, &owner_a);
    close(wait[0]);
    close(wait[1]);
    assert_int_equal(child, waitpid(child, NULL, 0));
}

static int is_refused(void *data)
{
    ilf_error err;
    char want[800];

    (void)snprintf(want, sizeof(want),
                   "spool '%s': process %ld has it open: give every agent a folder of its own, or "
                   "stop that process",
                   (char *)data, (long)getppid());
    return open_at(data, "flusher_c_x", &err) == ILF_ERR_CONFIG && strcmp(want, err.text) == 0 ? 0
                                                                                               : 1;
}

static void a_second_process_is_refused(void **state)
{
    struct ilf__spool *spool = test_open_spool(&owner_a);
    char path[512];

    (void)state;
    (void)snprintf(path, sizeof(path), "%s", test_path("s"));
    in_child(is_refused, path);
    ilf__spool_close(spool, &owner_a);
    assert_works(open_at(path, "flusher_c_x", &err));
}

static int cannot_use(void *data)
{
    struct ilf__payload *p = NULL;
    ilf_error err;

    if (ilf__spool_next(data, &p, &owner_a, &err) != ILF_ERR_CONFIG ||
        !strstr(err.text, "a forked child can't use it"))
        return 1;
    ilf__spool_close(data, &owner_a); /* leaves the parent's alone */
    return 0;
}

static void a_forked_child_can_not_use_it_and_does_it_no_harm(void **state)
{
    struct ilf__spool *spool = test_open_spool(&owner_a);

    (void)state;
    test_append(spool, test_text("x"), NULL);
    in_child(cannot_use, spool);
    assert_next(spool, "x", &owner_a);
    ilf__spool_close(spool, &owner_a);
}

static void the_options_of_the_last_one_hold(void **state)
{
    struct ilf__spool_options options = test_spool_options(test_path("s"));
    struct ilf__payload *p = test_numbered(1, 1000);
    struct ilf__spool *spool, *same;
    ilf_error err;

    (void)state;
    options.max_bytes = 1500;
    spool = test_open_with(&options, &owner_a);
    assert_works(ilf__spool_append(spool, &p, 1, &owner_a, &err));
    assert_int_equal(ILF_ERR_RETRY, ilf__spool_append(spool, &p, 1, &owner_a, &err));
    options.max_bytes = (uint64_t)1 << 34; /* the map grows with it */
    options.sync = ILF__SYNC_BATCH;
    same = test_open_with(&options, &owner_b);
    assert_works(ilf__spool_append(spool, &p, 1, &owner_a, &err));
    ilf__spool_close(spool, &owner_a);
    ilf__spool_close(same, &owner_b);
    free(p);
}

static void too_large_a_map_is_an_error_of_configuration(void **state)
{
    struct ilf__spool_options options = test_spool_options(test_path("s"));
    struct ilf__spool *spool;
    ilf_error err;

    (void)state;
    options.max_bytes = UINT64_MAX;
    assert_int_equal(ILF_ERR_CONFIG, ilf__spool_open(&spool, &options, "flusher_c_x",
                                                     test_spool_tell, &owner_a, &err));
    assert_non_null(strstr(err.text, "lower its MaxBytes"));
    options.max_bytes = 1 << 20;
    spool = test_open_with(&options, &owner_a);
    test_append(spool, test_text("x"), NULL);
    options.max_bytes = UINT64_MAX; /* in a reload: the old one goes on */
    assert_int_not_equal(
        ILF_OK, ilf__spool_open(&spool, &options, "flusher_c_x", test_spool_tell, &owner_b, &err));
    assert_next(spool, "x", &owner_a);
    test_append(spool, test_text("y"), &owner_a);
    ilf__spool_close(spool, &owner_a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_folder(makes_the_folder_for_its_user_only),
        test_with_folder(a_path_that_is_no_folder_is_an_error),
        test_with_folder(a_path_that_is_too_long_makes_no_folder),
        test_with_folder(a_read_only_file_system_is_named_with_its_cure),
        test_with_folder(two_pipelines_do_not_share_one_but_a_reload_does),
        test_with_folder(the_same_folder_by_another_name_is_the_same_spool),
        test_with_folder(payloads_of_one_flusher_are_not_for_another),
        test_with_folder(a_second_process_is_refused),
        test_with_folder(a_child_that_was_forked_meanwhile_does_not_keep_it_locked),
        test_with_folder(a_forked_child_can_not_use_it_and_does_it_no_harm),
        test_with_folder(the_options_of_the_last_one_hold),
        test_with_folder(too_large_a_map_is_an_error_of_configuration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
