/* What the benchmarks share: the time that a run takes, and a row of their table. */
#ifndef ILF_TESTS_BENCH_BENCH_H
#define ILF_TESTS_BENCH_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline void die(const char *what, const char *why)
{
    fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(1);
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
