/* Circuit breakers: which of the sink's endpoints are worth trying. */
#ifndef ILF_CBRIDGE_BREAKER_H
#define ILF_CBRIDGE_BREAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One endpoint. */
struct ilf__breaker {
    uint64_t failures; /* in a row */
    bool open;         /* not to be used before open_until, and then by one send as a probe */
    bool probing;
    uint64_t open_until; /* monotonic nanoseconds, as all times here */
    uint64_t open_time;  /* doubles with each probe that fails */
    uint64_t
        rests_until; /* the endpoint has asked for it, healthy or not; then no probe is needed */
};

struct ilf__breakers {
    struct ilf__breaker *of; /* each endpoint */
    size_t n;
    size_t next; /* for round robin */
    bool round_robin;
    uint64_t threshold; /* failures in a row that open; 0: never */
    uint64_t first_time, max_time;
};

enum ilf__reach {
    ILF__REACHED,
    ILF__UNREACHED,
    ILF__REACH_UNKNOWN,
};

enum ilf__breaker_change {
    ILF__BREAKER_SAME,
    ILF__BREAKER_OPENED,
    ILF__BREAKER_CLOSED,
};

/* Choose the endpoint of the next send: the first healthy one, or each in turn. If there is none,
 * *@when is when there will be; UINT64_MAX: not before a probe has ended. */
bool ilf__breakers_pick(struct ilf__breakers *breakers, uint64_t now, size_t *endpoint,
                        uint64_t *when);

/* A send to @endpoint has ended. */
enum ilf__breaker_change ilf__breakers_ended(struct ilf__breakers *breakers, size_t endpoint,
                                             enum ilf__reach reach, uint64_t now);

/* @endpoint has asked to be left alone until @until. */
void ilf__breakers_rest(struct ilf__breakers *breakers, size_t endpoint, uint64_t until);

enum ilf__breaker_shown {
    ILF__SHOWN_WORKS,
    ILF__SHOWN_PROBED,
    ILF__SHOWN_RESTS,
};

/* What people are told of @endpoint. */
enum ilf__breaker_shown ilf__breakers_show(const struct ilf__breakers *breakers, size_t endpoint,
                                           uint64_t now);

/* All may be probed now: there is no time to wait. */
void ilf__breakers_hurry(struct ilf__breakers *breakers);

#endif
