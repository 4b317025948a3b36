/* Tests of cbridge/trusted_path.c, with real folders. Only root can have others own some. */
#include "trusted_path.h"

#include "ilf_test.h"

static ilf_status walk(const char *path, char real[PATH_MAX], ilf_error *err)
{
    struct stat st;

    return ilf__trusted_path(path, real, &st, err);
}

/* A path below the test's folder, which lies in /tmp, a sticky folder; one of four buffers. */
static const char *in(const char *file)
{
    static char paths[4][512];
    static unsigned n;
    char *path = paths[n++ % 4];

    if (geteuid() != 0)
        skip(); /* the folder is not root's */
    (void)snprintf(path, sizeof(paths[0]), "%s/%s", test_folder(), file);
    return path;
}

static void make(const char *folder, mode_t mode, uid_t owner)
{
    assert_int_equal(0, mkdir(in(folder), 0755));
    assert_int_equal(0, chown(in(folder), owner, 0));
    assert_int_equal(0, chmod(in(folder), mode));
}

static void expect_real(const char *path, const char *want)
{
    char real[PATH_MAX];
    ilf_error err;

    if (walk(path, real, &err) != ILF_OK)
        fail_msg("%s: %s", path, err.text);
    assert_string_equal(want, real);
}

static void expect_refused(const char *path, const char *why)
{
    char real[PATH_MAX];
    ilf_error err = {""};

    assert_int_equal(ILF_ERR_CONFIG, walk(path, real, &err));
    if (!strstr(err.text, why))
        fail_msg("no '%s' in: %s", why, err.text);
}

static void finds_the_path_without_links(void **state)
{
    char here[PATH_MAX];

    (void)state;
    make("a", 0755, 0);
    make("a/b", 0755, 0);
    assert_int_equal(0, symlink("a", in("relative")));
    assert_int_equal(0, symlink(in("a"), in("absolute")));
    assert_int_equal(0, symlink("../a/./b", in("a/up")));
    expect_real("/", "/");
    expect_real("/..", "/");
    expect_real(in("a/b"), in("a/b"));
    expect_real(in("a//b/./"), in("a/b"));
    expect_real(in("relative/b"), in("a/b"));
    expect_real(in("absolute/b"), in("a/b"));
    expect_real(in("absolute/up"), in("a/b"));
    expect_real(in("a/b/../../relative"), in("a"));
    assert_non_null(getcwd(here, sizeof(here)));
    assert_int_equal(0, chdir(in("a")));
    expect_real("b", in("a/b"));
    expect_real("../relative", in("a"));
    assert_int_equal(0, chdir(here));
}

static void refuses_a_folder_on_the_way_that_others_can_write(void **state)
{
    static const struct {
        mode_t mode;
        uid_t owner;
    } ways[] = {{0777, 0}, {0757, 0}, {0755, 12345}, {01777, 12345}};

    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        char want[600];

        make("way", ways[i].mode, ways[i].owner);
        make("way/end", 0755, 0);
        (void)snprintf(want, sizeof(want),
                       "others than root can write into %s, which it is reached by", in("way"));
        expect_refused(in("way/end"), want);
        assert_int_equal(0, rmdir(in("way/end")));
        assert_int_equal(0, rmdir(in("way")));
    }
}

static void refuses_a_folder_that_a_group_of_others_can_write(void **state)
{
    (void)state;
    make("way", 0775, 0);
    make("way/end", 0755, 0);
    expect_real(in("way/end"), in("way/end")); /* of root's group */
    assert_int_equal(0, chown(in("way"), 0, 12345));
    expect_refused(in("way/end"), "others than root can write into ");
}

static void trusts_what_is_roots_in_a_sticky_folder_and_nothing_else_there(void **state)
{
    (void)state;
    make("sticky", 01777, 0);
    make("sticky/ours", 0755, 0);
    make("sticky/ours/end", 0755, 0);
    make("sticky/theirs", 0755, 12345);
    make("sticky/theirs/end", 0755, 0);
    expect_real(in("sticky/ours/end"), in("sticky/ours/end"));
    expect_refused(in("sticky/theirs/end"), "others than root can write into ");
}

static void refuses_a_link_of_others_and_one_through_their_folder(void **state)
{
    (void)state;
    make("end", 0755, 0);
    make("open", 0777, 0);
    assert_int_equal(0, symlink("end", in("theirs")));
    assert_int_equal(0, lchown(in("theirs"), 12345, 0));
    expect_refused(in("theirs"), "/theirs, which it is reached by, is not root's: chown -h root");
    assert_int_equal(0, symlink("../end", in("open/link")));
    expect_refused(in("open/link"), "others than root can write into ");
    assert_int_equal(0, symlink("open/link", in("chain")));
    expect_refused(in("chain"), "others than root can write into ");
    expect_refused(in("open/../end"), "others than root can write into ");
}

static void says_what_is_not_there_and_what_goes_round(void **state)
{
    (void)state;
    expect_refused(in("none"), "can't be opened: No such file or directory");
    expect_refused(in("none/below"), "can't be opened: No such file or directory");
    assert_int_equal(0, symlink("round", in("round")));
    expect_refused(in("round"), "can't be opened: Too many levels of symbolic links");
    assert_int_equal(0, symlink("/dev/null", in("file")));
    expect_refused(in("file/below"), "can't be opened: Not a directory");
}

static void refuses_what_is_too_long(void **state)
{
    char *path = malloc(3 * PATH_MAX);

    (void)state;
    assert_non_null(path);
    memset(path, '/', 3 * PATH_MAX);
    path[3 * PATH_MAX - 1] = '\0';
    expect_refused(path, "can't be opened: File name too long");
    memset(path + 1, 'x', 300);
    path[301] = '\0';
    expect_refused(path, "can't be opened: File name too long");
    free(path);
}

static void tells_who_can_write(void **state)
{
    (void)state;
    assert_false(ilf__others_can_write(&(const struct stat){.st_mode = 0755}));
    assert_false(ilf__others_can_write(&(const struct stat){.st_mode = 0775}));
    assert_true(ilf__others_can_write(&(const struct stat){.st_mode = 0775, .st_gid = 5}));
    assert_true(ilf__others_can_write(&(const struct stat){.st_mode = 0757}));
    assert_true(ilf__others_can_write(&(const struct stat){.st_mode = 0700, .st_uid = 5}));
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, test_make_folder, test_remove_folder)
    const struct CMUnitTest tests[] = {
        test(finds_the_path_without_links),
        test(refuses_a_folder_on_the_way_that_others_can_write),
        test(refuses_a_folder_that_a_group_of_others_can_write),
        test(trusts_what_is_roots_in_a_sticky_folder_and_nothing_else_there),
        test(refuses_a_link_of_others_and_one_through_their_folder),
        test(says_what_is_not_there_and_what_goes_round),
        test(refuses_what_is_too_long),
        test(tells_who_can_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
