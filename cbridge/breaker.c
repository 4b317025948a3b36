/* Circuit breakers: which of the sink's endpoints are worth trying. */
#include "breaker.h"

/* From when on @b may be used; UINT64_MAX: not before its probe has ended. */
static uint64_t usable_from(const struct ilf__breaker *b)
{
    if (b->open && b->probing)
        return UINT64_MAX;
    return b->open && b->open_until > b->rests_until ? b->open_until : b->rests_until;
}

bool ilf__breakers_pick(struct ilf__breakers *breakers, uint64_t now, size_t *endpoint,
                        uint64_t *when)
{
    size_t first = breakers->round_robin ? breakers->next : 0;

    *when = UINT64_MAX;
    for (size_t i = 0; i < breakers->n; i++) {
        size_t at = (first + i) % breakers->n;
        struct ilf__breaker *b = &breakers->of[at];
        uint64_t from = usable_from(b);

        if (from <= now) {
            b->probing = b->open;
            breakers->next = (at + 1) % breakers->n;
            *endpoint = at;
            return true;
        }
        if (from < *when)
            *when = from;
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
        *b = (struct ilf__breaker){.rests_until = b->rests_until};
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

void ilf__breakers_rest(struct ilf__breakers *breakers, size_t endpoint, uint64_t until)
{
    struct ilf__breaker *b = &breakers->of[endpoint];

    if (until > b->rests_until)
        b->rests_until = until;
}

enum ilf__breaker_shown ilf__breakers_show(const struct ilf__breakers *breakers, size_t endpoint,
                                           uint64_t now)
{
    const struct ilf__breaker *b = &breakers->of[endpoint];

    if (now < b->rests_until)
        return ILF__SHOWN_RESTS;
    return !b->open ? ILF__SHOWN_WORKS : b->probing ? ILF__SHOWN_PROBED : ILF__SHOWN_RESTS;
}

void ilf__breakers_hurry(struct ilf__breakers *breakers)
{
    for (size_t i = 0; i < breakers->n; i++)
        breakers->of[i].open_until = breakers->of[i].rests_until = 0;
}
