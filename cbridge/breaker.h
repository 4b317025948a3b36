/* Circuit breakers: which of the sink's endpoints are worth trying.
 *
 * An endpoint that can't be reached fails for every payload: after a few failures in a row its circuit
 * is open, and one send at a time probes it, after pauses that grow.
 *
 * One that answers "not now" (429, 503, with Retry-After or without) may mean one payload, one tenant or
 * everybody, and only the share tells. So each success is worth three such answers: while more than a
 * quarter succeeds, payloads wait one by one as they were told and the others go on. An endpoint that
 * has used up its credit is spent: it rests for as long as it has asked for, and then gets one send at a
 * time; the first success pays for three more, so that what is under way grows with the share. A fresh
 * endpoint has a credit of two, for the first answer alone tells nothing of the next. */
#ifndef ILF_CBRIDGE_BREAKER_H
#define ILF_CBRIDGE_BREAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One endpoint. */
struct ilf__breaker {
    uint64_t failures; /* in a row */
    size_t in_flight;
    int64_t credit; /* beyond the first two; never below -2, which is spent */
    bool doubted;   /* it has said "not now": no more in flight than there is credit */
    uint64_t rest;  /* the last that nobody has asked for; doubles while the endpoint stays spent */
    bool open;      /* not to be used before open_until, and then by one send as a probe */
    bool probing;
    uint64_t open_until;  /* monotonic nanoseconds, as all times here */
    uint64_t open_time;   /* doubles with each probe that fails */
    uint64_t rests_until; /* all of it, as it has asked */
};

struct ilf__breakers {
    struct ilf__breaker *of; /* each endpoint */
    size_t n;
    size_t next; /* for round robin */
    bool round_robin;
    uint64_t threshold; /* failures in a row that open; 0: never */
    uint64_t first_time, max_time;
    uint64_t most_credit;
};

enum ilf__reach {
    ILF__REACHED,
    ILF__UNREACHED,
    ILF__REACH_UNKNOWN,
    ILF__THROTTLED, /* it answers: not now */
    ILF__FAILING,   /* likewise, for it fails: both count */
};

enum ilf__breaker_change {
    ILF__BREAKER_SAME,
    ILF__BREAKER_OPENED,
    ILF__BREAKER_CLOSED,
    ILF__BREAKER_SPENT,
    ILF__BREAKER_EARNS, /* is spent no longer */
};

/* The bit of @endpoint in a set of endpoints. With more than 64 some share theirs. */
static inline uint64_t ilf__endpoint_bit(size_t endpoint)
{
    return UINT64_C(1) << endpoint % 64;
}

/* Choose the endpoint of the next send: the first healthy one, or each in turn, but none of the set
 * @avoid. If there is none, *@when is when there will be; UINT64_MAX: not before a send has ended. */
bool ilf__breakers_pick(struct ilf__breakers *breakers, uint64_t avoid, uint64_t now,
                        size_t *endpoint, uint64_t *when);

/* A send to @endpoint has ended. */
enum ilf__breaker_change ilf__breakers_ended(struct ilf__breakers *breakers, size_t endpoint,
                                             enum ilf__reach reach, uint64_t now);

/* Leave @endpoint alone until @until. */
void ilf__breakers_rest(struct ilf__breakers *breakers, size_t endpoint, uint64_t until);

/* @endpoint has said "not now", and has asked for @asked nanoseconds (0: for none) at @now: if it is
 * spent, all of it rests. */
void ilf__breakers_asked(struct ilf__breakers *breakers, size_t endpoint, uint64_t asked,
                         uint64_t now);

/* Has each endpoint said "not now" to most, so that a send is a probe? */
bool ilf__breakers_all_are_spent(const struct ilf__breakers *breakers);

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
