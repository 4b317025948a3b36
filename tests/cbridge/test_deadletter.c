/* Tests of cbridge/deadletter.c. */
#include "ilf_test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "deadletter.h"

static struct ilf__deadletters *open_letters(uint64_t max_bytes, int64_t max_files)
{
    const struct ilf__deadletter_options options = {test_path("d/dead"), max_bytes, max_files};
    struct ilf__deadletters *letters = NULL;

    assert_works(ilf__deadletters_open(&letters, &options, &err));
    return letters;
}

static struct ilf__letter letter(const char *body)
{
    return (struct ilf__letter){.flusher = "f", .body = {body, strlen(body)}, .n_events = 1};
}

static uint64_t write_one(struct ilf__deadletters *letters, const char *body)
{
    const struct ilf__letter one = letter(body);
    uint64_t deleted;

    assert_works(ilf__deadletters_write(letters, &one, 1, &deleted, &err));
    return deleted;
}

/* The bodies in a file: "a b c ", with ? for a line that is none. */
static const char *bodies(const char *path)
{
    static char got[4096];
    size_t len;
    char *text = test_read_file(path, &len), *line = text, *end;

    got[0] = '\0';
    for (; line && (end = strchr(line, '\n')); line = end + 1) {
        const char *body;

        *end = '\0';
        body = strstr(line, "\"body\":\"");
        if (line[0] != '{' || !body || end[-1] != '}')
            strcat(got, "? ");
        else
            strcat(strncat(got, body + 8, strcspn(body + 8, "\"")), " ");
    }
    if (line && *line)
        strcat(got, "(torn)");
    free(text);
    return got;
}

static void writes_lines_behind_what_is_there(void **state)
{
    struct ilf__deadletters *letters = open_letters(1 << 20, 2);
    const struct ilf__letter two[] = {letter("a"), letter("b")};

    (void)state;
    assert_works(ilf__deadletters_write(letters, two, 2, NULL, &err));
    assert_works(ilf__deadletters_write(letters, NULL, 0, NULL, &err));
    ilf__deadletters_close(letters);
    letters = open_letters(1 << 20, 2);
    write_one(letters, "c");
    ilf__deadletters_close(letters);
    assert_string_equal("a b c ", bodies(test_path("d/dead")));
    ilf__deadletters_close(NULL);
}

static void rotates_and_deletes_the_oldest(void **state)
{
    struct ilf__deadletters *letters = open_letters(450, 2); /* two lines */
    struct ilf__deadletters *other = open_letters(450, 2);

    (void)state;
    assert_int_equal(0, write_one(letters, "a") + write_one(letters, "b"));
    assert_int_equal(0, write_one(letters, "c") + write_one(other, "d"));
    assert_int_equal(0, write_one(other, "e") + write_one(letters, "f"));
    assert_int_equal(2, write_one(other, "g"));
    assert_string_equal("g ", bodies(test_path("d/dead")));
    assert_string_equal("e f ", bodies(test_path("d/dead.1")));
    assert_string_equal("c d ", bodies(test_path("d/dead.2")));
    assert_null(fopen(test_path("d/dead.3"), "r"));
    ilf__deadletters_close(letters);
    ilf__deadletters_close(other);
}

static void without_files_beside_it_begins_anew(void **state)
{
    struct ilf__deadletters *letters = open_letters(300, 0);

    (void)state;
    assert_int_equal(0, write_one(letters, "a"));
    assert_int_equal(1, write_one(letters, "b"));
    assert_string_equal("b ", bodies(test_path("d/dead")));
    ilf__deadletters_close(letters);
}

static void a_line_longer_than_the_bound_has_a_file_of_its_own(void **state)
{
    struct ilf__deadletters *letters = open_letters(10, 5);

    (void)state;
    write_one(letters, "a");
    write_one(letters, "b");
    assert_string_equal("b ", bodies(test_path("d/dead")));
    assert_string_equal("a ", bodies(test_path("d/dead.1")));
    ilf__deadletters_close(letters);
}

static void a_file_that_was_moved_away_is_made_again(void **state)
{
    struct ilf__deadletters *letters = open_letters(0, 2);

    (void)state;
    write_one(letters, "a");
    assert_int_equal(0, rename(test_path("d/dead"), test_path("d/mine")));
    write_one(letters, "b");
    assert_string_equal("a ", bodies(test_path("d/mine")));
    assert_string_equal("b ", bodies(test_path("d/dead")));
    ilf__deadletters_close(letters);
}

static void a_torn_line_stays_alone(void **state)
{
    struct ilf__deadletters *letters = open_letters(0, 2);

    (void)state;
    write_one(letters, "a");
    ilf__deadletters_close(letters);
    assert_int_equal(0, truncate(test_path("d/dead"), 100));
    letters = open_letters(0, 2);
    write_one(letters, "b");
    assert_int_equal(0, truncate(test_path("d/dead"), 250)); /* by another process, meanwhile */
    write_one(letters, "c");
    assert_string_equal("? ? c ", bodies(test_path("d/dead")));
    ilf__deadletters_close(letters);
}

/* Through a limit of the process, which stands for a full disk. */
static void a_full_disk_leaves_no_torn_line(void **state)
{
    struct ilf__deadletters *letters = open_letters(0, 2);
    struct ilf__letter one = letter("b");
    struct rlimit old, low;
    ilf_error err = {""};
    char want[600];

    (void)state;
    write_one(letters, "a");
    assert_int_equal(0, getrlimit(RLIMIT_FSIZE, &old));
    signal(SIGXFSZ, SIG_IGN);
    low = (struct rlimit){300, old.rlim_max};
    assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &low));
    assert_int_equal(ILF_ERR_RETRY, ilf__deadletters_write(letters, &one, 1, NULL, &err));
    assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &old));
    (void)snprintf(want, sizeof(want), "dead letters '%s': write: File too large",
                   test_path("d/dead"));
    assert_string_equal(want, err.text);
    assert_string_equal("a ", bodies(test_path("d/dead")));
    write_one(letters, "c");
    assert_string_equal("a c ", bodies(test_path("d/dead")));
    ilf__deadletters_close(letters);
}

static void says_where_it_can_not_write(void **state)
{
    struct ilf__deadletter_options options = {.path = test_path("f/dead")};
    struct ilf__deadletters *letters;
    char want[600];

    (void)state;
    test_write_file(test_path("f"), "x", 1);
    (void)snprintf(want, sizeof(want), "dead letters '%s': open: Not a directory", options.path);
    assert_fails(ILF_ERR_CONFIG, want, ilf__deadletters_open(&letters, &options, &err));
}

static void assert_refused(const char *path, const char *why)
{
    const struct ilf__deadletter_options options = {.path = path};
    struct ilf__deadletters *letters;
    char want[ILF_ERROR_SIZE];

    (void)snprintf(want, sizeof(want), "dead letters '%s': %s", path, why);
    assert_fails(ILF_ERR_CONFIG, want, ilf__deadletters_open(&letters, &options, &err));
}

static void writes_into_regular_files_only(void **state)
{
    static const char why[] = "not a regular file: name a file, which is made if need be";
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)state;
    assert_int_equal(0, mkfifo(test_path("fifo"), 0600));
    assert_int_equal(0, symlink("fifo", test_path("link")));
    assert_int_equal(0, mkdir(test_path("folder"), 0700));
    (void)snprintf(name.sun_path, sizeof(name.sun_path), "%.80s", test_path("socket"));
    assert_int_equal(0, bind(fd, (const struct sockaddr *)&name, sizeof(name)));
    assert_refused(test_path("fifo"), why);
    assert_refused(test_path("link"), why);
    assert_refused(test_path("folder"), why);
    assert_refused(name.sun_path, why);
    assert_refused("/dev/null", why);
    assert_refused("/dev/full", why);
    close(fd);
}

static void follows_a_link_unless_everyone_could_have_made_it(void **state)
{
    struct ilf__deadletters *letters;

    (void)state;
    assert_int_equal(0, mkdir(test_path("d"), 0700));
    assert_int_equal(0, symlink("../target", test_path("d/dead")));
    letters = open_letters(0, 2);
    write_one(letters, "a");
    ilf__deadletters_close(letters);
    assert_string_equal("a ", bodies(test_path("target")));
    assert_int_equal(0, chmod(test_path("d"), 01777));
    assert_refused(test_path("d/dead"), "a symbolic link in a directory that everyone can write "
                                        "to: name the file itself");
}

static void lets_nobody_else_read_them(void **state)
{
    struct ilf__deadletters *letters;
    struct stat st;

    (void)state;
    assert_int_equal(0, mkdir(test_path("d"), 0700));
    test_write_file(test_path("d/dead"), "", 0);
    assert_int_equal(0, chmod(test_path("d/dead"), 0664));
    letters = open_letters(0, 2);
    assert_int_equal(0, stat(test_path("d/dead"), &st));
    assert_int_equal(0600, st.st_mode & 07777);
    assert_int_equal(0, unlink(test_path("d/dead"))); /* and logrotate makes another */
    test_write_file(test_path("d/dead"), "", 0);
    assert_int_equal(0, chmod(test_path("d/dead"), 0644));
    write_one(letters, "a");
    assert_int_equal(0, stat(test_path("d/dead"), &st));
    assert_int_equal(0600, st.st_mode & 07777);
    ilf__deadletters_close(letters);
}

static void a_folder_that_was_removed_is_made_again(void **state)
{
    struct ilf__deadletters *letters = open_letters(0, 2);

    (void)state;
    write_one(letters, "a");
    test_remove(test_path("d"));
    write_one(letters, "b");
    assert_string_equal("b ", bodies(test_path("d/dead")));
    ilf__deadletters_close(letters);
}

static void a_file_that_was_emptied_goes_on(void **state)
{
    struct ilf__deadletters *letters = open_letters(0, 2);

    (void)state;
    write_one(letters, "a");
    assert_int_equal(0, truncate(test_path("d/dead"), 0)); /* copytruncate of logrotate */
    write_one(letters, "b");
    assert_string_equal("b ", bodies(test_path("d/dead")));
    ilf__deadletters_close(letters);
}

static void a_lock_of_others_makes_neither_start_nor_stop_wait(void **state)
{
    struct ilf__deadletters *letters = open_letters(0, 2);
    struct ilf__letter one = letter("a");
    int other = open(test_path("d/dead"), O_RDWR | O_CLOEXEC);
    uint64_t began = ilf__monotonic();
    char want[ILF_ERROR_SIZE];

    (void)state;
    assert_int_equal(0, flock(other, LOCK_EX));
    ilf__deadletters_close(letters);
    letters = open_letters(0, 2);
    (void)snprintf(want, sizeof(want),
                   "dead letters '%s': another process holds a lock on it: find it with lslocks "
                   "and end it, or name another file",
                   test_path("d/dead"));
    assert_fails(ILF_ERR_RETRY, want, ilf__deadletters_write(letters, &one, 1, NULL, &err));
    assert_in_range(ilf__monotonic() - began, 0, UINT64_C(10000000000));
    assert_int_equal(0, flock(other, LOCK_UN));
    write_one(letters, "b");
    assert_string_equal("b ", bodies(test_path("d/dead")));
    ilf__deadletters_close(letters);
    close(other);
}

/* fstat of a file system whose numbers differ from those of stat. */
static bool strange;

int fstat(int fd, struct stat *st)
{
    int rc = fstatat(fd, "", st, AT_EMPTY_PATH);

    st->st_ino += strange;
    return rc;
}

static void a_file_system_whose_file_numbers_say_nothing_is_written_to(void **state)
{
    struct ilf__deadletters *letters;

    (void)state;
    strange = true;
    letters = open_letters(0, 2);
    write_one(letters, "a");
    strange = false;
    ilf__deadletters_close(letters);
    assert_string_equal("a ", bodies(test_path("d/dead")));
}

static void a_path_that_is_too_long_makes_no_folder(void **state)
{
    char path[8192], name[300];
    size_t len = (size_t)snprintf(path, sizeof(path), "%s", test_folder());

    (void)state;
    memset(name, 'x', sizeof(name));
    (void)snprintf(path + len, sizeof(path) - len, "/a/b/%.251s", name); /* .1000 has no room */
    assert_refused(path, "open: File name too long: name a file with a shorter path");
    for (size_t i = 0; i < 30; i++)
        len += (size_t)snprintf(path + len, sizeof(path) - len, "/%.150s", name);
    {
        const struct ilf__deadletter_options options = {.path = path};
        struct ilf__deadletters *letters;
        ilf_error err;

        assert_int_equal(ILF_ERR_CONFIG, ilf__deadletters_open(&letters, &options, &err));
        assert_non_null(strstr(err.text, "name a file with a shorter path"));
    }
    assert_names("");
}

/* Let @n processes write @lines letters each, into files of at most @max_bytes. */
static void write_at_once(int n, int lines, uint64_t max_bytes)
{
    for (int i = 0; i < n; i++)
        if (fork() == 0) {
            struct ilf__deadletters *letters = open_letters(max_bytes, 1000);
            const struct ilf__letter one = letter("x");
            ilf_error err;

            for (int j = 0; j < lines; j++)
                if (ilf__deadletters_write(letters, &one, 1, NULL, &err) != ILF_OK)
                    _exit(1);
            ilf__deadletters_close(letters);
            _exit(0);
        }
    for (int i = 0, status; i < n; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(0, status);
    }
}

/* The letters in all files, none of which may be larger than @max_bytes. */
static size_t count_letters(off_t max_bytes)
{
    char name[32] = "d/dead";
    size_t letters = 0;
    struct stat st;

    for (int i = 1; stat(test_path(name), &st) == 0; i++) {
        assert_in_range(st.st_size, 1, max_bytes);
        assert_null(strchr(bodies(test_path(name)), '?'));
        letters += strlen(bodies(test_path(name))) / 2;
        (void)snprintf(name, sizeof(name), "d/dead.%d", i);
    }
    return letters;
}

static void processes_take_turns(void **state)
{
    (void)state;
    write_at_once(4, 100, 5000);
    assert_int_equal(400, count_letters(5000));
}

/* With room for one line in a file, the new file that a process has made by a rotation is full when
 * another has been faster to lock it. */
static void the_bound_holds_when_processes_rotate_at_once(void **state)
{
    (void)state;
    write_at_once(4, 50, 250);
    assert_int_equal(200, count_letters(250));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_folder(writes_lines_behind_what_is_there),
        test_with_folder(rotates_and_deletes_the_oldest),
        test_with_folder(without_files_beside_it_begins_anew),
        test_with_folder(a_line_longer_than_the_bound_has_a_file_of_its_own),
        test_with_folder(a_file_that_was_moved_away_is_made_again),
        test_with_folder(a_torn_line_stays_alone),
        test_with_folder(a_full_disk_leaves_no_torn_line),
        test_with_folder(says_where_it_can_not_write),
        test_with_folder(writes_into_regular_files_only),
        test_with_folder(follows_a_link_unless_everyone_could_have_made_it),
        test_with_folder(lets_nobody_else_read_them),
        test_with_folder(a_folder_that_was_removed_is_made_again),
        test_with_folder(a_file_that_was_emptied_goes_on),
        test_with_folder(a_lock_of_others_makes_neither_start_nor_stop_wait),
        test_with_folder(a_file_system_whose_file_numbers_say_nothing_is_written_to),
        test_with_folder(a_path_that_is_too_long_makes_no_folder),
        test_with_folder(processes_take_turns),
        test_with_folder(the_bound_holds_when_processes_rotate_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
