/* Tests of flushers/stdout/stdout.c: where lines go, and that none is lost on the way. */
#include <ilf_test.h>

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <time.h>

/* --- A flusher, its log, and standard output -----------------------------------------------------
 */

static struct test_lines lines;
static sem_t retried; /* posted when the log says that a batch will be tried again */
static ilf_host host;
static int console = -1;
static bool mounted;

static void log_line(void *context, ilf_level level, ilf_str text)
{
    test_lines_add(context, level, text);
    if (memmem(text.ptr, text.len, "trying again", 12))
        sem_post(&retried);
}

static uint64_t some_time(void *context)
{
    (void)context;
    return UINT64_C(1700000000123456789);
}

static int set_up(void **state)
{
    lines.len = 0;
    sem_init(&retried, 0, 0);
    host = (ilf_host){
        .struct_size = sizeof(host), .context = &lines, .log = log_line, .now = some_time};
    (void)signal(SIGXFSZ, SIG_IGN);
    setenv("TZ", "TEST-08:00", 1);
    tzset();
    return test_make_folder(state);
}

static void put_console_back(void)
{
    if (console >= 0) {
        dup2(console, STDOUT_FILENO);
        close(console);
    }
    console = -1;
}

/* Let no file grow beyond @size. */
static void limit_files(rlim_t size)
{
    struct rlimit limit;

    assert_int_equal(0, getrlimit(RLIMIT_FSIZE, &limit));
    limit.rlim_cur = size < limit.rlim_max ? size : limit.rlim_max;
    assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &limit));
}

static int tear_down(void **state)
{
    limit_files(RLIM_INFINITY);
    put_console_back();
    if (mounted)
        (void)umount2(test_folder(), MNT_DETACH);
    mounted = false;
    sem_destroy(&retried);
    return test_remove_folder(state);
}

/* Let standard output be the file @path. */
static void become_console(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);

    assert_true(fd >= 0);
    fflush(stdout);
    console = dup(STDOUT_FILENO);
    dup2(fd, STDOUT_FILENO);
    close(fd);
}

/* A started flusher that writes to out.log, with @more in its configuration. */
static ilf_flusher *start_file(const char *more)
{
    char config[1024];

    (void)snprintf(config, sizeof(config), "{\"FileName\":\"%s\"%s}", test_path("out.log"), more);
    return test_start("flusher_c_stdout", &host, config);
}

static void flush_value(ilf_flusher *f, ilf_str value)
{
    struct test_batch data;

    assert_works(ilf_flusher_flush(f, test_fill(&data, value), &err));
}

/* --- Where it goes -------------------------------------------------------------------------------
 */

static void writes_into_the_agents_log(void **state)
{
    ilf_flusher *f = test_start("flusher_c_stdout", &host, "null");

    (void)state;
    flush_value(f, S("v"));
    ilf_flusher_free(f);
    assert_lines(&lines, S("{\"k\":\"v\",\"__time__\":\"1\"}\n")); /* which has times of its own */
}

static void writes_into_a_file_with_the_local_time(void **state)
{
    ilf_flusher *f = start_file("");

    (void)state;
    flush_value(f, S("v"));
    assert_file(test_path("out.log"), S("2023-11-15 06:13:20 {\"k\":\"v\",\"__time__\":\"1\"}\n"));
    ilf_flusher_free(f);
    assert_lines(&lines, S(""));
}

static void writes_pure_json_without_timestamp(void **state)
{
    ilf_flusher *f = start_file(",\"Timestamp\":false");

    (void)state;
    flush_value(f, S("v"));
    flush_value(f, S("w"));
    ilf_flusher_free(f);
    assert_file(test_path("out.log"),
                S("{\"k\":\"v\",\"__time__\":\"1\"}\n{\"k\":\"w\",\"__time__\":\"1\"}\n"));
}

static void writes_to_standard_output_rather_than_a_file(void **state)
{
    ilf_flusher *f;

    (void)state;
    become_console(test_path("console"));
    f = start_file(",\"OnlyStdout\":true");
    flush_value(f, S("v"));
    ilf_flusher_free(f);
    put_console_back();
    assert_file(test_path("console"), S("2023-11-15 06:13:20 {\"k\":\"v\",\"__time__\":\"1\"}\n"));
    assert_names("console");
    assert_lines(&lines, S(""));
}

static void writes_events_and_protobuf_too(void **state)
{
    static const char pb[] = "\x0a\x0d\x0a\x0b\x08\x01\x12\x07\x0a\x01k\x12\x02v\x31";
    const ilf_event event = {.type = 99};
    const ilf_event_group group = {.events = &event, .n_events = 1};
    const ilf_event_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};
    ilf_flusher *f = start_file(",\"Timestamp\":false,\"tags\":true");

    (void)state;
    assert_works(ilf_flusher_export(f, &batch, &err));
    assert_works(ilf_flusher_flush_pb(f, NULL, pb, sizeof(pb) - 1, &err));
    ilf_flusher_free(f);
    assert_file(test_path("out.log"),
                S("[Event] event 1, metadata map[], tags map[]\n{\"eventType\":99}\n"
                  "[LogGroup] topic , logstore , logcount 1, tags []\n"
                  "{\"k\":\"v1\",\"__time__\":\"1\"}\n"));
}

static void is_always_ready(void **state)
{
    ilf_flusher *f = start_file("");

    (void)state;
    assert_true(ilf_flusher_is_ready(f, NULL));
    assert_works(ilf_flusher_stop(f, &err));
    ilf_flusher_free(f);
}

static void says_what_it_does(void **state)
{
    ilf_flusher *f = ilf_flusher_new("flusher_c_stdout", NULL, NULL);

    (void)state;
    assert_string_equal("writes logs and events as JSON lines to standard output, a rolling file "
                        "or the agent's log",
                        ilf_flusher_description(f));
    ilf_flusher_free(f);
}

/* --- Options -------------------------------------------------------------------------------------
 */

static void says_which_file_it_cannot_open(void **state)
{
    ilf_flusher *f = ilf_flusher_new("flusher_c_stdout", &host, NULL);
    static const char config[] = "{\"FileName\":\"/no/such/folder/out.log\"}";

    (void)state;
    assert_works(ilf_flusher_configure(f, config, strlen(config), &err));
    assert_fails(ILF_ERR_CONFIG,
                 "open '/no/such/folder/out.log': No such file or directory: create the folder "
                 "first",
                 ilf_flusher_init(f, NULL, &err));
    ilf_flusher_free(f);
}

static void says_which_choices_sync_has(void **state)
{
    ilf_flusher *f = ilf_flusher_new("flusher_c_stdout", &host, NULL);

    (void)state;
    assert_fails(ILF_ERR_CONFIG,
                 "flusher_c_stdout: detail.Sync: want one of \"never\", \"batch\"; got \"always\"",
                 ilf_flusher_configure(f, "{\"Sync\":\"always\"}", 17, &err));
    ilf_flusher_free(f);
}

static void keeps_what_the_file_holds_unless_told_otherwise(void **state)
{
    (void)state;
    test_write_file(test_path("out.log"), "old\n", 4);
    ilf_flusher_free(start_file(""));
    assert_file(test_path("out.log"), S("old\n"));
    ilf_flusher_free(start_file(",\"Append\":false"));
    assert_file(test_path("out.log"), S(""));
}

static void syncs_every_batch(void **state)
{
    ilf_flusher *f = start_file(",\"Sync\":\"batch\",\"Timestamp\":false");

    (void)state;
    flush_value(f, S("v"));
    ilf_flusher_free(f);
    assert_file(test_path("out.log"), S("{\"k\":\"v\",\"__time__\":\"1\"}\n"));
}

static void rolls_by_size_and_keeps_as_many_as_told(void **state)
{
    ilf_flusher *f = start_file(",\"Timestamp\":false,\"MaxSize\":50,\"MaxRolls\":2");

    (void)state;
    for (char c = 'a'; c <= 'i'; c++) /* 25 bytes each: two in every file */
        flush_value(f, (ilf_str){&c, 1});
    ilf_flusher_free(f);
    assert_names("out.log out.log.3 out.log.4");
    assert_file(test_path("out.log.3"),
                S("{\"k\":\"e\",\"__time__\":\"1\"}\n{\"k\":\"f\",\"__time__\":\"1\"}\n"));
    assert_file(test_path("out.log.4"),
                S("{\"k\":\"g\",\"__time__\":\"1\"}\n{\"k\":\"h\",\"__time__\":\"1\"}\n"));
    assert_file(test_path("out.log"), S("{\"k\":\"i\",\"__time__\":\"1\"}\n"));
}

/* As the native one: 1 MiB, and one roll. */
static void takes_sizes_and_numbers_of_rolls_below_one_as_the_defaults(void **state)
{
    static const char *const configs[] = {"", ",\"MaxSize\":0,\"MaxRolls\":0",
                                          ",\"MaxSize\":-5,\"MaxRolls\":-1"};
    static char chunk[(256 << 10) - 24]; /* with its line, 256 KiB */

    (void)state;
    memset(chunk, 'x', sizeof(chunk));
    for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
        char more[128];
        ilf_flusher *f;
        struct stat st;

        (void)snprintf(more, sizeof(more), ",\"Timestamp\":false%s", configs[i]);
        f = start_file(more);
        for (int n = 0; n < 4; n++)
            flush_value(f, (ilf_str){chunk, sizeof(chunk)});
        assert_names("out.log");
        assert_int_equal(0, stat(test_path("out.log"), &st));
        assert_int_equal(1 << 20, st.st_size);
        for (int n = 0; n < 5; n++)
            flush_value(f, (ilf_str){chunk, sizeof(chunk)});
        ilf_flusher_free(f);
        assert_names("out.log out.log.2");
        test_remove(test_path("out.log"));
        test_remove(test_path("out.log.2"));
    }
}

static void rolls_between_the_records_of_one_batch(void **state)
{
    ilf_flusher *f = start_file(",\"Timestamp\":false,\"MaxSize\":\"10KB\",\"MaxRolls\":1000");
    enum { RECORDS = 10000 };
    static char values[RECORDS][8], want[RECORDS * 40], got[RECORDS * 40];
    static ilf_kv kv[RECORDS];
    static ilf_log logs[RECORDS];
    const ilf_group group = {.logs = logs, .n_logs = RECORDS};
    const ilf_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};
    size_t want_len = 0, got_len = 0;

    (void)state;
    for (size_t i = 0; i < RECORDS; i++) {
        int len = snprintf(values[i], sizeof(values[i]), "%zu", i);

        kv[i] = (ilf_kv){S("k"), {values[i], (size_t)len}};
        logs[i] = (ilf_log){.time = 1, .contents = &kv[i], .n_contents = 1};
        want_len += (size_t)sprintf(want + want_len, "{\"k\":\"%zu\",\"__time__\":\"1\"}\n", i);
    }
    assert_works(ilf_flusher_flush(f, &batch, &err));
    ilf_flusher_free(f);
    for (int i = 1; i <= 100; i++) {
        char name[32];
        char *part;
        size_t len;

        (void)snprintf(name, sizeof(name), i < 100 ? "out.log.%d" : "out.log", i);
        part = test_read_file(test_path(name), &len);
        assert_true(len < 10100); /* each file is full by less than a line */
        if (part)
            memcpy(got + got_len, part, len);
        got_len += len;
        free(part);
    }
    assert_int_equal(want_len, got_len);
    assert_memory_equal(want, got, got_len);
}

/* --- Two at a time -------------------------------------------------------------------------------
 */

enum { ROUNDS = 150 };

struct writer {
    ilf_flusher *f;
    char name;
    pthread_t thread;
    bool failed;
};

static void *write_rounds(void *arg)
{
    struct writer *w = arg;

    for (int i = 0; i < ROUNDS; i++) {
        char value[16];
        struct test_batch data;
        int len = snprintf(value, sizeof(value), "%c%d", w->name, i);

        if (ilf_flusher_flush(w->f, test_fill(&data, (ilf_str){value, (size_t)len}), NULL))
            w->failed = true;
    }
    return NULL;
}

/* The value of each line in the test's folder is a letter and a number: count them. */
static void count_values(int counts[2][ROUNDS])
{
    DIR *dir = opendir(test_folder());
    const struct dirent *entry;

    assert_non_null(dir);
    while ((entry = readdir(dir))) {
        size_t len;
        char *text, *p;

        if (entry->d_name[0] == '.')
            continue;
        text = test_read_file(test_path(entry->d_name), &len);
        for (p = text; *p; p = strchr(p, '\n') + 1) {
            char name;
            int i, end = 0;

            assert_int_equal(2,
                             sscanf(p, "{\"k\":\"%c%d\",\"__time__\":\"1\"}%n", &name, &i, &end));
            assert_int_equal('\n', p[end]); /* a whole line, and nothing but */
            counts[name == 'b'][i]++;
        }
        free(text);
    }
    closedir(dir);
}

static void two_instances_roll_one_file_without_losing_a_line(void **state)
{
    static const char more[] = ",\"Timestamp\":false,\"MaxSize\":200,\"MaxRolls\":100000";
    struct writer writers[] = {{.f = start_file(more), .name = 'a'},
                               {.f = start_file(more), .name = 'b'}};
    int counts[2][ROUNDS] = {{0}};

    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(0, pthread_create(&writers[i].thread, NULL, write_rounds, &writers[i]));
    for (int i = 0; i < 2; i++) {
        pthread_join(writers[i].thread, NULL);
        assert_false(writers[i].failed);
        ilf_flusher_free(writers[i].f);
    }
    count_values(counts);
    for (int w = 0; w < 2; w++)
        for (int i = 0; i < ROUNDS; i++)
            assert_int_equal(1, counts[w][i]);
    assert_lines(&lines, S("")); /* nor is there anything to complain about */
}

/* --- Full disks ----------------------------------------------------------------------------------
 */

struct job {
    ilf_flusher *f;
    const ilf_batch *batch;
    pthread_t thread;
    ilf_status status;
    ilf_error err;
};

static void *run_flush(void *arg)
{
    struct job *job = arg;

    job->status = ilf_flusher_flush(job->f, job->batch, &job->err);
    return NULL;
}

/* Flush in a thread of its own until the sink has refused the batch. */
static void flush_until_refused(struct job *job, ilf_flusher *f, const ilf_batch *batch)
{
    job->f = f;
    job->batch = batch;
    assert_int_equal(0, pthread_create(&job->thread, NULL, run_flush, job));
    sem_wait(&retried);
}

enum { LINE = 34 }; /* bytes of {"k":"0000000000","__time__":"1"} and its end */

/* A batch of @n logs, whose values are ten times their number. */
static const ilf_batch *make_batch(size_t n)
{
    static char values[256][16];
    static ilf_kv kv[256];
    static ilf_log logs[256];
    static ilf_group group;
    static ilf_batch batch;

    assert_true(n <= 256);
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(values[i], sizeof(values[i]), "%010zu", i * 10);
        kv[i] = (ilf_kv){S("k"), {values[i], 10}};
        logs[i] = (ilf_log){.time = 1, .contents = &kv[i], .n_contents = 1};
    }
    group = (ilf_group){.logs = logs, .n_logs = n};
    batch = (ilf_batch){.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};
    return &batch;
}

/* Fail unless the file @path holds the first @n lines of that batch, then @tail. */
static void assert_batch(const char *path, size_t n, const char *tail)
{
    static char want[256 * LINE + 128];
    size_t len = 0;

    for (size_t i = 0; i < n; i++)
        len += (size_t)sprintf(want + len, "{\"k\":\"%010zu\",\"__time__\":\"1\"}\n", i * 10);
    len += (size_t)sprintf(want + len, "%s", tail);
    assert_file(path, (ilf_str){want, len});
}

static const char quick[] =
    ",\"Timestamp\":false,\"Retry\":{\"InitialDelay\":\"1ms\",\"MaxDelay\":\"1ms\"}";

static void goes_on_exactly_where_a_limit_has_stopped_it(void **state)
{
    ilf_flusher *f = start_file(quick);
    char want[700];
    struct job job;

    (void)state;
    limit_files(3 * LINE + 5);
    flush_until_refused(&job, f, make_batch(8));
    limit_files(RLIM_INFINITY);
    pthread_join(job.thread, NULL);
    assert_int_equal(ILF_OK, job.status);
    assert_batch(test_path("out.log"), 8, "");
    ilf_flusher_free(f);
    (void)snprintf(want, sizeof(want),
                   "flusher_c_stdout: flush: write '%s': File too large; trying again in 0.0 s\n",
                   test_path("out.log"));
    assert_memory_equal(want, lines.text, strlen(want));
}

static void goes_on_exactly_when_a_full_disk_has_space_again(void **state)
{
    static char ballast[4096];
    ilf_flusher *f;
    int fd;
    struct job job;
    size_t len;
    char *got;

    (void)state;
    if (mount("tmpfs", test_folder(), "tmpfs", 0, "size=64k") != 0) {
        print_message("skipped: cannot mount a tmpfs: are we root?\n");
        skip();
    }
    mounted = true;
    f = start_file(quick);
    fd = open(test_path("ballast"), O_WRONLY | O_CREAT, 0600);
    while (write(fd, ballast, sizeof(ballast)) == sizeof(ballast))
        ;
    assert_int_equal(0, ftruncate(fd, 56 << 10)); /* which leaves room for most of the batch */
    close(fd);
    flush_until_refused(&job, f, make_batch(256));
    got = test_read_file(test_path("out.log"), &len);
    assert_true(len > 0 && len < 256 * LINE);
    free(got);
    assert_int_equal(0, unlink(test_path("ballast")));
    pthread_join(job.thread, NULL);
    assert_int_equal(ILF_OK, job.status);
    assert_batch(test_path("out.log"), 256, "");
    ilf_flusher_free(f);
}

static void gives_up_after_stop_timeout_and_begins_the_next_batch_on_a_fresh_line(void **state)
{
    for (int only_stdout = 0; only_stdout < 2; only_stdout++) {
        char more[256], want[700];
        ilf_flusher *f;
        struct job job;
        char *cut;

        test_remove(test_path("out.log"));
        (void)snprintf(more, sizeof(more), "%s,\"StopTimeout\":\"10ms\"%s", quick,
                       only_stdout ? ",\"OnlyStdout\":true" : "");
        if (only_stdout)
            become_console(test_path("out.log"));
        f = start_file(more);
        limit_files(2 * LINE + 5);
        flush_until_refused(&job, f, make_batch(4));
        ilf_flusher_set_urgent(f, true);
        pthread_join(job.thread, NULL);
        limit_files(RLIM_INFINITY);
        flush_value(f, S("next"));
        ilf_flusher_free(f);
        put_console_back();
        assert_int_equal(ILF_ERR_RETRY, job.status);
        cut = strstr(job.err.text, " (gave up after ");
        assert_non_null(cut);
        *cut = '\0';
        (void)snprintf(want, sizeof(want), "write '%s': File too large",
                       only_stdout ? "standard output" : test_path("out.log"));
        assert_string_equal(want, job.err.text);
        assert_batch(test_path("out.log"), 2,
                     only_stdout ? "{\"k\":\n{\"k\":\"next\",\"__time__\":\"1\"}\n"
                                 : "{\"k\":\"next\",\"__time__\":\"1\"}\n");
    }
    (void)state;
}

static void drops_batches_for_a_broken_pipe(void **state)
{
    int pipes[2];
    ilf_flusher *f;
    struct test_batch data;
    ilf_status status;
    ilf_error err;
    uint64_t dropped;

    (void)state;
    (void)signal(SIGPIPE, SIG_IGN);
    assert_int_equal(0, pipe(pipes));
    fflush(stdout);
    console = dup(STDOUT_FILENO);
    dup2(pipes[1], STDOUT_FILENO);
    close(pipes[0]);
    close(pipes[1]);
    f = start_file(",\"OnlyStdout\":true");
    status = ilf_flusher_flush(f, test_fill(&data, S("v")), &err);
    dropped = test_count(&f->metrics.dropped);
    ilf_flusher_free(f);
    put_console_back();
    (void)signal(SIGPIPE, SIG_DFL);
    assert_int_equal(ILF_ERR_DROP, status);
    assert_string_equal("write 'standard output': Broken pipe", err.text);
    assert_int_equal(1, dropped);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(writes_into_the_agents_log),
        test(writes_into_a_file_with_the_local_time),
        test(writes_pure_json_without_timestamp),
        test(writes_to_standard_output_rather_than_a_file),
        test(writes_events_and_protobuf_too),
        test(is_always_ready),
        test(says_what_it_does),
        test(says_which_file_it_cannot_open),
        test(says_which_choices_sync_has),
        test(keeps_what_the_file_holds_unless_told_otherwise),
        test(syncs_every_batch),
        test(rolls_by_size_and_keeps_as_many_as_told),
        test(takes_sizes_and_numbers_of_rolls_below_one_as_the_defaults),
        test(rolls_between_the_records_of_one_batch),
        test(two_instances_roll_one_file_without_losing_a_line),
        test(goes_on_exactly_where_a_limit_has_stopped_it),
        test(goes_on_exactly_when_a_full_disk_has_space_again),
        test(gives_up_after_stop_timeout_and_begins_the_next_batch_on_a_fresh_line),
        test(drops_batches_for_a_broken_pipe),
    };

    alarm(300); /* so that a flush without an end has one */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
