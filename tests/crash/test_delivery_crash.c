/* Delivery against kill -9: seeded runs of flusher_c_http with a spool, in child processes that die
 * at a named point, against a sink in the parent. What a flush has acknowledged arrives, or is a dead
 * letter, after as many lives as it takes; what arrives twice was said to. Built with -DILF_POINTS. */
#include "sink.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "delivery.h"
#include "point.h"

extern const ilf_flusher_ops ilf_flusher_http;

enum { NUMBERS = 256, BATCHES = 6, DEADLINE = 20 };

/* What outlives a child. */
struct shared {
    char acked[NUMBERS];       /* flush has returned ILF_OK */
    unsigned arrived[NUMBERS]; /* acknowledged by the sink */
    uint64_t next;             /* numbers that were given to flush */
    uint64_t unexplained;      /* were sent though they had arrived, without a word of it */
    bool finished;
};

static struct shared *shared;
static struct sink sink;

/* Totals of all runs, for people. */
static struct {
    uint64_t runs, kills, acked, repeated, dead;
} sum;

/* LMDB finds this before that of libc. The process is killed, not the machine, so nothing waits for
 * the disk. */
__attribute__((visibility("default"))) int fdatasync(int fd);

int fdatasync(int fd)
{
    (void)fd;
    ILF__POINT("disk-sync");
    return 0;
}

/* --- The child ---------------------------------------------------------------------------------- */

static void send_and_look(void *self, const ilf_payload *payload)
{
    for (size_t i = 0; i < payload->n_records; i++) {
        ilf_str record = ilf_payload_record(payload, i);
        char text[512];
        uint64_t id;

        (void)snprintf(text, sizeof(text), "%.*s", (int)record.len, record.ptr);
        if (sink_ids(text, &id) == 1 && shared->arrived[id] > 0 &&
            !(payload->flags & ILF_PAYLOAD_MAY_REPEAT))
            shared->unexplained++;
    }
    ilf_flusher_http.send(self, payload);
}

static void no_log(void *context, ilf_level level, ilf_str text)
{
    (void)context;
    (void)level;
    if (getenv("ILF_CRASH_LOG"))
        (void)fprintf(stderr, "%d %.*s\n", (int)getpid(), (int)text.len, text.ptr);
}

static void flush_some(ilf_flusher *f, uint64_t *random)
{
    char texts[10][24];
    ilf_kv kvs[10];
    ilf_log logs[10];
    ilf_group group = {.logs = logs, .n_logs = test_random(random) % 10 + 1};
    const ilf_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};
    uint64_t first = shared->next;
    ilf_error err;

    if (first + group.n_logs > NUMBERS)
        return;
    for (size_t i = 0; i < group.n_logs; i++) {
        int n = snprintf(texts[i], sizeof(texts[i]), "%d", (int)(first + i));

        kvs[i] = (ilf_kv){S("id"), {texts[i], (size_t)n}};
        logs[i] = (ilf_log){.time = 1, .contents = &kvs[i], .n_contents = 1};
    }
    shared->next = first + group.n_logs;
    if (ilf_flusher_flush(f, &batch, &err) != ILF_OK)
        _exit(3);
    memset(shared->acked + first, 1, group.n_logs);
}

static bool is_empty(ilf_flusher *f)
{
    struct ilf__delivery_gauges gauges;

    ilf__delivery_gauges(f->delivery, &gauges);
    return gauges.queued.events == 0 && gauges.spool.payloads == 0;
}

static _Noreturn void child(uint64_t seed, bool last)
{
    const ilf_host host = {.struct_size = sizeof(host), .log = no_log};
    uint64_t random = seed * 2654435761u + 1;
    ilf_flusher_ops ops = ilf_flusher_http;
    char config[2048];
    ilf_flusher *f;
    ilf_error err;

    sink_forget(&sink);
    alarm(DEADLINE);
    ops.send = send_and_look;
    (void)snprintf(
        config, sizeof(config),
        "{\"RemoteURL\":\"%s\",\"Body\":\"ndjson\",\"Concurrency\":%d,\"Timeout\":\"5s\","
        "\"Batch\":{\"MaxRecords\":%d},\"Spool\":{\"Path\":\"%s\"},\"StopTimeout\":\"%s\","
        "\"Queue\":{\"MaxBytes\":%d},"
        "\"DeadLetters\":{\"Path\":\"%s\",\"MaxBytes\":\"2KiB\",\"MaxFiles\":1000},"
        "\"Retry\":{\"InitialDelay\":\"1ms\",\"MaxDelay\":\"2ms\"},"
        "\"Breaker\":{\"OpenTime\":\"1ms\",\"MaxOpenTime\":\"2ms\"}}",
        sink.url, (int)(test_random(&random) % 4 + 1), (int)(test_random(&random) % 8 + 1),
        test_path("s"), last ? "10s" : "20ms", test_random(&random) % 3 ? 1 << 20 : 2000,
        test_path("letters"));
    f = ilf__flusher_new(&ops, &host, &err);
    if (!f || ilf_flusher_configure(f, config, strlen(config), &err) != ILF_OK ||
        ilf_flusher_init(f, NULL, &err) != ILF_OK)
        _exit(1);
    for (size_t i = test_random(&random) % BATCHES + 1; i > 0 && !last; i--) {
        flush_some(f, &random);
        usleep((useconds_t)(test_random(&random) % 300));
    }
    while (last && !is_empty(f))
        usleep(200);
    if (ilf_flusher_stop(f, &err) != ILF_OK)
        _exit(2);
    shared->finished = true;
    _exit(0);
}

/* --- The sink, in the parent ---------------------------------------------------------------------- */

struct script {
    uint64_t random;
    bool healed;
};

static enum sink_answer decide(void *context, const uint64_t *ids, size_t n)
{
    struct script *script = context;
    uint64_t draw = test_random(&script->random) % 100;

    for (size_t i = 0; i < n; i++)
        if (ids[i] % 23 == 0)
            return SINK_REFUSES;
    if (n > 4)
        return SINK_TOO_LARGE;
    if (script->healed || draw < 55)
        return SINK_TAKES;
    return draw < 65 ? SINK_TAKES_SILENTLY : draw < 90 ? SINK_BUSY : SINK_HANGS_UP;
}

static void take(uint64_t id)
{
    if (id < NUMBERS)
        shared->arrived[id]++;
}

/* --- The parent ----------------------------------------------------------------------------------- */

static const char *const points[] = {
    "accept-encoded",
    "accept-before-spool",
    "accept-spooled",
    "accept-queued",
    "spool-append",
    "spool-commit",
    "spool-committed",
    "spool-replace",
    "spool-remove",
    "replay-read",
    "send",
    "sent",
    "complete",
    "settle-retry",
    "settle-delivered",
    "settle-before-split",
    "settle-split",
    "settle-before-remove",
    "settle-removed",
    "dead-letters-written",
    "letters-written",
    "letters-rotate",
    "stop-before-park",
    "stop-parked",
    "disk-sync",
};
enum { POINTS = sizeof(points) / sizeof(points[0]) };

static uint64_t kills_at[POINTS];

/* One life. @at is the point at which it ends, or -1. True if it came to it. */
static bool live(uint64_t seed, int at, uint64_t times, bool last)
{
    char where[64];
    int status, ends[2];
    pid_t pid;

    shared->finished = false;
    if (at >= 0) {
        (void)snprintf(where, sizeof(where), "%s:%d", points[at], (int)times);
        setenv("ILF_CRASH_AT", where, 1);
    }
    assert_int_equal(0, pipe(ends));
    pid = fork();
    if (pid == 0) {
        close(ends[0]);
        child(seed, last);
    }
    close(ends[1]);
    unsetenv("ILF_CRASH_AT");
    sink_serve(&sink, ends[0]);
    close(ends[0]);
    assert_int_equal(pid, waitpid(pid, &status, 0));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && shared->finished)
        return false;
    if (at < 0 || !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        fail_msg("seed %d: the child ended with %x%s", (int)seed, status, last ? ", the last" : "");
    kills_at[at]++;
    return true;
}

/* Mark the numbers that are dead letters: in whole lines of the file and of those before it. */
static void read_letters(char dead[NUMBERS])
{
    DIR *dir = opendir(test_folder());
    const struct dirent *entry;

    assert_non_null(dir);
    while ((entry = readdir(dir))) {
        char *text, *line, *end;
        size_t len;

        if (strncmp(entry->d_name, "letters", 7) != 0)
            continue;
        text = test_read_file(test_path(entry->d_name), &len);
        for (line = text; line && (end = strchr(line, '\n')); line = end + 1) {
            const char *id;

            *end = '\0';
            id = strstr(line, "\\\"id\\\":\\\"");
            if (id && strtoul(id + 9, NULL, 10) < NUMBERS)
                dead[strtoul(id + 9, NULL, 10)] = 1;
        }
        free(text);
    }
    closedir(dir);
}

static void check(uint64_t seed)
{
    char dead[NUMBERS] = {0};

    read_letters(dead);
    if (shared->unexplained > 0)
        fail_msg("seed %d: %d records were sent again without a flag that says so", (int)seed,
                 (int)shared->unexplained);
    for (uint64_t i = 0; i < NUMBERS; i++) {
        if (shared->acked[i] && shared->arrived[i] == 0 && !dead[i])
            fail_msg("seed %d: number %d is lost", (int)seed, (int)i);
        if ((shared->arrived[i] > 0 || dead[i]) && i >= shared->next)
            fail_msg("seed %d: number %d is invented", (int)seed, (int)i);
        sum.acked += (uint64_t)shared->acked[i];
        sum.repeated += shared->arrived[i] > 1;
        sum.dead += (uint64_t)dead[i];
    }
}

static void kill_loses_nothing_that_was_acknowledged(void **state)
{
    uint64_t seeds = test_seeds(1200);

    (void)state;
    for (uint64_t seed = 0; seed < seeds; seed++) {
        struct script script = {.random = seed + 99};
        uint64_t random = seed + 77;
        bool died = true;

        memset(shared, 0, sizeof(*shared));
        test_remove(test_path("s"));
        sink.script = &script;
        for (int life = 0; life < 3 && died; life++) {
            int at = (int)((seed + (uint64_t)life * 7) % POINTS);

            died = live(seed * 4 + (uint64_t)life, at,
                        test_random(&random) % (1 << test_random(&random) % 4) + 1, false);
            sum.kills += died;
        }
        script.healed = true;
        (void)live(seed * 4 + 3, -1, 0, true);
        check(seed);
        sum.runs++;
        test_remove(test_folder());
        assert_int_equal(0, mkdir(test_folder(), 0700));
    }
    print_message("%d runs, %d kills, %d records acknowledged; %d arrived twice, none of them sent "
                  "again without a word of it; %d dead letters; 0 lost\n",
                  (int)sum.runs, (int)sum.kills, (int)sum.acked, (int)sum.repeated, (int)sum.dead);
    for (int i = 0; i < POINTS; i++) {
        print_message("  %6d kills at %s\n", (int)kills_at[i], points[i]);
        assert_true(kills_at[i] > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_folder(kill_loses_nothing_that_was_acknowledged),
    };

    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 1;
    sink_open(&sink);
    sink.decide = decide;
    sink.take = take;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
