/* What the benchmarks share: a flusher, the time that a run takes, the memory, a row of their table. */
#ifndef ILF_TESTS_BENCH_BENCH_H
#define ILF_TESTS_BENCH_BENCH_H

#include <ilf/bridge.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static inline void die(const char *what, const char *why)
{
    fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(1);
}

/* Configure @f, whose name is for the case that this fails, and start it. */
static inline ilf_flusher *start_made(ilf_flusher *f, const char *name, const char *config)
{
    ilf_error err = {"out of memory"};

    if (!f || ilf_flusher_configure(f, config, strlen(config), &err) != ILF_OK ||
        ilf_flusher_init(f, NULL, &err) != ILF_OK)
        die(name, err.text);
    return f;
}

/* A flusher of the type @name, ready. */
static inline ilf_flusher *start(const char *name, const char *config)
{
    ilf_error err;
    ilf_flusher *f = ilf_flusher_new(name, NULL, &err);

    if (!f)
        die(name, err.text);
    return start_made(f, name, config);
}

static inline void flush(ilf_flusher *f, const ilf_batch *batch)
{
    ilf_error err;

    if (ilf_flusher_flush(f, batch, &err) != ILF_OK)
        die("flush", err.text);
}

/* MiB of this process. */
static inline double resident(void)
{
    FILE *statm = fopen("/proc/self/statm", "re");
    unsigned long size = 0, pages = 0;

    if (!statm || fscanf(statm, "%lu %lu", &size, &pages) != 2)
        die("/proc/self/statm", "can't be read");
    fclose(statm);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1048576;
}

/* Seconds. */
static inline double now(clockid_t clock)
{
    struct timespec ts;

    clock_gettime(clock, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

struct spent {
    double wall, cpu; /* seconds */
};

/* What @run takes, into @best where it is the least so far. */
static inline void measure(struct spent *best, void (*run)(void))
{
    double wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);

    run();
    wall = now(CLOCK_MONOTONIC) - wall;
    cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    if (best->wall == 0 || wall < best->wall)
        best->wall = wall;
    if (best->cpu == 0 || cpu < best->cpu)
        best->cpu = cpu;
}

/* @value and @floor in @unit; @ratio is the figure that a target is set for. */
static inline void row(const char *name, double value, const char *unit, double floor, double ratio)
{
    printf("{\"name\":\"%s\",\"value\":%.6g,\"unit\":\"%s\",\"floor\":%.6g,\"ratio\":%.4g}\n", name,
           value, unit, floor, ratio);
    fflush(stdout);
}

#endif
