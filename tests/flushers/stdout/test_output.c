/* Tests of flushers/stdout/output.c: no line torn, doubled or lost, whatever write(2) says.
 *
 * Faults are injected: write, ftruncate, fdatasync, close and poll below take the place of the C
 * library's, and do what the test has told them to. */
#include <ilf_test.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>

#include "../../../flushers/stdout/output.h"

enum { UNLIMITED = 1 << 30 };

static struct faults {
    bool armed;                /* else everything works */
    size_t room;               /* bytes that are still taken before... */
    int error;                 /* ...write fails with this, or returns 0 if it is 0 */
    size_t chunk;              /* bytes that one write takes at most; 0: all */
    int interrupts;            /* writes that are interrupted first */
    int truncate, sync, close; /* errno with which these fail; 0: they work */
    bool sync_once;            /* only the first sync fails */
    int polled;                /* what poll returns; 0 is a time-out; negative: the truth */
    size_t syncs, polls;
    const char *rival;     /* what another process writes when write fails, or rolls with ours */
    bool rival_only_rolls; /* and has not yet made the new file */
} faults;

static char path[512];

/* Somebody else appends to the file at path, once. */
static void let_rival_write(void)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    const char *text = faults.rival;

    faults.rival = NULL;
    assert_true(syscall(SYS_write, fd, text, strlen(text)) == (long)strlen(text));
    (void)syscall(SYS_close, fd);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    if (faults.armed && faults.interrupts > 0) {
        faults.interrupts--;
        errno = EINTR;
        return -1;
    }
    if (faults.armed && faults.room == 0 && n > 0) {
        if (faults.rival)
            let_rival_write();
        errno = faults.error;
        return faults.error ? -1 : 0;
    }
    if (faults.armed) {
        n = n < faults.room ? n : faults.room;
        n = faults.chunk > 0 && n > faults.chunk ? faults.chunk : n;
        faults.room -= n;
    }
    return syscall(SYS_write, fd, bytes, n);
}

static int fail_with(int error)
{
    errno = error;
    return -1;
}

int ftruncate(int fd, off_t size)
{
    if (faults.armed && faults.truncate)
        return fail_with(faults.truncate);
    return (int)syscall(SYS_ftruncate, fd, size);
}

int fdatasync(int fd)
{
    faults.syncs++;
    if (faults.armed && faults.sync && (faults.syncs == 1 || !faults.sync_once))
        return fail_with(faults.sync);
    return (int)syscall(SYS_fdatasync, fd);
}

int close(int fd)
{
    int result = (int)syscall(SYS_close, fd);

    return faults.armed && faults.close ? fail_with(faults.close) : result;
}

/* With this, a roll begins to look for its number. */
DIR *opendir(const char *folder)
{
    if (faults.armed && faults.rival) {
        assert_int_equal(0, rename(path, test_path("out.log.1")));
        if (!faults.rival_only_rolls)
            let_rival_write();
        faults.rival = NULL;
    }
    return fdopendir(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
    struct timespec at = {timeout / 1000, timeout % 1000 * 1000000L};

    faults.polls++;
    return faults.armed && faults.polled >= 0 ? faults.polled
                                              : ppoll(fds, n, timeout < 0 ? NULL : &at, NULL);
}

/* --- An output, and what it has written ----------------------------------------------------------
 */

static struct test_log log_;

static uint64_t some_time(void *context)
{
    (void)context;
    return UINT64_C(1700000000123456789);
}

/* There is time left as many times as it says. */
static int looks_left;

static int64_t time_left(void *context)
{
    (void)context;
    return looks_left-- > 0 ? INT64_MAX : 0;
}

static struct output o;
static ilf_host host;
static int console = -1; /* the true standard output, while another is in its place */
/* A file without a bound. */
static struct output settings(void)
{
    return (struct output){.kind = OUTPUT_FILE,
                           .host = &host,
                           .path = path,
                           .max_size = UNLIMITED,
                           .max_rolls = 1000,
                           .append = true};
}

static int set_up(void **state)
{
    memset(&faults, 0, sizeof(faults));
    faults.polled = -1;
    faults.room = UNLIMITED;
    log_.len = 0;
    log_.text[0] = '\0';
    host = test_host(&log_);
    host.now = some_time;
    host.time_left = time_left;
    looks_left = 1 << 20;
    if (test_make_folder(state) != 0)
        return -1;
    strcpy(path, test_path("out.log"));
    o = settings();
    return 0;
}

static void put_console_back(void)
{
    if (console >= 0) {
        dup2(console, STDOUT_FILENO);
        close(console);
    }
    console = -1;
}

static int tear_down(void **state)
{
    faults.armed = false;
    put_console_back();
    return test_remove_folder(state);
}

/* Let standard output be @fd, which is closed. */
static void become_console(int fd)
{
    assert_true(fd >= 0);
    fflush(stdout);
    console = dup(STDOUT_FILENO);
    dup2(fd, STDOUT_FILENO);
    close(fd);
    o.kind = OUTPUT_CONSOLE;
}

/* Let standard output be the file at path. */
static void become_console_file(void)
{
    become_console(open(path, O_WRONLY | O_CREAT | O_APPEND, 0644));
}

static void open_output(void)
{
    ilf_error err;

    if (output_open(&o, &err) != ILF_OK)
        fail_msg("%s", err.text);
}

static void close_output(void)
{
    ilf_error err;

    faults.armed = false;
    if (output_close(&o, &err) != ILF_OK)
        fail_msg("%s", err.text);
}

/* Give @n records of a batch once. */
static ilf_status give(uint32_t attempt, const char *const *records, size_t n, ilf_error *err)
{
    output_begin_batch(&o, attempt, err);
    for (size_t i = 0; i < n; i++) {
        if (!output_begin_record(&o))
            continue;
        ilf__text_put(&o.text, records[i], strlen(records[i]));
        output_end_record(&o);
    }
    return output_end_batch(&o);
}

#define GIVE(attempt, err, ...)                                                                    \
    give(attempt, (const char *const[]){__VA_ARGS__},                                              \
         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), err)

/* Let writes take @room bytes, then fail with @error. */
static void limit(size_t room, int error)
{
    faults.armed = true;
    faults.room = room;
    faults.error = error;
}

/* --- Without faults ------------------------------------------------------------------------------
 */

static void writes_records_as_lines(void **state)
{
    ilf_error err;

    (void)state;
    open_output();
    assert_int_equal(ILF_OK, GIVE(0, &err, "one", "", "three"));
    assert_file(path, S("one\n\nthree\n"));
    assert_int_equal(ILF_OK, GIVE(0, &err, "four"));
    assert_file(path, S("one\n\nthree\nfour\n"));
    close_output();
}

static void writes_an_empty_batch(void **state)
{
    ilf_error err;

    (void)state;
    open_output();
    assert_int_equal(ILF_OK, give(0, NULL, 0, &err));
    close_output();
    assert_file(path, S(""));
}

static void appends_to_what_is_there(void **state)
{
    ilf_error err;

    (void)state;
    test_write_file(path, "old\n", 4);
    open_output();
    assert_int_equal(ILF_OK, GIVE(0, &err, "new"));
    close_output();
    assert_file(path, S("old\nnew\n"));
}

static void begins_anew_without_append(void **state)
{
    ilf_error err;

    (void)state;
    test_write_file(path, "old\n", 4);
    o.append = false;
    open_output();
    assert_file(path, S(""));
    assert_int_equal(ILF_OK, GIVE(0, &err, "new"));
    close_output();
    o = settings();
    o.append = false;
    open_output(); /* the next start */
    close_output();
    assert_file(path, S(""));
}

static void begins_each_record_with_the_local_time(void **state)
{
    ilf_error err;

    (void)state;
    setenv("TZ", "TEST-08:00", 1);
    tzset();
    o.timestamps = true;
    open_output();
    assert_int_equal(ILF_OK, GIVE(0, &err, "a", "b"));
    close_output();
    setenv("TZ", "UTC", 1);
    tzset();
    assert_file(path, S("2023-11-15 06:13:20 a\n2023-11-15 06:13:20 b\n"));
}

static void hands_records_to_the_agents_log_without_a_time(void **state)
{
    ilf_error err;

    (void)state;
    o.kind = OUTPUT_AGENT_LOG;
    o.timestamps = true;
    open_output();
    assert_int_equal(ILF_OK, GIVE(0, &err, "a", "b"));
    assert_int_equal(ILF_OK, GIVE(0, &err, "c"));
    close_output();
    assert_string_equal("1 a\n1 b\n1 c\n", log_.text);
    assert_names("");
}

static void writes_to_standard_output(void **state)
{
    ilf_error err;
    ilf_status status;

    (void)state;
    become_console_file();
    open_output();
    status = GIVE(0, &err, "a", "b");
    close_output();
    put_console_back();
    assert_int_equal(ILF_OK, status);
    assert_file(path, S("a\nb\n"));
    assert_true(fcntl(STDOUT_FILENO, F_GETFD) >= 0); /* close leaves it open */
}

static void writes_ten_thousand_records_in_order(void **state)
{
    static char lines[10000][8];
    static const char *records[10000];
    static char want[10000 * 8];
    ilf_error err;
    size_t len = 0;

    (void)state;
    for (size_t i = 0; i < 10000; i++) {
        (void)snprintf(lines[i], sizeof(lines[i]), "%zu", i);
        records[i] = lines[i];
        len += (size_t)sprintf(want + len, "%zu\n", i);
    }
    open_output();
    assert_int_equal(ILF_OK, give(0, records, 10000, &err));
    close_output();
    assert_file(path, (ilf_str){want, len});
}

static void writes_giant_records(void **state)
{
    enum { GIANT = 9 << 20 };
    char *giant = malloc(GIANT + 1), *want = malloc(2 * (GIANT + 1) + 6);
    ilf_error err;

    (void)state;
    assert_non_null(giant);
    assert_non_null(want);
    memset(giant, 'g', GIANT);
    giant[GIANT] = '\0';
    (void)sprintf(want, "a\n%s\nb\n%s\n", giant, giant);
    open_output();
    assert_int_equal(ILF_OK, GIVE(0, &err, "a", giant, "b", giant));
    assert_true(o.text.cap <= 4 << 20); /* and keeps no memory for the next */
    close_output();
    assert_file(path, (ilf_str){want, 2 * (GIANT + 1) + 4});
    free(giant);
    free(want);
}

static void writes_whatever_pieces_the_kernel_takes(void **state)
{
    ilf_error err;

    (void)state;
    open_output();
    limit(UNLIMITED, 0);
    faults.chunk = 1;
    faults.interrupts = 3;
    assert_int_equal(ILF_OK, GIVE(0, &err, "one", "two"));
    close_output();
    assert_file(path, S("one\ntwo\n"));
}

/* --- Opening and closing -------------------------------------------------------------------------
 */

static void says_which_file_it_cannot_open(void **state)
{
    char no_folder[600], want[700];

    (void)state;
    (void)snprintf(no_folder, sizeof(no_folder), "%s/no/file", test_folder());
    (void)snprintf(want, sizeof(want),
                   "open '%s': No such file or directory: create the folder first", no_folder);
    o.path = no_folder;
    assert_fails(ILF_ERR_CONFIG, want, output_open(&o, &err));
    o.path = test_folder();
    (void)snprintf(want, sizeof(want), "open '%s': Is a directory", test_folder());
    assert_fails(ILF_ERR_CONFIG, want, output_open(&o, &err));
}

static void says_when_closing_fails(void **state)
{
    char want[700];

    (void)state;
    open_output();
    faults.armed = true;
    faults.close = EIO;
    (void)snprintf(want, sizeof(want), "close '%s': Input/output error", path);
    assert_fails(ILF_ERR_DROP, want, output_close(&o, &err));
}

static void reopens_a_file_that_was_moved_away(void **state)
{
    ilf_error err;

    (void)state;
    open_output();
    assert_int_equal(ILF_OK, GIVE(0, &err, "a"));
    assert_int_equal(0, rename(path, test_path("moved")));
    assert_int_equal(ILF_OK, GIVE(0, &err, "b"));
    assert_file(test_path("moved"), S("a\n"));
    assert_file(path, S("b\n"));
    assert_int_equal(0, unlink(path));
    assert_int_equal(ILF_OK, GIVE(0, &err, "c"));
    assert_file(path, S("c\n"));
    test_write_file(test_path("other"), "other\n", 6);
    assert_int_equal(0, rename(test_path("other"), path));
    assert_int_equal(ILF_OK, GIVE(0, &err, "d"));
    assert_file(path, S("other\nd\n"));
    close_output();
    assert_names("moved out.log");
}

static void follows_a_file_that_was_emptied(void **state)
{
    ilf_error err;

    (void)state;
    open_output();
    assert_int_equal(ILF_OK, GIVE(0, &err, "a"));
    assert_int_equal(0, truncate(path, 0)); /* logrotate's copytruncate */
    assert_int_equal(ILF_OK, GIVE(0, &err, "b"));
    close_output();
    assert_file(path, S("b\n"));
}

static void waits_for_a_folder_that_is_gone(void **state)
{
    char folder[600], file[650], want[800];
    ilf_error err;

    (void)state;
    (void)snprintf(folder, sizeof(folder), "%s/sub", test_folder());
    (void)snprintf(file, sizeof(file), "%s/file", folder);
    assert_int_equal(0, mkdir(folder, 0700));
    o.path = file;
    open_output();
    test_remove(folder);
    (void)snprintf(want, sizeof(want),
                   "open '%s': No such file or directory: create the folder first", file);
    assert_int_equal(ILF_ERR_RETRY, GIVE(0, &err, "a"));
    assert_string_equal(want, err.text);
    assert_int_equal(0, mkdir(folder, 0700));
    assert_int_equal(ILF_OK, GIVE(1, &err, "a"));
    assert_file(file, S("a\n"));
    close_output();
}

/* --- Syncing -------------------------------------------------------------------------------------
 */

static void syncs_after_each_batch_if_told_to(void **state)
{
    ilf_error err;

    (void)state;
    open_output();
    assert_int_equal(ILF_OK, GIVE(0, &err, "a", "b"));
    assert_int_equal(0, faults.syncs);
    o.sync = true;
    assert_int_equal(ILF_OK, GIVE(0, &err, "a", "b"));
    assert_int_equal(ILF_OK, GIVE(0, &err, "a"));
    assert_int_equal(2, faults.syncs);
    close_output();
}

static void does_not_believe_a_second_sync(void **state)
{
    char want[700];
    ilf_error err;

    (void)state;
    o.sync = true;
    open_output();
    faults.armed = true;
    faults.sync = EIO;
    (void)snprintf(want, sizeof(want), "sync '%s': Input/output error", path);
    assert_int_equal(ILF_ERR_DROP, GIVE(0, &err, "a"));
    assert_string_equal(want, err.text);
    close_output();
}

/* But it writes all of it: nobody will bring the rest again. */
static void does_not_count_a_batch_whose_roll_was_not_synced(void **state)
{
    ilf_error err;
    char want[700];

    (void)state;
    o.sync = true;
    o.max_size = 2;
    open_output();
    faults.armed = true;
    faults.sync = EIO;
    faults.sync_once = true;
    (void)snprintf(want, sizeof(want), "sync '%s': Input/output error", path);
    assert_int_equal(ILF_ERR_DROP, GIVE(0, &err, "one", "two", "three"));
    assert_string_equal(want, err.text);
    assert_int_equal(ILF_OK, GIVE(0, &err, "four"));
    close_output();
    assert_file(test_path("out.log.1"), S("one\n"));
    assert_file(test_path("out.log.2"), S("two\n"));
    assert_file(test_path("out.log.3"), S("three\n"));
    assert_file(path, S("four\n"));
}

static void does_not_sync_a_console(void **state)
{
    ilf_error err;
    ilf_status status;

    (void)state;
    o.sync = true;
    become_console_file();
    open_output();
    status = GIVE(0, &err, "a");
    close_output();
    put_console_back();
    assert_int_equal(ILF_OK, status);
    assert_int_equal(0, faults.syncs);
}

/* --- Rolling -------------------------------------------------------------------------------------
 */

static void rolls_before_the_record_after_the_size(void **state)
{
    ilf_error err;

    (void)state;
    o.max_size = 8;
    open_output();
    assert_int_equal(ILF_OK, GIVE(0, &err, "aaa", "bbb", "ccc", "ddd", "eee"));
    assert_file(test_path("out.log.1"), S("aaa\nbbb\n"));
    assert_file(test_path("out.log.2"), S("ccc\nddd\n"));
    assert_file(path, S("eee\n"));
    assert_int_equal(ILF_OK, GIVE(0, &err, "ffffffffff"));
    assert_file(path, S("eee\nffffffffff\n"));
    assert_int_equal(ILF_OK, GIVE(0, &err, "g"));
    assert_file(test_path("out.log.3"), S("eee\nffffffffff\n"));
    assert_file(path, S("g\n"));
    close_output();
    assert_names("out.log out.log.1 out.log.2 out.log.3");
    assert_string_equal("", log_.text);
}

static void rolls_what_an_earlier_run_left_full(void **state)
{
    ilf_error err;

    (void)state;
    test_write_file(path, "12345678\n", 9);
    o.max_size = 9;
    open_output();
    assert_names("out.log");
    assert_int_equal(ILF_OK, GIVE(0, &err, "a"));
    close_output();
    assert_file(path, S("a\n"));
    assert_file(test_path("out.log.1"), S("12345678\n"));
}

static void keeps_the_newest_rolls_only(void **state)
{
    ilf_error err;

    (void)state;
    o.max_size = 1;
    o.max_rolls = 2;
    open_output();
    assert_int_equal(ILF_OK, GIVE(0, &err, "1", "2", "3", "4", "5"));
    close_output();
    assert_names("out.log out.log.3 out.log.4");
    assert_file(test_path("out.log.3"), S("3\n"));
    assert_file(test_path("out.log.4"), S("4\n"));
    assert_file(path, S("5\n"));
}

static void goes_on_in_the_old_file_when_it_cannot_roll(void **state)
{
    char long_path[512], want[1024];
    ilf_error err;
    size_t lines = 0;

    (void)state;
    (void)snprintf(long_path, sizeof(long_path), "%s/%0255d", test_folder(), 1); /* NAME_MAX */
    o.path = long_path;
    o.max_size = 100;
    open_output();
    for (int i = 0; i < 100; i++)
        assert_int_equal(ILF_OK, GIVE(0, &err, "123456789", "abcdefghi"));
    close_output();
    (void)snprintf(want, sizeof(want), "2 roll '%s': File name too long\n", long_path);
    assert_memory_equal(want, log_.text, strlen(want));
    for (const char *p = log_.text; *p; p++)
        lines += *p == '\n';
    if (lines > 2000 / 100) /* once for each time that it would have rolled, not for each record */
        fail_msg("%zu lines in the log for 2000 bytes and MaxSize 100", lines);
}

static void never_rolls_what_is_not_a_file(void **state)
{
    ilf_error err;
    char got[64] = "";
    int reader;

    (void)state;
    assert_int_equal(0, mkfifo(path, 0600));
    reader = open(path, O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    o.max_size = 4;
    o.sync = true;
    open_output();
    assert_int_equal(ILF_OK, GIVE(0, &err, "one", "two", "three"));
    assert_int_equal(14, read(reader, got, sizeof(got)));
    close_output();
    close(reader);
    assert_string_equal("one\ntwo\nthree\n", got);
    assert_names("out.log");
    assert_string_equal("", log_.text);
}

static void begins_a_fresh_line_in_a_file_that_was_left_torn(void **state)
{
    ilf_error err;

    (void)state;
    test_write_file(path, "whole\ntor", 9);
    open_output();
    assert_int_equal(ILF_OK, GIVE(0, &err, "next"));
    close_output();
    assert_file(path, S("whole\ntor\nnext\n"));
}

/* Which may be /dev/stdout, while the agent's standard output is a file. */
static void never_moves_a_link_away(void **state)
{
    ilf_error err;
    struct stat st;

    (void)state;
    test_write_file(test_path("real"), "", 0);
    assert_int_equal(0, symlink("real", path));
    o.max_size = 4;
    open_output();
    assert_int_equal(ILF_OK, GIVE(0, &err, "one", "two", "three"));
    close_output();
    assert_int_equal(0, lstat(path, &st));
    assert_true(S_ISLNK(st.st_mode));
    assert_string_equal("", log_.text);
}

static void follows_another_who_has_just_rolled_the_file(void **state)
{
    ilf_error err;

    (void)state;
    o.max_size = 4;
    open_output();
    assert_int_equal(ILF_OK, GIVE(0, &err, "one"));
    faults.armed = true;
    faults.rival = "";
    assert_int_equal(ILF_OK, GIVE(0, &err, "two", "three"));
    close_output();
    assert_names("out.log out.log.1 out.log.2 out.log.3");
    assert_file(test_path("out.log.1"), S("one\n"));
    assert_file(test_path("out.log.2"), S("")); /* the other's, which we could not know */
    assert_file(test_path("out.log.3"), S("two\n"));
    assert_file(path, S("three\n"));
    assert_string_equal("", log_.text);
}

static void begins_the_new_file_of_another_who_has_just_rolled_it(void **state)
{
    ilf_error err;

    (void)state;
    o.max_size = 4;
    open_output();
    assert_int_equal(ILF_OK, GIVE(0, &err, "one"));
    faults.armed = true;
    faults.rival_only_rolls = true;
    faults.rival = "";
    assert_int_equal(ILF_OK, GIVE(0, &err, "two", "three"));
    close_output();
    assert_names("out.log out.log.1 out.log.2");
    assert_file(test_path("out.log.1"), S("one\n"));
    assert_file(test_path("out.log.2"), S("two\n"));
    assert_file(path, S("three\n"));
    assert_string_equal("", log_.text);
}

static void two_outputs_on_one_file_roll_without_losing_a_line(void **state)
{
    struct output old, new;
    ilf_error err;
    char want[2000] = "", all[4000] = "";
    size_t lines = 0;

    (void)state;
    o.max_size = 30;
    open_output();
    old = o;
    o = settings();
    o.max_size = 50;
    open_output();
    new = o;
    for (int i = 0; i < 60; i++) {
        char a[16], b[16];

        (void)snprintf(a, sizeof(a), "%03d a", i);
        (void)snprintf(b, sizeof(b), "%03d b", i);
        strcat(strcat(strcat(strcat(want, a), "\n"), b), "\n");
        o = i % 3 == 0 ? new : old;
        assert_int_equal(ILF_OK, GIVE(0, &err, a, b));
        *(i % 3 == 0 ? &new : &old) = o;
    }
    o = old;
    close_output();
    o = new;
    close_output();
    for (int i = 1; i <= 100; i++) {
        char name[32];
        char *part;
        size_t len;

        (void)snprintf(name, sizeof(name), i < 100 ? "out.log.%d" : "out.log", i);
        part = test_read_file(test_path(name), &len);
        if (part)
            strcat(all, part);
        free(part);
    }
    for (const char *p = all; *p; p++)
        lines += *p == '\n';
    assert_int_equal(120, lines);
    assert_string_equal(want, all); /* here one after another, so even in order */
}

/* --- Faults --------------------------------------------------------------------------------------
 */

static const char *const few[] = {"one", "", "three", "four"};
static const char all_few[] = "one\n\nthree\nfour\n";
enum { N_FEW = 4, LEN_FEW = sizeof(all_few) - 1 };

/* The length of the lines that fit into the first @n bytes of all_few. */
static size_t whole_lines(size_t n)
{
    while (n > 0 && all_few[n - 1] != '\n')
        n--;
    return n;
}

static void fresh_file(uint64_t max_size)
{
    unlink(path);
    o = settings();
    o.max_size = max_size;
    open_output();
}

static void goes_on_with_a_file_wherever_the_disk_was_full(void **state)
{
    char want[700];
    ilf_error err;

    (void)state;
    (void)snprintf(want, sizeof(want), "write '%s': No space left on device: free some space",
                   path);
    for (size_t first = 0; first < LEN_FEW; first++) {
        for (size_t second = 0; second <= LEN_FEW; second++) {
            size_t kept = whole_lines(first);

            fresh_file(UNLIMITED);
            limit(first, ENOSPC);
            assert_int_equal(ILF_ERR_RETRY, give(0, few, N_FEW, &err));
            assert_string_equal(want, err.text);
            assert_file(path, (ilf_str){all_few, kept});
            limit(second, ENOSPC);
            if (kept + second < LEN_FEW) {
                assert_int_equal(ILF_ERR_RETRY, give(1, few, N_FEW, &err));
                assert_file(path, (ilf_str){all_few, whole_lines(kept + second)});
                limit(UNLIMITED, 0);
                assert_int_equal(ILF_OK, give(2, few, N_FEW, &err));
            } else {
                assert_int_equal(ILF_OK, give(1, few, N_FEW, &err));
            }
            assert_file(path, S("one\n\nthree\nfour\n"));
            close_output();
        }
    }
}

static void goes_on_with_a_console_in_the_middle_of_a_line(void **state)
{
    ilf_error err;

    (void)state;
    for (size_t first = 0; first < LEN_FEW; first++) {
        for (size_t second = 0; second < LEN_FEW; second++) {
            ilf_status statuses[3];
            size_t len;
            char *got;

            unlink(path);
            o = settings();
            become_console_file();
            open_output();
            limit(first, EFBIG);
            statuses[0] = give(0, few, N_FEW, &err);
            limit(second, EFBIG);
            statuses[1] = give(1, few, N_FEW, &err);
            got = test_read_file(path, &len);
            limit(UNLIMITED, 0);
            statuses[2] = give(2, few, N_FEW, &err);
            close_output();
            put_console_back();
            assert_int_equal(ILF_ERR_RETRY, statuses[0]);
            if (first + second < LEN_FEW) {
                assert_int_equal(ILF_ERR_RETRY, statuses[1]);
                assert_string_equal("write 'standard output': File too large", err.text);
                assert_int_equal(first + second, len);
            } else {
                assert_int_equal(ILF_OK, statuses[1]);
            }
            assert_memory_equal(all_few, got, len);
            assert_int_equal(ILF_OK, statuses[2]);
            assert_file(path, S("one\n\nthree\nfour\n"));
            free(got);
        }
    }
}

static void begins_on_a_fresh_line_after_a_batch_was_given_up(void **state)
{
    ilf_error err;

    (void)state;
    for (int kind = OUTPUT_CONSOLE; kind <= OUTPUT_FILE; kind++) {
        for (size_t first = 0; first < LEN_FEW; first++) {
            for (size_t second = 0; first + second < LEN_FEW; second++) {
                ilf_status status;
                char want[64];
                size_t kept;

                unlink(path);
                o = settings();
                if (kind == OUTPUT_CONSOLE)
                    become_console_file();
                open_output();
                limit(first, ENOSPC);
                (void)give(0, few, N_FEW, &err);
                limit(second, ENOSPC);
                (void)give(1, few, N_FEW, &err);
                limit(UNLIMITED, 0); /* the runtime gives up, and the next batch comes */
                status = GIVE(0, &err, "next");
                close_output();
                put_console_back();
                assert_int_equal(ILF_OK, status);
                kept =
                    kind == OUTPUT_FILE ? whole_lines(whole_lines(first) + second) : first + second;
                (void)snprintf(want, sizeof(want), "%.*s%snext\n", (int)kept, all_few,
                               kept != whole_lines(kept) ? "\n" : "");
                assert_file(path, (ilf_str){want, strlen(want)});
            }
        }
    }
}

static void writes_a_record_whole_where_it_cannot_cut_the_torn_one(void **state)
{
    ilf_error err;

    (void)state;
    for (size_t first = 0; first < LEN_FEW; first++) {
        char want[64];
        size_t kept = whole_lines(first);

        fresh_file(UNLIMITED);
        limit(first, ENOSPC);
        faults.truncate = EPERM; /* an append-only file */
        assert_int_equal(ILF_ERR_RETRY, give(0, few, N_FEW, &err));
        assert_string_equal("No space left",
                            strstr(err.text, "No space left") ? "No space left" : err.text);
        limit(UNLIMITED, 0);
        assert_int_equal(ILF_OK, give(1, few, N_FEW, &err));
        if (all_few[first] == '\n') /* only its end is missing: it need not come again */
            (void)snprintf(want, sizeof(want), "%s", all_few);
        else
            (void)snprintf(want, sizeof(want), "%.*s%s%s", (int)first, all_few,
                           first > kept ? "\n" : "", all_few + kept);
        assert_file(path, (ilf_str){want, strlen(want)});
        faults.truncate = 0;
        close_output();
    }
}

static void never_cuts_what_others_have_written_behind_it(void **state)
{
    ilf_error err;

    (void)state;
    open_output();
    limit(6, ENOSPC);
    faults.rival = "other\n";
    assert_int_equal(ILF_ERR_RETRY, GIVE(0, &err, "one", "two"));
    assert_file(path, S("one\ntwother\n"));
    limit(UNLIMITED, 0);
    assert_int_equal(ILF_OK, GIVE(1, &err, "one", "two"));
    assert_file(path, S("one\ntwother\n\ntwo\n"));
    close_output();
}

static void loses_no_line_of_a_file_that_others_have_made_longer(void **state)
{
    ilf_error err;
    size_t len;
    char *got;

    (void)state;
    open_output();
    faults.rival = "other\n";
    let_rival_write();
    limit(6, ENOSPC);
    assert_int_equal(ILF_ERR_RETRY, GIVE(0, &err, "one", "two"));
    limit(UNLIMITED, 0);
    assert_int_equal(ILF_OK, GIVE(1, &err, "one", "two"));
    close_output();
    got = test_read_file(path, &len);
    assert_memory_equal("other\none\n", got, 10);
    assert_string_equal("\ntwo\n", got + len - 5);
    free(got);
}

static void rolls_on_after_the_disk_was_full(void **state)
{
    ilf_error err;

    (void)state;
    for (size_t first = 0; first < LEN_FEW; first++) {
        test_remove(test_path("out.log.1"));
        test_remove(test_path("out.log.2"));
        fresh_file(5);
        limit(first, ENOSPC);
        assert_int_equal(ILF_ERR_RETRY, give(0, few, N_FEW, &err));
        limit(UNLIMITED, 0);
        assert_int_equal(ILF_OK, give(1, few, N_FEW, &err));
        close_output();
        assert_file(test_path("out.log.1"), S("one\n\n"));
        assert_file(test_path("out.log.2"), S("three\n"));
        assert_file(path, S("four\n"));
    }
}

static void moves_on_with_what_is_left_when_the_full_file_is_moved_away(void **state)
{
    ilf_error err;

    (void)state;
    open_output();
    limit(6, ENOSPC);
    assert_int_equal(ILF_ERR_RETRY, give(0, few, N_FEW, &err));
    assert_int_equal(0, rename(path, test_path("moved")));
    limit(UNLIMITED, 0);
    assert_int_equal(ILF_OK, give(1, few, N_FEW, &err));
    close_output();
    assert_file(test_path("moved"), S("one\n\n"));
    assert_file(path, S("three\nfour\n"));
}

static void takes_nothing_written_for_a_full_device(void **state)
{
    char want[700];
    ilf_error err;

    (void)state;
    (void)snprintf(want, sizeof(want), "write '%s': No space left on device: free some space",
                   path);
    open_output();
    limit(2, 0);
    assert_int_equal(ILF_ERR_RETRY, GIVE(0, &err, "one"));
    assert_string_equal(want, err.text);
    close_output();
    assert_file(path, S(""));
}

static void reports_what_dev_full_says(void **state)
{
    ilf_error err;

    (void)state;
    o.path = "/dev/full";
    open_output();
    assert_int_equal(ILF_ERR_RETRY, GIVE(0, &err, "one"));
    assert_string_equal("write '/dev/full': No space left on device: free some space", err.text);
    close_output();
}

static void drops_what_a_broken_pipe_cannot_take(void **state)
{
    int pipes[2];
    ilf_error err;
    ilf_status status;

    (void)state;
    assert_int_equal(0, pipe(pipes));
    close(pipes[0]);
    become_console(pipes[1]);
    open_output();
    status = GIVE(0, &err, "one");
    close_output();
    put_console_back();
    assert_int_equal(ILF_ERR_DROP, status);
    assert_string_equal("write 'standard output': Broken pipe", err.text);
}

static void waits_for_a_pipe_that_is_full_until_no_time_is_left(void **state)
{
    char filler[4096], got[64];
    int pipes[2];
    size_t filled = 0;
    ilf_error err;
    ilf_status statuses[3];
    ssize_t n;

    (void)state;
    memset(filler, '.', sizeof(filler));
    assert_int_equal(0, pipe2(pipes, O_NONBLOCK));
    while ((n = write(pipes[1], filler, sizeof(filler))) > 0)
        filled += (size_t)n;
    become_console(pipes[1]);
    open_output();
    faults.armed = true; /* so that nobody waits: poll returns 0, as after its time-out */
    faults.polled = 0;
    looks_left = 3;
    statuses[0] = GIVE(0, &err, "one", "two");
    statuses[1] = GIVE(1, &err, "one", "two");
    faults.polled = -1;
    while (filled > 0)
        filled -= (size_t)read(pipes[0], filler, filled < 4096 ? filled : 4096);
    statuses[2] = GIVE(2, &err, "one", "two");
    close_output();
    put_console_back();
    assert_int_equal(ILF_ERR_RETRY, statuses[0]);
    assert_int_equal(ILF_ERR_RETRY, statuses[1]);
    assert_string_equal(
        "write 'standard output': its reader does not read, or the terminal is stopped "
        "(Ctrl-S); of this batch, 0 records were written",
        err.text);
    assert_int_equal(3, faults.polls);
    assert_int_equal(ILF_OK, statuses[2]);
    assert_int_equal(8, read(pipes[0], got, sizeof(got)));
    assert_memory_equal("one\ntwo\n", got, 8);
    close(pipes[0]);
}

/* What a FIFO has got of a record stays its first part: it does not come again, whole. */
static void goes_on_with_a_fifo_in_the_middle_of_a_line(void **state)
{
    ilf_error err;
    char got[64];
    int reader;

    (void)state;
    assert_int_equal(0, mkfifo(path, 0600));
    reader = open(path, O_RDONLY | O_NONBLOCK);
    open_output();
    for (size_t first = 0; first < LEN_FEW; first++) {
        limit(first, EAGAIN);
        looks_left = 0;
        assert_int_equal(ILF_ERR_RETRY, give(0, few, N_FEW, &err));
        limit(UNLIMITED, 0);
        assert_int_equal(ILF_OK, give(1, few, N_FEW, &err));
        assert_int_equal(LEN_FEW, read(reader, got, sizeof(got)));
        assert_memory_equal(all_few, got, LEN_FEW);
    }
    close_output();
    close(reader);
}

static void a_fifo_that_nobody_reads_is_refused_and_does_not_wait(void **state)
{
    char want[700];
    ilf_error err;

    (void)state;
    assert_int_equal(0, mkfifo(path, 0600));
    (void)snprintf(want, sizeof(want),
                   "open '%s': No such device or address: start the reader of a FIFO first; a "
                   "socket can't be opened by its name",
                   path);
    assert_int_equal(ILF_ERR_CONFIG, output_open(&o, &err));
    assert_string_equal(want, err.text);
}

static void waits_for_a_new_reader_of_a_fifo(void **state)
{
    ilf_error err;
    char got[64];
    int reader;

    (void)state;
    assert_int_equal(0, mkfifo(path, 0600));
    reader = open(path, O_RDONLY | O_NONBLOCK);
    open_output();
    close(reader);
    assert_int_equal(ILF_ERR_RETRY, GIVE(0, &err, "one")); /* and no signal ends the process */
    reader = open(path, O_RDONLY | O_NONBLOCK);
    assert_int_equal(ILF_OK, GIVE(1, &err, "one"));
    assert_int_equal(4, read(reader, got, sizeof(got)));
    assert_memory_equal("one\n", got, 4);
    close_output();
    close(reader);
}

static void tries_again_after_a_lack_of_memory(void **state)
{
    char want[700];
    ilf_error err;

    (void)state;
    (void)snprintf(want, sizeof(want), "write '%s': out of memory", path);
    o.timestamps = true;
    open_output();
    output_begin_batch(&o, 0, &err);
    assert_true(output_begin_record(&o));
    ILF__TEXT_PUT_LITERAL(&o.text, "one");
    output_end_record(&o);
    assert_true(output_begin_record(&o));
    ILF__TEXT_PUT_LITERAL(&o.text, "tw");
    o.text.failed = true; /* as ilf__text_grow leaves it */
    output_end_record(&o);
    assert_false(output_begin_record(&o));
    assert_int_equal(ILF_ERR_NOMEM, output_end_batch(&o));
    assert_string_equal(want, err.text);
    o.timestamps = false;
    assert_int_equal(ILF_OK, GIVE(1, &err, "one", "two", "three"));
    assert_int_equal(ILF_OK, GIVE(0, &err, "four"));
    close_output();
    {
        size_t len;
        char *got = test_read_file(path, &len);

        assert_string_equal(" one\ntwo\nthree\nfour\n", got + 19);
        free(got);
    }
}

static void tells_the_agents_log_nothing_twice(void **state)
{
    ilf_error err;

    (void)state;
    o.kind = OUTPUT_AGENT_LOG;
    open_output();
    output_begin_batch(&o, 0, &err);
    assert_true(output_begin_record(&o));
    ILF__TEXT_PUT_LITERAL(&o.text, "one");
    output_end_record(&o);
    assert_true(output_begin_record(&o));
    ILF__TEXT_PUT_LITERAL(&o.text, "tw");
    o.text.failed = true;
    output_end_record(&o);
    assert_int_equal(ILF_ERR_NOMEM, output_end_batch(&o));
    assert_string_equal("write 'standard output': out of memory", err.text);
    assert_int_equal(ILF_OK, GIVE(1, &err, "one", "two"));
    close_output();
    assert_string_equal("1 one\n1 two\n", log_.text);
}

/* --- Faults at random ----------------------------------------------------------------------------
 */

enum { BATCHES = 6, RECORDS = 8, TRIES = 4, SEQUENCES = 600 };

/* What was given, and what became of it: record r of batch b is "b/r" and some more. */
static struct history {
    char text[BATCHES][RECORDS][64];
    size_t n[BATCHES];
    bool done[BATCHES]; /* the batch was taken */
    size_t seen[BATCHES][RECORDS];
} history;

static void check_line(const char *line, size_t len, bool may_be_torn, size_t *last)
{
    for (size_t b = 0; b < BATCHES; b++) {
        for (size_t r = 0; r < history.n[b]; r++) {
            const char *text = history.text[b][r];

            if (strlen(text) == len && memcmp(text, line, len) == 0) {
                assert_true(b * RECORDS + r >= *last); /* in order */
                *last = b * RECORDS + r;
                history.seen[b][r]++;
                return;
            }
            if (may_be_torn && len > 0 && len < strlen(text) && memcmp(text, line, len) == 0 &&
                b * RECORDS + r >= *last)
                return;
        }
    }
    fail_msg("line '%.*s' is no record", (int)len, line);
}

static void check_file(const char *name, bool may_be_torn, size_t *last)
{
    size_t len;
    char *got = test_read_file(test_path(name), &len);
    const char *p = got;

    while (p && *p) {
        const char *end = strchr(p, '\n');

        if (!end)
            fail_msg("'%s' is left without an end", p);
        check_line(p, (size_t)(end - p), may_be_torn, last);
        p = end + 1;
    }
    free(got);
}

static void check_history(bool may_be_torn)
{
    size_t last = 0;

    for (int i = 1; i < 60; i++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "out.log.%d", i);
        check_file(name, may_be_torn, &last);
        test_remove(test_path(name));
    }
    check_file("out.log", may_be_torn, &last);
    for (size_t b = 0; b < BATCHES; b++)
        for (size_t r = 0; r < history.n[b]; r++)
            if (history.seen[b][r] > 1 || (history.done[b] && history.seen[b][r] != 1))
                fail_msg("record %s: %zu times", history.text[b][r], history.seen[b][r]);
}

static void run_sequence(uint64_t *random, bool to_console, bool can_cut)
{
    ilf_error err;

    memset(&history, 0, sizeof(history));
    unlink(path);
    o = settings();
    o.max_size = to_console || !can_cut ? UNLIMITED : 1 + test_random(random) % 200;
    if (to_console)
        become_console_file();
    open_output();
    for (size_t b = 0; b < BATCHES; b++) {
        const char *records[RECORDS];

        history.n[b] = test_random(random) % (RECORDS + 1);
        for (size_t r = 0; r < history.n[b]; r++) {
            (void)snprintf(history.text[b][r], 64, "%zu/%zu%.*s", b, r,
                           (int)(test_random(random) % 16), "................");
            records[r] = history.text[b][r];
        }
        for (uint32_t attempt = 0; attempt < TRIES && !history.done[b]; attempt++) {
            bool full = test_random(random) % 2 == 0 && !(b == BATCHES - 1 && attempt == TRIES - 1);

            limit(full ? test_random(random) % 90 : UNLIMITED, ENOSPC);
            faults.chunk = test_random(random) % 3 == 0 ? 1 + test_random(random) % 20 : 0;
            faults.truncate = can_cut ? 0 : EPERM;
            history.done[b] = give(attempt, records, history.n[b], &err) == ILF_OK;
        }
    }
    faults.truncate = 0;
    close_output();
    put_console_back();
    assert_true(history.done[BATCHES - 1]); /* so that the last line has an end */
}

static void tears_and_doubles_no_line_of_a_file_whatever_happens(void **state)
{
    uint64_t random = 1;

    (void)state;
    for (int i = 0; i < SEQUENCES; i++) {
        run_sequence(&random, false, true);
        check_history(false);
    }
}

static void doubles_no_line_of_a_file_that_cannot_be_cut(void **state)
{
    uint64_t random = 2;

    (void)state;
    for (int i = 0; i < SEQUENCES; i++) {
        run_sequence(&random, false, false);
        check_history(true);
    }
}

static void doubles_no_line_of_a_console_whatever_happens(void **state)
{
    uint64_t random = 3;

    (void)state;
    for (int i = 0; i < SEQUENCES; i++) {
        run_sequence(&random, true, false);
        check_history(true);
    }
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(writes_records_as_lines),
        test(writes_an_empty_batch),
        test(appends_to_what_is_there),
        test(begins_anew_without_append),
        test(begins_each_record_with_the_local_time),
        test(hands_records_to_the_agents_log_without_a_time),
        test(writes_to_standard_output),
        test(writes_ten_thousand_records_in_order),
        test(writes_giant_records),
        test(writes_whatever_pieces_the_kernel_takes),
        test(says_which_file_it_cannot_open),
        test(says_when_closing_fails),
        test(reopens_a_file_that_was_moved_away),
        test(follows_a_file_that_was_emptied),
        test(waits_for_a_folder_that_is_gone),
        test(syncs_after_each_batch_if_told_to),
        test(does_not_believe_a_second_sync),
        test(does_not_count_a_batch_whose_roll_was_not_synced),
        test(does_not_sync_a_console),
        test(rolls_before_the_record_after_the_size),
        test(rolls_what_an_earlier_run_left_full),
        test(keeps_the_newest_rolls_only),
        test(goes_on_in_the_old_file_when_it_cannot_roll),
        test(never_rolls_what_is_not_a_file),
        test(begins_a_fresh_line_in_a_file_that_was_left_torn),
        test(never_moves_a_link_away),
        test(follows_another_who_has_just_rolled_the_file),
        test(begins_the_new_file_of_another_who_has_just_rolled_it),
        test(two_outputs_on_one_file_roll_without_losing_a_line),
        test(goes_on_with_a_file_wherever_the_disk_was_full),
        test(goes_on_with_a_console_in_the_middle_of_a_line),
        test(begins_on_a_fresh_line_after_a_batch_was_given_up),
        test(writes_a_record_whole_where_it_cannot_cut_the_torn_one),
        test(never_cuts_what_others_have_written_behind_it),
        test(loses_no_line_of_a_file_that_others_have_made_longer),
        test(rolls_on_after_the_disk_was_full),
        test(moves_on_with_what_is_left_when_the_full_file_is_moved_away),
        test(takes_nothing_written_for_a_full_device),
        test(reports_what_dev_full_says),
        test(drops_what_a_broken_pipe_cannot_take),
        test(waits_for_a_pipe_that_is_full_until_no_time_is_left),
        test(goes_on_with_a_fifo_in_the_middle_of_a_line),
        test(a_fifo_that_nobody_reads_is_refused_and_does_not_wait),
        test(waits_for_a_new_reader_of_a_fifo),
        test(tries_again_after_a_lack_of_memory),
        test(tells_the_agents_log_nothing_twice),
        test(tears_and_doubles_no_line_of_a_file_whatever_happens),
        test(doubles_no_line_of_a_file_that_cannot_be_cut),
        test(doubles_no_line_of_a_console_whatever_happens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
