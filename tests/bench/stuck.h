/* What a process costs while its sinks don't take anything. */
#ifndef ILF_TESTS_BENCH_STUCK_H
#define ILF_TESTS_BENCH_STUCK_H

#include "bench.h"

/* The CPU time that this process takes while nothing is asked of it for @seconds, as a row: the share
 * of a core. */
static inline void row_stuck(const char *name, unsigned seconds)
{
    double wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID), share;

    sleep(seconds);
    share = (now(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (now(CLOCK_MONOTONIC) - wall);
    row(name, share, "cores", 0.02, share / 0.02);
}

#endif
