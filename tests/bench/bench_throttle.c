/* Benchmarks of what becomes of a sink that does not take everything: one that throttles, one that is
 * down, and a record that can't be sent. */
#include <ilf/bridge.h>

#include <pthread.h>

#include "http_sink.h"
#include "stuck.h"

enum { CONCURRENCY = 8, LOGS = 100, SECONDS = 5, LONG = 2 << 20 };

static struct http_sink *sink;

static ilf_flusher *start_to(const char *url, const char *more)
{
    char config[1024];

    (void)snprintf(config, sizeof(config),
                   "{\"RemoteURL\":\"%s\",\"Proxy\":\"none\",\"Concurrency\":%d,\"StopTimeout\":0,"
                   "\"Queue\":{\"MaxBytes\":\"16MiB\"}%s}",
                   url, CONCURRENCY, more);
    return start("flusher_c_http", config);
}

struct feed {
    ilf_flusher *f;
    atomic_bool over;
};

/* Flush as fast as the queue lets us. */
static void *keep_flushing(void *context)
{
    static const ilf_kv content = {{"content", 7}, {"some text of a log", 18}};
    struct feed *feed = context;
    ilf_log logs[LOGS];
    ilf_group group = {.logs = logs, .n_logs = LOGS};
    ilf_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};
    ilf_error err;

    for (int i = 0; i < LOGS; i++)
        logs[i] = (ilf_log){.time = 1700000000, .contents = &content, .n_contents = 1};
    while (!atomic_load(&feed->over))
        (void)ilf_flusher_flush(feed->f, &batch, &err);
    return NULL;
}

/* Records that arrive each second, and requests in all, while the sink throttles @percent. */
static double run(int percent, uint64_t *requests)
{
    struct feed feed = {.f = start_to(sink->url, "")};
    uint64_t taken, before = sink->requests;
    pthread_t thread;
    double wall;

    atomic_store(&sink->throttled_percent, percent);
    if (pthread_create(&thread, NULL, keep_flushing, &feed) != 0)
        die("throttle", "no thread");
    if (percent < 100)
        sleep(1); /* so that payloads that were throttled come again */
    wall = now(CLOCK_MONOTONIC);
    taken = sink->taken;
    sleep(SECONDS);
    wall = now(CLOCK_MONOTONIC) - wall;
    taken = sink->taken - taken;
    *requests = sink->requests - before;
    atomic_store(&feed.over, true);
    ilf_flusher_set_urgent(feed.f, true);
    pthread_join(thread, NULL);
    ilf_flusher_stop(feed.f, NULL);
    ilf_flusher_free(feed.f);
    return (double)taken / wall;
}

static void bench_throttling(void)
{
    uint64_t requests;
    double all = run(0, &requests), most = run(5, &requests), half = run(50, &requests);

    row("throttle_5pct", most, "records/s", all, most / all);
    row("throttle_50pct", half, "records/s", all, half / all);
    (void)run(100, &requests);
    row("throttle_100pct", (double)requests, "requests", SECONDS + CONCURRENCY,
        (double)requests / (SECONDS + CONCURRENCY));
}

static void flush_one(ilf_flusher *f, size_t len)
{
    char *text = malloc(len);
    ilf_kv content = {{"content", 7}, {text, len}};
    ilf_log log = {.time = 1700000000, .contents = &content, .n_contents = 1};
    ilf_group group = {.logs = &log, .n_logs = 1};
    ilf_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};

    if (!text)
        die("throttle", "out of memory");
    memset(text, 'x', len);
    flush(f, &batch);
    free(text);
}

static void bench_stuck(void)
{
    ilf_flusher *f = start_to(sink->url, ",\"Headers\":{\"X-Long\":\"%{content.content}\"}");

    flush_one(f, LONG);
    row_stuck("stuck_unsendable_cpu", SECONDS);
    ilf_flusher_stop(f, NULL);
    ilf_flusher_free(f);
    f = start_to("http://127.0.0.1:9/", "");
    for (int i = 0; i < 10000; i++)
        flush_one(f, 100);
    row_stuck("stuck_sink_down_cpu", SECONDS);
    ilf_flusher_stop(f, NULL);
    ilf_flusher_free(f);
}

int main(void)
{
    sink = sink_start();
    (void)!freopen("/dev/null", "w", stderr); /* it tells of what it loses */
    bench_throttling();
    bench_stuck();
    kill(sink->pid, SIGKILL);
    return 0;
}
