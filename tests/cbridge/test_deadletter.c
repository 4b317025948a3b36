/* Tests of cbridge/deadletter.c. */
#include "ilf_test.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
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
        test_with_folder(processes_take_turns),
        test_with_folder(the_bound_holds_when_processes_rotate_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
