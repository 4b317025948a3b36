/* Circuit breakers: which of the sink's endpoints are worth trying. */
#include "breaker.h"

static bool is_usable(const struct ilf__breaker *b, uint64_t now)
{
    return !b->open || (!b->probing && now >= b->open_until);
}

bool ilf__breakers_pick(struct ilf__breakers *breakers, uint64_t now, size_t *endpoint,
                        uint64_t *when)
{
    size_t first = breakers->round_robin ? breakers->next : 0;

    *when = UINT64_MAX;
    for (size_t i = 0; i < breakers->n; i++) {
        size_t at = (first + i) % breakers->n;
        struct ilf__breaker *b = &breakers->of[at];

        if (is_usable(b, now)) {
            b->probing = b->open;
            breakers->next = (at + 1) % breakers->n;
            *endpoint = at;
            return true;
        }
        if (!b->probing && b->open_until < *when)
            *when = b->open_until;
    }
    return false;
}

static void open_for(struct ilf__breaker *b, uint64_t time, uint64_t now)
{
    b->open = true;
    b->open_time = time;
    b->open_until = now + time;
}

enum ilf__breaker_change ilf__breakers_ended(struct ilf__breakers *breakers, size_t endpoint,
                                             enum ilf__reach reach, uint64_t now)
{
    struct ilf__breaker *b = &breakers->of[endpoint];
    bool was_open = b->open;

    if (reach == ILF__REACHED) {
        *b = (struct ilf__breaker){0};
        return was_open ? ILF__BREAKER_CLOSED : ILF__BREAKER_SAME;
    }
    if (reach == ILF__REACH_UNKNOWN) {
        b->probing = false; /* the next one probes again */
        return ILF__BREAKER_SAME;
    }
    b->failures++;
    if (was_open && b->probing) {
        uint64_t time = b->open_time * 2;

        open_for(b, time < breakers->max_time ? time : breakers->max_time, now);
    } else if (!was_open && breakers->threshold > 0 && b->failures >= breakers->threshold) {
        open_for(b, breakers->first_time, now);
    }
    b->probing = false;
    return !was_open && b->open ? ILF__BREAKER_OPENED : ILF__BREAKER_SAME;
}

void ilf__breakers_hurry(struct ilf__breakers *breakers)
{
    for (size_t i = 0; i < breakers->n; i++)
        breakers->of[i].open_until = 0;
}
