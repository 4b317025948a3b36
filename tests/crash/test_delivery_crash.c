/* Delivery against kill -9: seeded runs of flusher_c_http, and of a flusher whose sink answers for
 * each record, with a spool, in child processes that die at a named point. What a flush has
 * acknowledged arrives, or is a dead letter, after as many lives as it takes; what arrives twice was
 * said to. Built with -DILF_POINTS. */
#include "items.h"

#include <signal.h>

#include "point.h"

enum { BATCHES = 6, LIVES = 4 };

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

struct life {
    uint64_t seed;
    bool items; /* with the sink that answers for each record */
    bool last;
};

static ilf_flusher *start(const struct life *life, ilf_flusher_ops *ops, uint64_t *random)
{
    static const ilf_host host = {.struct_size = sizeof(host), .log = life_log};
    char config[2048], own[256] = "";
    ilf_error err = {""};
    ilf_flusher *f;

    *ops = life->items ? items_ops : ilf_flusher_http;
    if (!life->items) {
        ops->send = life_send;
        (void)snprintf(own, sizeof(own),
                       "\"RemoteURL\":\"%s\",\"Body\":\"ndjson\",\"Timeout\":\"5s\",", sink.url);
    }
    (void)snprintf(config, sizeof(config),
                   "{%s\"Delivery\":{\"Concurrency\":%d},"
                   "\"Batch\":{\"MaxRecords\":%d},\"Spool\":{\"Path\":\"%s\"},"
                   "\"StopTimeout\":\"%s\",\"Queue\":{\"MaxBytes\":%d},"
                   "\"DeadLetters\":{\"Path\":\"%s\",\"MaxBytes\":600,\"MaxFiles\":1000},"
                   "\"Retry\":{\"InitialDelay\":\"1ms\",\"MaxDelay\":\"2ms\"},"
                   "\"Breaker\":{\"OpenTime\":\"1ms\",\"MaxOpenTime\":\"2ms\"}}",
                   own, (int)(test_random(random) % 4 + 1), (int)(test_random(random) % 8 + 1),
                   test_path("s"), life->last ? "10s" : "20ms",
                   test_random(random) % 3 ? 1 << 20 : 2000, test_path("letters"));
    f = ilf__flusher_new(ops, &host, &err);
    if (!f || ilf_flusher_configure(f, config, strlen(config), &err) != ILF_OK ||
        ilf_flusher_init(f, NULL, &err) != ILF_OK) {
        (void)fprintf(stderr, "%s\n", err.text);
        _exit(1);
    }
    return f;
}

/* The next instance starts before or after the stop of this one, as the host's release has it. */
static ilf_flusher *reload(const struct life *life, ilf_flusher_ops *ops, ilf_flusher *f,
                           uint64_t *random)
{
    ilf_flusher *next = test_random(random) % 2 ? start(life, ops, random) : NULL;
    ilf_error err;

    ilf_flusher_set_urgent(f, false);
    if (ilf_flusher_stop(f, &err) != ILF_OK)
        _exit(2);
    ilf_flusher_free(f);
    return next ? next : start(life, ops, random);
}

static void child(void *context)
{
    const struct life *life = context;
    bool last = life->last;
    uint64_t random = life->seed * 2654435761u + 1;
    ilf_flusher_ops ops;
    ilf_flusher *f;
    ilf_error err;

    items_script = (struct life_script){.random = life->seed + 55, .healed = last};
    f = start(life, &ops, &random);
    for (size_t i = test_random(&random) % BATCHES + 1; i > 0 && !last; i--) {
        life_flush(f, &random);
        usleep((useconds_t)(test_random(&random) % 300));
        if (test_random(&random) % 3 == 0)
            f = reload(life, &ops, f, &random);
    }
    while (last && !life_is_over(f))
        usleep(200);
    if (ilf_flusher_stop(f, &err) != ILF_OK)
        _exit(2);
    shared->finished = true;
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
    "settle-before-replace",
    "settle-replaced",
    "settle-before-remove",
    "settle-removed",
    "dead-letters-written",
    "letters-written",
    "letters-rotate",
    "stop-before-park",
    "stop-parked",
    "handover",
    "handover-lingers",
    "handover-ended",
    "disk-sync",
};
enum { POINTS = sizeof(points) / sizeof(points[0]) };

static uint64_t kills_at[POINTS];

/* One life. @at is the point at which it ends, or -1. True if it came to it. */
static bool live(uint64_t seed, int at, uint64_t times, bool last)
{
    struct life life = {seed, seed / LIVES % 2, last};
    char where[64];
    int status;

    if (at >= 0) {
        (void)snprintf(where, sizeof(where), "%s:%d", points[at], (int)times);
        setenv("ILF_CRASH_AT", where, 1);
    }
    status = life_run(child, &life);
    unsetenv("ILF_CRASH_AT");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && shared->finished)
        return false;
    if (at < 0 || !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        fail_msg("seed %d: the child ended with %x%s", (int)seed, status, last ? ", the last" : "");
    kills_at[at]++;
    return true;
}

static void count(void)
{
    char dead[NUMBERS] = {0};

    life_read_letters(dead);
    for (uint64_t i = 0; i < NUMBERS; i++) {
        sum.acked += (uint64_t)shared->acked[i];
        sum.repeated += shared->arrived[i] > 1;
        sum.dead += (uint64_t)dead[i];
    }
    sum.runs++;
}

/* Up to three lives that end at points from @at on, and one without faults. */
static void run(uint64_t seed, uint64_t at)
{
    struct life_script script = {.random = seed + 99};
    uint64_t random = seed + 77;
    bool died = true;

    life_anew();
    sink.script = &script;
    for (uint64_t life = 0; life < LIVES - 1 && died; life++) {
        died = live(seed * LIVES + life, (int)((at + life * 7) % POINTS),
                    test_random(&random) % (1 << test_random(&random) % 4) + 1, false);
        sum.kills += died;
    }
    script.healed = true;
    (void)live(seed * LIVES + LIVES - 1, -1, 0, true);
    life_check(seed);
    count();
}

static void kill_loses_nothing_that_was_acknowledged(void **state)
{
    enum { FEW = 5, MORE = 500 };
    uint64_t seeds = test_seeds(1200);

    (void)state;
    for (uint64_t seed = 0; seed < seeds; seed++)
        run(seed, seed);
    /* How far a life gets depends on the machine too: more runs for the points that it rarely comes
     * to. */
    for (uint64_t at = 0; at < POINTS; at++)
        for (uint64_t more = 0; more < MORE && kills_at[at] < FEW; more++)
            run(seeds + more, at);
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

    life_open();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
