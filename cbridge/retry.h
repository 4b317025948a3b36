/* Giving a batch again to a flusher that has asked for it, with pauses that grow. */
#ifndef ILF_CBRIDGE_RETRY_H
#define ILF_CBRIDGE_RETRY_H

#include <ilf/bridge.h>

struct ilf__retry_options {
    bool enable;
    int64_t max_retry_times; /* -1: no limit */
    int64_t initial_delay;   /* nanoseconds */
    int64_t max_delay;       /* nanoseconds */
    /* Of delivered flushers only. */
    int64_t max_retry_after; /* nanoseconds */
    int64_t max_age;         /* nanoseconds; 0: no limit */
    ilf_str_map actions;
};

/* One call of a flusher's hook with the batch @data; @attempt counts from 0. */
typedef ilf_status (*ilf__call)(ilf_flusher *f, void *data, uint32_t attempt, ilf_error *err);

/* The longest pause before retry number @attempt (counted from 0): initial_delay doubled each time
 * up to max_delay. The pause itself is drawn evenly between 0 and this ("full jitter"). */
uint64_t ilf__backoff_limit(const struct ilf__retry_options *options, uint32_t attempt);

/* A pause of at most @limit, drawn evenly. */
uint64_t ilf__backoff_draw(uint64_t limit);

/* A sink that is down for a day must not fill the log: true for the 1st, 2nd, 4th, 8th... time,
 * @before counted from 0. */
bool ilf__worth_telling(uint64_t before);

/* When a line of the log that would come again and again was written: at first at once, then after
 * pauses that double up to ten minutes, until it has not come for as long. Zeroed at first. */
struct ilf__told {
    uint64_t next; /* monotonic nanoseconds */
    uint64_t pause;
    uint64_t untold;
};

/* Shall it be written at @now? If so, *@untold is how often it was not since the last time. */
bool ilf__tell_now(struct ilf__told *told, uint64_t now, uint64_t *untold);

/* Run @call until it no longer asks for a retry, or retrying ends: by MaxRetryTimes, StopTimeout
 * after set_urgent, or at once after stop. Returns the last status; @err then says how it ended. */
ilf_status ilf__retry(ilf_flusher *f, ilf__call call, void *data, ilf_error *err);

#endif
