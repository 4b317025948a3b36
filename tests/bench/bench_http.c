/* Benchmarks of flusher_c_http against bare libcurl, which posts bodies of the same size, ready-made,
 * to the same sink in the same run. */
#include <ilf/bridge.h>

#include <sys/wait.h>

#include <curl/curl.h>

#include "bench.h"
#include "http_sink.h"
#include "nginx.h"

enum { ROUNDS = 9, LOGS = NGINX_GROUPS * NGINX_LOGS, MOST_CONNECTIONS = 4 };

static struct nginx_batch nginx;
static struct http_sink *sink;

/* What a run took. */
struct pace {
    double rate; /* records/s */
    double cpu;  /* seconds for a million records */
};

/* The machine has other things to do: so the flusher is compared with the floor that ran next to it,
 * and of the rounds the one with the median ratio counts. */
struct round {
    struct pace flusher, floor;
    double
        limit; /* records/s that the flushing thread alone could format and queue: its CPU time */
};

struct setup {
    const char *name, *config; /* %s in it is the sink's URL */
    int connections;
    int batches;
    size_t body; /* bytes of a body; from the flusher's run */
    double records_per_request;
    struct round rounds[ROUNDS];
};

static ilf_flusher *start_to(const char *format, const char *url)
{
    char config[1024];

    (void)snprintf(config, sizeof(config), format, url);
    return start("flusher_c_http", config);
}

static struct pace spent(double records, double wall, double cpu)
{
    return (struct pace){records / wall, cpu / records * 1e6};
}

static void run_flusher(struct setup *s, struct round *round)
{
    uint64_t requests = sink->requests, bytes = sink->bytes;
    double records = (double)s->batches * LOGS, wall, cpu, thread;
    ilf_flusher *f = start_to(s->config, sink->url);

    wall = now(CLOCK_MONOTONIC);
    cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    thread = now(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < s->batches; i++)
        flush(f, &nginx.batch);
    round->limit = records / (now(CLOCK_THREAD_CPUTIME_ID) - thread);
    ilf_flusher_stop(f, NULL); /* which delivers all */
    round->flusher =
        spent(records, now(CLOCK_MONOTONIC) - wall, now(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    ilf_flusher_free(f);
    requests = sink->requests - requests;
    if (requests == 0)
        die(s->name, "the sink got nothing");
    s->body = (size_t)((sink->bytes - bytes) / requests);
    s->records_per_request = records / (double)requests;
}

/* --- The floor ------------------------------------------------------------------------------------ */

static size_t ignore(char *ptr, size_t size, size_t n, void *context)
{
    (void)ptr;
    (void)context;
    return size * n;
}

/* As many as a queue of the flusher's holds, for each is sent from other memory, as the flusher's are:
 * one that stays in the processor's cache costs half as much. */
struct bodies {
    char *bytes;
    size_t len; /* of each */
    long n, next;
};

static void make_bodies(struct bodies *b, size_t len, long most)
{
    b->len = len;
    b->n = (long)((64 << 20) / (len + 1)) + 1;
    b->n = b->n < most ? b->n : most;
    b->next = 0;
    b->bytes = malloc((size_t)b->n * len + 1);
    if (!b->bytes)
        die("floor", "out of memory");
    memset(b->bytes, 'x', (size_t)b->n * len);
}

static void give_body(struct bodies *b, CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, b->bytes + (size_t)b->next * b->len);
    b->next = (b->next + 1) % b->n;
}

static void prepare(CURL *easy, struct curl_slist *headers, size_t len)
{
    curl_easy_setopt(easy, CURLOPT_URL, sink->url);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
}

/* Post @n times over as many connections as there are handles. */
static void post_all(CURLM *multi, CURL **easy, int connections, struct bodies *bodies, long n)
{
    long started = 0, ended = 0;
    int running, left;
    CURLMsg *message;

    for (; started < n && started < connections; started++) {
        give_body(bodies, easy[started]);
        curl_multi_add_handle(multi, easy[started]);
    }
    while (ended < n) {
        curl_multi_perform(multi, &running);
        while ((message = curl_multi_info_read(multi, &left))) {
            if (message->data.result != CURLE_OK)
                die("libcurl", curl_easy_strerror(message->data.result));
            ended++;
            curl_multi_remove_handle(multi, message->easy_handle);
            if (started < n) {
                give_body(bodies, message->easy_handle);
                curl_multi_add_handle(multi, message->easy_handle);
                started++;
            }
        }
        if (ended < n)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
}

static void run_floor(struct setup *s, struct round *round)
{
    long n = (long)((double)s->batches * LOGS / s->records_per_request);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    struct bodies bodies;
    CURLM *multi = curl_multi_init();
    CURL *easy[MOST_CONNECTIONS];
    double wall, cpu;

    if (!headers || !multi)
        die("floor", "out of memory");
    headers = curl_slist_append(headers, "Expect:");
    make_bodies(&bodies, s->body, n);
    for (int i = 0; i < s->connections; i++) {
        easy[i] = curl_easy_init();
        prepare(easy[i], headers, s->body);
    }
    wall = now(CLOCK_MONOTONIC);
    cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    if (s->connections == 1)
        for (long i = 0; i < n; i++) {
            give_body(&bodies, easy[0]);
            if (curl_easy_perform(easy[0]) != CURLE_OK)
                die("libcurl", "a request failed");
        }
    if (s->connections > 1)
        post_all(multi, easy, s->connections, &bodies, n);
    round->floor = spent((double)n * s->records_per_request, now(CLOCK_MONOTONIC) - wall,
                         now(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    for (int i = 0; i < s->connections; i++)
        curl_easy_cleanup(easy[i]);
    curl_multi_cleanup(multi);
    curl_slist_free_all(headers);
    free(bodies.bytes);
}

/* --------------------------------------------------------------------------------------------------- */

static void compare(const char *name, const char *more, double value, const char *unit,
                    double floor)
{
    char both[64];

    (void)snprintf(both, sizeof(both), "%s%s", name, more);
    row(both, value, unit, floor, value / floor);
}

static double rate_ratio(const struct round *r)
{
    return r->flusher.rate / r->floor.rate;
}

static double cpu_ratio(const struct round *r)
{
    return r->flusher.cpu / r->floor.cpu;
}

static double limit_ratio(const struct round *r)
{
    return r->flusher.rate / r->limit;
}

/* The round whose ratio is the median. */
static const struct round *median(const struct setup *s, double (*ratio)(const struct round *))
{
    for (int i = 0; i < ROUNDS; i++) {
        int smaller = 0;

        for (int k = 0; k < ROUNDS; k++) {
            double a = ratio(&s->rounds[k]), b = ratio(&s->rounds[i]);

            smaller += a < b || (a == b && k < i);
        }
        if (smaller == ROUNDS / 2)
            return &s->rounds[i];
    }
    return &s->rounds[0]; /* not reached: one of them is in the middle */
}

static void bench(struct setup *s)
{
    const struct round *r;
    double bytes;

    for (int i = 0; i < ROUNDS; i++) {
        run_flusher(s, &s->rounds[i]);
        run_floor(s, &s->rounds[i]);
    }
    r = median(s, rate_ratio);
    bytes = (double)s->body / s->records_per_request / 1e6; /* MB of a record */
    compare(s->name, "", r->flusher.rate, "records/s", r->floor.rate);
    compare(s->name, "_mb", r->flusher.rate * bytes, "MB/s", r->floor.rate * bytes);
    r = median(s, cpu_ratio);
    compare(s->name, "_cpu", r->flusher.cpu, "s/M records", r->floor.cpu);
    if (s->records_per_request > 1) {
        r = median(s, limit_ratio);
        compare(s->name, "_pipeline", r->flusher.rate, "records/s", r->limit);
    }
}

/* With no server there, and four times as much flushed as the queue may hold. In a process of its
 * own, which has had no other use for memory. */
static void bench_memory(void)
{
    static const char config[] = "{\"RemoteURL\":\"%s\",\"Proxy\":\"none\",\"StopTimeout\":0,"
                                 "\"Queue\":{\"MaxBytes\":\"64MiB\",\"WhenFull\":\"drop-newest\"}}";
    pid_t child;

    (void)fflush(stdout);
    child = fork();
    if (child == 0) {
        double before = resident();
        ilf_flusher *f = start_to(config, "http://127.0.0.1:9/");

        (void)!freopen("/dev/null", "w", stderr); /* it tells of what it drops */
        for (int i = 0; i < 100; i++)
            flush(f, &nginx.batch);
        compare("http_rss_queue_full", "", resident() - before, "MiB", 64);
        ilf_flusher_free(f);
        (void)fflush(stdout);
        _exit(0);
    }
    if (child < 0 || waitpid(child, NULL, 0) != child)
        die("memory", "fork");
}

int main(void)
{
    static struct setup setups[] = {
        {.name = "http_record_1conn",
         .connections = 1,
         .batches = 3,
         .config = "{\"RemoteURL\":\"%s\",\"Proxy\":\"none\",\"StopTimeout\":\"60s\","
                   "\"Delivery\":{\"Adaptive\":false}}"},
        {.name = "http_record_4conn",
         .connections = 4,
         .batches = 6,
         .config =
             "{\"RemoteURL\":\"%s\",\"Proxy\":\"none\",\"StopTimeout\":\"60s\",\"Concurrency\":4,"
             "\"Delivery\":{\"Adaptive\":false}}"},
        {.name = "http_1mb",
         .connections = 1,
         .batches = 200,
         .config =
             "{\"RemoteURL\":\"%s\",\"Proxy\":\"none\",\"StopTimeout\":\"60s\",\"Body\":\"ndjson\","
             "\"Batch\":{\"MaxBytes\":1000000},\"Delivery\":{\"Adaptive\":false}}"},
    };

    nginx_fill(&nginx);
    bench_memory();
    sink = sink_start();
    curl_global_init(CURL_GLOBAL_DEFAULT);
    for (size_t i = 0; i < sizeof(setups) / sizeof(setups[0]); i++)
        bench(&setups[i]);
    kill(sink->pid, SIGKILL);
    return 0;
}
