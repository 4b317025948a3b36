/* Tests of flushers/stdout/writing.c: a reader that does not read holds the pipeline back, but not
 * its end. */
#include <ilf_test.h>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <termios.h>

static struct test_lines lines;
static ilf_host host;
static int console = -1, reader = -1;

/* Let standard output be @fd, which is closed; what it holds is read from @other. */
static void become_console(int fd, int other)
{
    assert_true(fd >= 0 && other >= 0);
    fflush(stdout);
    console = dup(STDOUT_FILENO);
    dup2(fd, STDOUT_FILENO);
    close(fd);
    reader = other;
    fcntl(reader, F_SETFL, O_NONBLOCK);
}

static void become_pipe(void)
{
    int pipes[2];

    assert_int_equal(0, pipe(pipes));
    become_console(pipes[1], pipes[0]);
}

static int set_up(void **state)
{
    lines.len = 0;
    host = test_lines_host(&lines);
    return test_make_folder(state);
}

static void put_console_back(void)
{
    if (console < 0)
        return;
    dup2(console, STDOUT_FILENO);
    close(console);
    close(reader);
    console = reader = -1;
}

static int tear_down(void **state)
{
    put_console_back();
    return test_remove_folder(state);
}

/* A flush of a megabyte, in lines of 1,000 and some, on a thread of its own. */
enum { LINES = 1000 };

struct job {
    ilf_flusher *f;
    pthread_t thread;
    ilf_status status;
    ilf_error err;
    atomic_bool done;
};

static void *run_flush(void *arg)
{
    struct job *job = arg;
    static char value[1001];
    static ilf_kv kv;
    static ilf_log logs[LINES];
    ilf_group group = {.logs = logs, .n_logs = LINES};
    ilf_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};

    memset(value, 'x', sizeof(value) - 1);
    kv = (ilf_kv){S("k"), {value, sizeof(value) - 1}};
    for (size_t i = 0; i < LINES; i++)
        logs[i] = (ilf_log){.time = 1, .contents = &kv, .n_contents = 1};
    job->status = ilf_flusher_flush(job->f, &batch, &job->err);
    atomic_store(&job->done, true);
    return NULL;
}

/* Start a flusher whose sink is stuck, and a flush. */
static void flush_into_stuck(struct job *job, const char *config)
{
    *job = (struct job){.f = test_start("flusher_c_stdout", &host, config)};
    pthread_create(&job->thread, NULL, run_flush, job);
}

static void wait_until_stuck(void)
{
    struct pollfd readable = {.fd = reader, .events = POLLIN};

    assert_int_equal(1, poll(&readable, 1, 20000));
}

/* Stop it as the host does. Returns how long that took, in ns. */
static uint64_t stop(struct job *job)
{
    uint64_t started = ilf__monotonic();

    ilf_flusher_set_urgent(job->f, true);
    assert_works(ilf_flusher_stop(job->f, &err));
    pthread_join(job->thread, NULL);
    return ilf__monotonic() - started;
}

/* Fail unless the flush has ended with its time, and has counted all of its batch. */
static void assert_given_up(const struct job *job)
{
    assert_int_equal(ILF_ERR_RETRY, job->status);
    assert_non_null(strstr(job->err.text, "its reader does not read, or the terminal is stopped"));
    assert_non_null(strstr(job->err.text, "the pipeline is stopping"));
    assert_int_equal(LINES, test_count(&job->f->metrics.given_up));
}

static const char to_stdout[] =
    "{\"OnlyStdout\":true,\"Timestamp\":false,\"StopTimeout\":\"300ms\"}";

static void stops_although_nobody_reads_from_its_pipe(void **state)
{
    struct job job;

    (void)state;
    become_pipe();
    flush_into_stuck(&job, to_stdout);
    wait_until_stuck();
    assert_false(ilf_flusher_is_ready(job.f, NULL));
    assert_false(atomic_load(&job.done)); /* until then it is held back, and loses nothing */
    assert_in_range(stop(&job), 300000000, 10000000000);
    put_console_back();
    assert_given_up(&job);
    ilf_flusher_free(job.f);
}

static void a_stop_without_warning_ends_the_wait_too(void **state)
{
    struct job job;

    (void)state;
    become_pipe();
    flush_into_stuck(&job, to_stdout);
    wait_until_stuck();
    assert_works(ilf_flusher_stop(job.f, &err));
    pthread_join(job.thread, NULL);
    put_console_back();
    assert_given_up(&job);
    ilf_flusher_free(job.f);
}

static void stops_although_nobody_reads_from_its_socket(void **state)
{
    struct job job;
    int pair[2];

    (void)state;
    assert_int_equal(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    become_console(pair[1], pair[0]);
    flush_into_stuck(&job, to_stdout);
    wait_until_stuck();
    assert_in_range(stop(&job), 300000000, 10000000000);
    put_console_back();
    assert_given_up(&job);
    ilf_flusher_free(job.f);
}

static void stops_although_its_terminal_is_stopped(void **state)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY), terminal = -1;
    struct job job;

    (void)state;
    if (master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0)
        terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
    if (terminal < 0) {
        print_message("skipped: there are no terminals here\n");
        skip();
    }
    assert_int_equal(0, tcflow(terminal, TCOOFF)); /* as Ctrl-S does */
    become_console(terminal, master);
    flush_into_stuck(&job, to_stdout);
    while (ilf_flusher_is_ready(job.f, NULL)) /* until the flush has begun */
        usleep(1000);
    assert_in_range(stop(&job), 300000000, 10000000000);
    put_console_back();
    assert_given_up(&job);
    ilf_flusher_free(job.f);
}

static void stops_although_nobody_reads_from_its_fifo(void **state)
{
    char config[256];
    struct job job;

    (void)state;
    assert_int_equal(0, mkfifo(test_path("fifo"), 0600));
    reader = open(test_path("fifo"), O_RDONLY | O_NONBLOCK);
    (void)snprintf(config, sizeof(config), "{\"FileName\":\"%s\",\"StopTimeout\":\"300ms\"}",
                   test_path("fifo"));
    flush_into_stuck(&job, config);
    wait_until_stuck();
    assert_in_range(stop(&job), 300000000, 10000000000);
    assert_given_up(&job);
    ilf_flusher_free(job.f);
    close(reader);
}

/* Read all that is there. Returns how many lines; fails if one is torn or doubled. */
static size_t read_lines(const struct job *job, size_t *column)
{
    static char text[65536];
    size_t ends = 0;

    for (;;) {
        struct pollfd readable = {.fd = reader, .events = POLLIN};
        ssize_t n = poll(&readable, 1, atomic_load(&job->done) ? 0 : 20) == 1
                        ? read(reader, text, sizeof(text))
                        : -1;

        if (n <= 0)
            return ends;
        for (ssize_t i = 0; i < n; i++) {
            ++*column;
            if (text[i] != '\n')
                continue;
            if (*column != strlen("{\"k\":\"\",\"__time__\":\"1\"}\n") + 1000)
                fail_msg("a line of %zu bytes", *column);
            *column = 0;
            ends++;
        }
    }
}

static void a_slow_reader_gets_every_line_once_and_whole(void **state)
{
    struct job job;
    size_t column = 0, n = 0;

    (void)state;
    become_pipe();
    flush_into_stuck(&job, to_stdout);
    wait_until_stuck();
    while (!atomic_load(&job.done))
        n += read_lines(&job, &column);
    pthread_join(job.thread, NULL);
    n += read_lines(&job, &column);
    ilf_flusher_free(job.f);
    put_console_back();
    assert_int_equal(ILF_OK, job.status);
    assert_int_equal(LINES, n);
    assert_int_equal(0, column);
}

/* Others who share standard output would get EAGAIN from their writes. */
static void leaves_the_flags_of_standard_output_as_they_are(void **state)
{
    int pair[2], flags[2];
    struct job job;

    (void)state;
    for (int i = 0; i < 2; i++) {
        if (i == 0)
            become_pipe();
        else if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0)
            become_console(pair[1], pair[0]);
        flush_into_stuck(&job, to_stdout);
        wait_until_stuck();
        flags[i] = fcntl(STDOUT_FILENO, F_GETFL);
        (void)stop(&job);
        ilf_flusher_free(job.f);
        put_console_back();
    }
    assert_int_equal(0, flags[0] & O_NONBLOCK);
    assert_int_equal(0, flags[1] & O_NONBLOCK);
}

static void follows_standard_output_when_the_program_replaces_it(void **state)
{
    struct test_batch b;
    ilf_flusher *f;
    char got[64] = "";
    int second[2];
    ssize_t n;

    (void)state;
    become_pipe();
    assert_int_equal(0, pipe(second));
    f = test_start("flusher_c_stdout", &host, to_stdout);
    assert_works(ilf_flusher_flush(f, test_fill(&b, S("1")), &err));
    dup2(second[1], STDOUT_FILENO);
    close(second[1]);
    assert_works(ilf_flusher_flush(f, test_fill(&b, S("2")), &err));
    ilf_flusher_free(f);
    n = read(second[0], got, sizeof(got) - 1);
    close(second[0]);
    put_console_back();
    assert_true(n > 0);
    assert_string_equal("{\"k\":\"2\",\"__time__\":\"1\"}\n", got);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(stops_although_nobody_reads_from_its_pipe),
        test(a_stop_without_warning_ends_the_wait_too),
        test(stops_although_nobody_reads_from_its_socket),
        test(stops_although_its_terminal_is_stopped),
        test(stops_although_nobody_reads_from_its_fifo),
        test(a_slow_reader_gets_every_line_once_and_whole),
        test(leaves_the_flags_of_standard_output_as_they_are),
        test(follows_standard_output_when_the_program_replaces_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
