/* What flusher_c_kafka takes, for go/internal/bench, which runs it beside others on one broker.
 * Usage: bench-kafka throughput|latency|memory CONFIG COUNT; CONFIG is the flusher's detail. */
#include "bench.h"
#include "nginx.h"

static const char TYPE[] = "flusher_c_kafka";

static struct nginx_batch nginx;

static void stop(ilf_flusher *f)
{
    ilf_error err;

    if (ilf_flusher_stop(f, &err) != ILF_OK)
        die("stop", err.text);
    ilf_flusher_free(f);
}

/* The value of a metric of the only flusher. */
static double metric(const char *name)
{
    static char text[1 << 18];
    size_t len = strlen(name);

    if (ilf_metrics(text, sizeof(text)) >= sizeof(text))
        die("metrics", "too long");
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, len) == 0 && line[len] == '{')
            return strtod(strchr(line, '}') + 1, NULL);
    }
    return 0;
}

/* Flush @count batches; a stop delivers them. The flushing thread's own time is what formatting and
 * queueing take. */
static void throughput(const char *config, long count)
{
    double wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID), thread;
    ilf_flusher *f = start(TYPE, config);

    thread = now(CLOCK_THREAD_CPUTIME_ID);
    for (long i = 0; i < count; i++)
        flush(f, &nginx.batch);
    thread = now(CLOCK_THREAD_CPUTIME_ID) - thread;
    stop(f);
    printf("{\"records\":%ld,\"wall\":%g,\"cpu\":%g,\"thread\":%g}\n",
           count * NGINX_GROUPS * NGINX_LOGS, now(CLOCK_MONOTONIC) - wall,
           now(CLOCK_PROCESS_CPUTIME_ID) - cpu, thread);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* From the call of flush to the acknowledgement of its ten logs, as the metrics tell. */
static void latency(const char *config, long count)
{
    const ilf_group group = {.logs = nginx.data[0].logs, .n_logs = 10};
    const ilf_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};
    const struct timespec pause = {.tv_nsec = 50000};
    double *took = calloc((size_t)count, sizeof(*took));
    ilf_flusher *f = start(TYPE, config);

    if (!took)
        die("latency", "out of memory");
    flush(f, &batch); /* connects */
    while (metric("ilf_records_delivered_total") < 10)
        nanosleep(&pause, NULL);
    for (long i = 0; i < count; i++) {
        double begin = now(CLOCK_MONOTONIC);

        flush(f, &batch);
        while (metric("ilf_records_delivered_total") < (double)(i + 2) * 10)
            nanosleep(&pause, NULL);
        took[i] = now(CLOCK_MONOTONIC) - begin;
    }
    stop(f);
    qsort(took, (size_t)count, sizeof(*took), compare);
    printf("{\"p50\":%g,\"p99\":%g}\n", took[count / 2] * 1e3, took[count * 99 / 100] * 1e3);
    free(took);
}

/* What it grows by, from before its start, with @count batches flushed to a broker that has stopped
 * to answer when a line is read. */
static void memory(const char *config, long count)
{
    double before = resident();
    ilf_flusher *f = start(TYPE, config);
    char line[16];

    flush(f, &nginx.batch);
    while (metric("ilf_records_delivered_total") < NGINX_GROUPS * NGINX_LOGS)
        usleep(1000);
    printf("\n");
    (void)fflush(stdout);
    if (!fgets(line, sizeof(line), stdin))
        die("memory", "nobody has stopped the broker");
    for (long i = 0; i < count; i++)
        flush(f, &nginx.batch);
    sleep(1); /* so that the sending thread has taken what it may */
    printf("{\"mib\":%g}\n", resident() - before);
    ilf_flusher_free(f);
}

int main(int argc, char **argv)
{
    long count = argc == 4 ? atol(argv[3]) : 0;

    if (count < 1)
        die("usage", "bench-kafka throughput|latency|memory CONFIG COUNT");
    nginx_fill(&nginx);
    if (strcmp(argv[1], "throughput") == 0)
        throughput(argv[2], count);
    else if (strcmp(argv[1], "latency") == 0)
        latency(argv[2], count);
    else
        memory(argv[2], count);
    return 0;
}
