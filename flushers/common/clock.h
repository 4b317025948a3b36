/* The clock of pauses and time-outs. */
#ifndef ILF_COMMON_CLOCK_H
#define ILF_COMMON_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds on a clock that nobody sets. */
static inline uint64_t ilf__clock(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

#endif
