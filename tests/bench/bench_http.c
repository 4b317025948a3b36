/* Benchmarks of flusher_c_http against bare libcurl, which posts bodies of the same size, ready-made,
 * to the same sink in the same run. */
#include <ilf/bridge.h>

#include <sys/wait.h>
#include <time.h>

#include <curl/curl.h>

#include "http_sink.h"
#include "nginx.h"

enum { ROUNDS = 5, LOGS = NGINX_GROUPS * NGINX_LOGS, MOST_CONNECTIONS = 4 };

static struct nginx_batch nginx;
static struct http_sink *sink;

/* One set-up, of which all is per record. */
struct setup {
    const char *name, *config; /* %s in it is the sink's URL */
    int connections;
    int batches;
    size_t body; /* bytes of a body; from the flusher's run */
    double records_per_request;
    double floor_rate, floor_cpu; /* records/s, us of CPU per record */
    double rate, cpu;
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(1);
}

static double now(clockid_t clock)
{
    struct timespec ts;

    clock_gettime(clock, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static ilf_flusher *start(const char *format, const char *url)
{
    ilf_error err;
    ilf_flusher *f = ilf_flusher_new("flusher_c_http", NULL, &err);
    char config[1024];

    (void)snprintf(config, sizeof(config), format, url);
    if (!f || ilf_flusher_configure(f, config, strlen(config), &err) != ILF_OK ||
        ilf_flusher_init(f, NULL, &err) != ILF_OK)
        die("flusher_c_http", err.text);
    return f;
}

static void flush(ilf_flusher *f)
{
    ilf_error err;

    if (ilf_flusher_flush(f, &nginx.batch, &err) != ILF_OK)
        die("flush", err.text);
}

/* Keep the best of what a run took. */
static void keep(double *rate, double *cpu, double records, double wall, double spent)
{
    *rate = records / wall > *rate ? records / wall : *rate;
    spent = spent / records * 1e6;
    *cpu = *cpu == 0 || spent < *cpu ? spent : *cpu;
}

static void run_flusher(struct setup *s)
{
    uint64_t requests = sink->requests, bytes = sink->bytes;
    double records = (double)s->batches * LOGS, wall, cpu;
    ilf_flusher *f = start(s->config, sink->url);

    wall = now(CLOCK_MONOTONIC);
    cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < s->batches; i++)
        flush(f);
    ilf_flusher_stop(f, NULL); /* which delivers all */
    keep(&s->rate, &s->cpu, records, now(CLOCK_MONOTONIC) - wall,
         now(CLOCK_PROCESS_CPUTIME_ID) - cpu);
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

static void prepare(CURL *easy, struct curl_slist *headers, const char *body, size_t len)
{
    curl_easy_setopt(easy, CURLOPT_URL, sink->url);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
}

/* Post @n times over as many connections as there are handles. */
static void post_all(CURLM *multi, CURL **easy, int connections, long n)
{
    long started = 0, ended = 0;
    int running, left;
    CURLMsg *message;

    for (; started < n && started < connections; started++)
        curl_multi_add_handle(multi, easy[started]);
    while (ended < n) {
        curl_multi_perform(multi, &running);
        while ((message = curl_multi_info_read(multi, &left))) {
            if (message->data.result != CURLE_OK)
                die("libcurl", curl_easy_strerror(message->data.result));
            ended++;
            curl_multi_remove_handle(multi, message->easy_handle);
            if (started < n) {
                curl_multi_add_handle(multi, message->easy_handle);
                started++;
            }
        }
        if (ended < n)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
}

static void run_floor(struct setup *s)
{
    long n = (long)((double)s->batches * LOGS / s->records_per_request);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    char *body = malloc(s->body + 1);
    CURLM *multi = curl_multi_init();
    CURL *easy[MOST_CONNECTIONS];
    double wall, cpu;

    if (!headers || !body || !multi)
        die("floor", "out of memory");
    headers = curl_slist_append(headers, "Expect:");
    memset(body, 'x', s->body);
    for (int i = 0; i < s->connections; i++) {
        easy[i] = curl_easy_init();
        prepare(easy[i], headers, body, s->body);
    }
    wall = now(CLOCK_MONOTONIC);
    cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    if (s->connections == 1)
        for (long i = 0; i < n; i++)
            if (curl_easy_perform(easy[0]) != CURLE_OK)
                die("libcurl", "a request failed");
    if (s->connections > 1)
        post_all(multi, easy, s->connections, n);
    keep(&s->floor_rate, &s->floor_cpu, (double)n * s->records_per_request,
         now(CLOCK_MONOTONIC) - wall, now(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    for (int i = 0; i < s->connections; i++)
        curl_easy_cleanup(easy[i]);
    curl_multi_cleanup(multi);
    curl_slist_free_all(headers);
    free(body);
}

/* --------------------------------------------------------------------------------------------------- */

static void row(const char *name, const char *more, double value, const char *unit, double floor)
{
    printf("{\"name\":\"%s%s\",\"value\":%.6g,\"unit\":\"%s\",\"floor\":%.6g,\"ratio\":%.4g}\n",
           name, more, value, unit, floor, value / floor);
}

static void bench(struct setup *s)
{
    for (int i = 0; i < ROUNDS; i++) {
        run_flusher(s);
        run_floor(s);
    }
    row(s->name, "", s->rate, "records/s", s->floor_rate);
    row(s->name, "_cpu", s->cpu, "us/record", s->floor_cpu);
}

static double resident(void)
{
    FILE *statm = fopen("/proc/self/statm", "re");
    unsigned long size = 0, pages = 0;

    if (!statm || fscanf(statm, "%lu %lu", &size, &pages) != 2)
        die("/proc/self/statm", "can't be read");
    fclose(statm);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1048576;
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
        ilf_flusher *f = start(config, "http://127.0.0.1:9/");

        (void)!freopen("/dev/null", "w", stderr); /* it tells of what it drops */
        for (int i = 0; i < 100; i++)
            flush(f);
        row("http_rss_queue_full", "", resident() - before, "MiB", 64);
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
         .batches = 100,
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
