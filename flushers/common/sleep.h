/* Sleeping, for flushers that act as a slow sink. */
#ifndef ILF_COMMON_SLEEP_H
#define ILF_COMMON_SLEEP_H

#include <ilf/flusher.h>

#include <errno.h>
#include <time.h>

/* Sleep @ms milliseconds, signals or not; less when the pipeline stops and has no time left. */
static inline void ilf__sleep_ms(const ilf_host *host, int64_t ms)
{
    enum { SLICE_MS = 100 };

    while (ms > 0 && host->time_left(host->context) > 0) {
        int64_t slice = ms < SLICE_MS ? ms : SLICE_MS;
        struct timespec left = {0, (long)slice * 1000000};

        while (nanosleep(&left, &left) != 0 && errno == EINTR)
            ;
        ms -= slice;
    }
}

#endif
