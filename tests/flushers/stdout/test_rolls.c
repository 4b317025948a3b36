/* Tests of flushers/stdout/rolls.c: which name a rolled file gets, and which are deleted. */
#include <ilf_test.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>

#include "../../../flushers/stdout/output.h"

/* --- The kernel, as old as the test needs it -----------------------------------------------------
 */

static struct kernel {
    int without_renameat2; /* errno with which it says so; 0: it is there */
    int rivals;            /* times that another instance takes the name right before us */
    size_t calls;
} kernel;

/* rolls.c calls renameat2 by this, for older C libraries have no name for it. */
long syscall(long number, ...)
{
    va_list args;
    const char *from, *to;

    assert_int_equal(SYS_renameat2, number);
    va_start(args, number);
    (void)va_arg(args, int);
    from = va_arg(args, const char *);
    (void)va_arg(args, int);
    to = va_arg(args, const char *);
    va_end(args);
    kernel.calls++;
    if (kernel.rivals > 0) {
        kernel.rivals--;
        test_write_file(to, "rival\n", 6);
    }
    if (kernel.without_renameat2) {
        errno = kernel.without_renameat2;
        return -1;
    }
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

static int set_up(void **state)
{
    memset(&kernel, 0, sizeof(kernel));
    return test_make_folder(state);
}

/* Make the files @names, which hold their names. */
static void make(const char *const *names)
{
    for (; *names; names++)
        test_write_file(test_path(*names), *names, strlen(*names));
}

#define MAKE(...) make((const char *const[]){__VA_ARGS__, NULL})

/* Roll out.log, which must work. */
static void push(uint64_t max_rolls)
{
    if (!rolls_push(test_path("out.log"), max_rolls))
        fail_msg("%s", strerror(errno));
}

static void fails_with(int error, const char *path)
{
    errno = 0;
    assert_false(rolls_push(path, 1));
    assert_int_equal(error, errno);
}

/* --- Names ---------------------------------------------------------------------------------------
 */

static void counts_from_one(void **state)
{
    (void)state;
    MAKE("out.log");
    push(9);
    assert_names("out.log.1");
    assert_file(test_path("out.log.1"), S("out.log"));
}

static void counts_on_from_the_largest_number(void **state)
{
    (void)state;
    MAKE("out.log", "out.log.9", "out.log.10", "out.log.2");
    push(9);
    assert_names("out.log.10 out.log.11 out.log.2 out.log.9");
    assert_file(test_path("out.log.11"), S("out.log"));
}

static void numbers_only_grow(void **state)
{
    (void)state;
    for (int i = 0; i < 12; i++) {
        MAKE("out.log");
        push(1);
    }
    assert_names("out.log.12");
}

static void deletes_all_but_the_newest(void **state)
{
    (void)state;
    MAKE("out.log", "out.log.1", "out.log.2", "out.log.8", "out.log.9", "out.log.10");
    push(3);
    assert_names("out.log.10 out.log.11 out.log.9");
}

static void deletes_as_many_as_there_are(void **state)
{
    (void)state;
    for (int i = 1; i <= 150; i++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "out.log.%d", i);
        MAKE(name);
    }
    MAKE("out.log");
    push(1);
    assert_names("out.log.151");
}

static void leaves_names_alone_that_are_not_its_own(void **state)
{
    (void)state;
    MAKE("out.log", "out.log.", "out.log.0", "out.log.01", "out.log.1.gz", "out.log.1a",
         "out.log.-1", "out.log.+1", "out.log. 1", "out.log.x", "out.log1", "out.logs.1",
         "xout.log.1", "out", "out.lo.1", ".1", "out.log.18446744073709551616",
         "out.log.99999999999999999999");
    push(1);
    assert_names(".1 out out.lo.1 out.log. out.log. 1 out.log.+1 out.log.-1 out.log.0 out.log.01 "
                 "out.log.1 out.log.1.gz out.log.18446744073709551616 out.log.1a "
                 "out.log.99999999999999999999 out.log.x out.log1 out.logs.1 xout.log.1");
    assert_file(test_path("out.log.1"), S("out.log"));
}

static void leaves_a_folder_with_such_a_name_alone(void **state)
{
    (void)state;
    MAKE("out.log");
    assert_int_equal(0, mkdir(test_path("out.log.3"), 0700));
    push(1);
    assert_names("out.log.3 out.log.4");
}

static void rolls_a_relative_path(void **state)
{
    char *here = getcwd(NULL, 0);

    (void)state;
    MAKE("out.log", "out.log.4");
    assert_int_equal(0, chdir(test_folder()));
    assert_true(rolls_push("out.log", 1));
    assert_int_equal(0, chdir(here));
    free(here);
    assert_names("out.log.5");
}

static void rolls_names_of_any_bytes(void **state)
{
    (void)state;
    MAKE("a b\n%s*.\xff", "a b\n%s*.\xff.7");
    assert_true(rolls_push(test_path("a b\n%s*.\xff"), 1));
    assert_names("a b\n%s*.\xff.8");
}

/* --- Another instance at the same time -----------------------------------------------------------
 */

static void never_replaces_a_file_that_another_has_just_rolled(void **state)
{
    static const int kernels[] = {0, ENOSYS, EINVAL};

    (void)state;
    for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
        kernel = (struct kernel){.without_renameat2 = kernels[i], .rivals = 3};
        MAKE("out.log");
        push(9);
        assert_int_equal(4, kernel.calls);
        assert_names("out.log.1 out.log.2 out.log.3 out.log.4");
        assert_file(test_path("out.log.1"), S("rival\n"));
        assert_file(test_path("out.log.3"), S("rival\n"));
        assert_file(test_path("out.log.4"), S("out.log"));
        test_remove_folder(NULL);
        test_make_folder(NULL);
    }
}

static void does_without_renameat2(void **state)
{
    (void)state;
    kernel.without_renameat2 = ENOSYS;
    MAKE("out.log", "out.log.1", "out.log.2");
    push(2);
    assert_names("out.log.2 out.log.3");
}

/* --- Failures ------------------------------------------------------------------------------------
 */

static void says_why_it_cannot_roll(void **state)
{
    char name[512];

    (void)state;
    fails_with(ENOENT, test_path("out.log"));
    fails_with(ENOENT, test_path("no/out.log"));
    (void)snprintf(name, sizeof(name), "%s/%0254d", test_folder(), 1); /* NAME_MAX less one */
    test_write_file(name, "", 0);
    fails_with(ENAMETOOLONG, name);
    MAKE("file");
    fails_with(ENOTDIR, test_path("file/out.log"));
}

static void deletes_nothing_when_it_cannot_roll(void **state)
{
    (void)state;
    MAKE("out.log.1", "out.log.2", "out.log.3");
    fails_with(ENOENT, test_path("out.log"));
    assert_names("out.log.1 out.log.2 out.log.3");
}

static void says_that_a_path_is_too_long_for_a_number(void **state)
{
    char path[5000];
    size_t len = (size_t)snprintf(path, sizeof(path), "%s", test_folder());

    (void)state;
    while (len + 2 < 4095) /* PATH_MAX is 4096, and .1 does not fit any more */
        len += (size_t)sprintf(path + len, "/.");
    fails_with(ENAMETOOLONG, path);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, test_remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(counts_from_one),
        test(counts_on_from_the_largest_number),
        test(numbers_only_grow),
        test(deletes_all_but_the_newest),
        test(deletes_as_many_as_there_are),
        test(leaves_names_alone_that_are_not_its_own),
        test(leaves_a_folder_with_such_a_name_alone),
        test(rolls_a_relative_path),
        test(rolls_names_of_any_bytes),
        test(never_replaces_a_file_that_another_has_just_rolled),
        test(does_without_renameat2),
        test(says_why_it_cannot_roll),
        test(deletes_nothing_when_it_cannot_roll),
        test(says_that_a_path_is_too_long_for_a_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
