/* Tests of cbridge/folder.c. */
#include "ilf_test.h"

#include <errno.h>

#include "folder.h"

static void makes_what_is_missing(void **state)
{
    struct stat st;

    (void)state;
    assert_int_equal(0, ilf__make_folder(test_path("a/b/c"), 0700));
    assert_int_equal(0, stat(test_path("a/b/c"), &st));
    assert_int_equal(0700, st.st_mode & 0777);
    assert_int_equal(0, ilf__make_folder(test_path("a/b/c/"), 0700));
    assert_int_equal(0, ilf__make_parents(test_path("d/e/file")));
    assert_int_equal(0, stat(test_path("d/e"), &st));
    assert_int_not_equal(0, stat(test_path("d/e/file"), &st));
}

static void tells_why_it_can_not(void **state)
{
    (void)state;
    test_write_file(test_path("f"), "x", 1);
    assert_int_equal(ENOTDIR, ilf__make_folder(test_path("f/g"), 0700));
    assert_int_equal(ENOTDIR, ilf__make_parents(test_path("f/g/h")));
    assert_int_equal(ENOENT, ilf__make_folder("", 0700));
}

static void takes_away_what_it_has_made_when_it_can_not_make_all(void **state)
{
    char path[8192];
    size_t len;

    (void)state;
    assert_int_equal(0, mkdir(test_path("kept"), 0700));
    for (size_t part = 200; part <= 300; part += 100) { /* the whole is too long, or a name is */
        len = (size_t)snprintf(path, sizeof(path), "%s/kept", test_folder());
        for (size_t i = 0; i < (part == 200 ? 30 : 3); i++) {
            path[len++] = '/';
            memset(path + len, 'x', part);
            len += part;
        }
        path[len] = '\0';
        assert_int_equal(ENAMETOOLONG, ilf__make_folder(path, 0700));
        assert_int_equal(ENAMETOOLONG, ilf__make_parents(path));
    }
    assert_int_equal(0, rmdir(test_path("kept"))); /* it is empty */
}

static void tells_lengths_that_can_not_be(void **state)
{
    char path[4200];

    (void)state;
    memset(path, 'x', sizeof(path));
    path[255] = '\0';
    assert_int_equal(0, ilf__check_length(path, 0));
    path[255] = 'x';
    path[256] = '\0';
    assert_int_equal(ENAMETOOLONG, ilf__check_length(path, 0));
    for (size_t i = 100; i < sizeof(path); i += 100)
        path[i] = '/';
    path[256] = 'x';
    path[4095] = '\0';
    assert_int_equal(0, ilf__check_length(path, 0));
    assert_int_equal(ENAMETOOLONG, ilf__check_length(path, 1));
}

static void tells_what_could_be_made_without_making_it(void **state)
{
    (void)state;
    test_write_file(test_path("f"), "x", 1);
    assert_int_equal(0, ilf__could_be_folder(test_path("a/b//c/")));
    assert_int_equal(0, ilf__could_be_folder(test_path("")));
    assert_int_equal(0, ilf__could_write(test_path("f")));
    assert_int_equal(0, ilf__could_write(test_path("a/b/file")));
    assert_int_equal(-1, access(test_path("a"), F_OK));
    assert_int_equal(ENOTDIR, ilf__could_be_folder(test_path("f")));
    assert_int_equal(ENOTDIR, ilf__could_be_folder(test_path("f/g")));
    assert_int_equal(ENOTDIR, ilf__could_write(test_path("f/g")));
    assert_int_equal(EISDIR, ilf__could_write(test_path("")));
    assert_int_equal(0, access(".", W_OK) == 0 ? ilf__could_be_folder("no-such-folder") : 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_folder(makes_what_is_missing),
        test_with_folder(tells_why_it_can_not),
        test_with_folder(takes_away_what_it_has_made_when_it_can_not_make_all),
        cmocka_unit_test(tells_lengths_that_can_not_be),
        test_with_folder(tells_what_could_be_made_without_making_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
