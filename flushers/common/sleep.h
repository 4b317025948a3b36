/* Sleeping, for flushers that act as a slow sink. */
#ifndef ILF_COMMON_SLEEP_H
#define ILF_COMMON_SLEEP_H

#include <errno.h>
#include <stdint.h>
#include <time.h>

/* Sleep @ms milliseconds, signals or not. */
static inline void ilf__sleep_ms(int64_t ms)
{
    struct timespec left = {ms / 1000, ms % 1000 * 1000000};

    while (ms > 0 && nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}

#endif
