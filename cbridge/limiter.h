/* How much may be under way: a number of sends that adapts to the sink, and rates. */
#ifndef ILF_CBRIDGE_LIMITER_H
#define ILF_CBRIDGE_LIMITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lets @rate units a second through, after a pause up to a second's worth at once. */
struct ilf__bucket {
    double rate; /* 0: no limit */
    double tokens;
    uint64_t at; /* when tokens was right, monotonic nanoseconds as all times here */
};

struct ilf__limiter {
    bool adaptive;
    double limit, max;       /* sends under way */
    double successes;        /* since the limit has changed */
    double latency, usual;   /* averages, nanoseconds: of the last few sends, and of many */
    uint64_t cut_at;         /* what was sent before is no reason to cut again */
    double ended, throttled; /* of the window, which is about a round trip of all that is allowed */
    struct ilf__bucket records, bytes;
};

enum ilf__load {
    ILF__LOAD_FINE,
    ILF__LOAD_TOO_MUCH,  /* the sink was not reached */
    ILF__LOAD_THROTTLED, /* it said: not now */
    ILF__LOAD_UNKNOWN,
};

/* At most @max sends; with @adaptive it begins low, grows by one with each window of successes and
 * halves when the sink is not reached or gets slow. Of a sink that throttles, the share counts: up to a
 * tenth of a window means nothing, and the more it is beyond that, the more is cut; half of the limit
 * if it throttles all. */
void ilf__limiter_init(struct ilf__limiter *limiter, double max, bool adaptive, double records,
                       double bytes, uint64_t now);

/* May another send begin beside @in_flight? If not, *@when is the time at which it may; UINT64_MAX:
 * not before one has ended. */
bool ilf__limiter_allows(struct ilf__limiter *limiter, size_t in_flight, uint64_t now,
                         uint64_t *when);

/* A send has begun. */
void ilf__limiter_sent(struct ilf__limiter *limiter, size_t records, size_t bytes);

/* A send has ended, with which @in_flight were under way. */
void ilf__limiter_ended(struct ilf__limiter *limiter, enum ilf__load load, size_t in_flight,
                        uint64_t sent_at, uint64_t now);

#endif
