/* Circuit breakers: which of the sink's endpoints are worth trying. */
#include "breaker.h"

enum { FRESH = 2, WORTH = 3 }; /* credit of a new endpoint, and what a success adds */

static bool is_spent(const struct ilf__breaker *b)
{
    return b->credit <= -FRESH;
}

/* From when on @b may be used; UINT64_MAX: not before a send has ended. */
static uint64_t usable_from(const struct ilf__breaker *b)
{
    int64_t most = b->credit + FRESH;

    if ((b->open && b->probing) || (b->doubted && b->in_flight >= (size_t)(most > 1 ? most : 1)))
        return UINT64_MAX;
    return b->open && b->open_until > b->rests_until ? b->open_until : b->rests_until;
}

bool ilf__breakers_pick(struct ilf__breakers *breakers, uint64_t avoid, uint64_t now,
                        size_t *endpoint, uint64_t *when)
{
    size_t first = breakers->round_robin ? breakers->next : 0;

    *when = UINT64_MAX;
    for (size_t i = 0; i < breakers->n; i++) {
        size_t at = (first + i) % breakers->n;
        struct ilf__breaker *b = &breakers->of[at];
        uint64_t from = usable_from(b);

        if (from <= now && !(avoid & ilf__endpoint_bit(at))) {
            b->probing = b->open;
            b->in_flight++;
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

static enum ilf__breaker_change succeeded(struct ilf__breakers *breakers, struct ilf__breaker *b)
{
    int64_t credit = b->credit + WORTH, most = (int64_t)breakers->most_credit;
    bool was_open = b->open, was_spent = is_spent(b);

    credit = credit < most ? credit : most;
    *b = (struct ilf__breaker){.rests_until = b->rests_until,
                               .in_flight = b->in_flight,
                               .credit = credit,
                               .doubted = b->doubted && credit < most};
    return was_open ? ILF__BREAKER_CLOSED : was_spent ? ILF__BREAKER_EARNS : ILF__BREAKER_SAME;
}

/* Count a failure, which opens the circuit if it was one too many; of an endpoint that answers, only if
 * it is spent too, so that it serves nobody. */
static void failed(struct ilf__breakers *breakers, struct ilf__breaker *b, bool answers,
                   uint64_t now)
{
    b->failures++;
    if (b->open && b->probing) {
        uint64_t time = b->open_time * 2;

        open_for(b, time < breakers->max_time ? time : breakers->max_time, now);
    } else if (!b->open && breakers->threshold > 0 && b->failures >= breakers->threshold &&
               (!answers || is_spent(b))) {
        open_for(b, breakers->first_time, now);
    }
}

enum ilf__breaker_change ilf__breakers_ended(struct ilf__breakers *breakers, size_t endpoint,
                                             enum ilf__reach reach, uint64_t now)
{
    struct ilf__breaker *b = &breakers->of[endpoint];
    bool was_open = b->open, was_spent = is_spent(b);

    if (b->in_flight > 0)
        b->in_flight--;
    if (reach == ILF__REACHED)
        return succeeded(breakers, b);
    if (reach == ILF__THROTTLED || reach == ILF__FAILING) {
        b->credit -= !was_spent;
        b->doubted = true;
    }
    if (reach == ILF__UNREACHED || reach == ILF__FAILING)
        failed(breakers, b, reach == ILF__FAILING, now);
    if (reach == ILF__THROTTLED) { /* it is there */
        b->failures = 0;
        b->open = false;
    }
    b->probing = false; /* if nothing is known of its end, the next one probes again */
    return was_open != b->open ? b->open ? ILF__BREAKER_OPENED : ILF__BREAKER_CLOSED
           : !b->open && is_spent(b) && !was_spent ? ILF__BREAKER_SPENT
                                                   : ILF__BREAKER_SAME;
}

void ilf__breakers_rest(struct ilf__breakers *breakers, size_t endpoint, uint64_t until)
{
    struct ilf__breaker *b = &breakers->of[endpoint];

    if (until > b->rests_until)
        b->rests_until = until;
}

void ilf__breakers_asked(struct ilf__breakers *breakers, size_t endpoint, uint64_t asked,
                         uint64_t now)
{
    struct ilf__breaker *b = &breakers->of[endpoint];

    if (!is_spent(b))
        return;
    if (asked == 0 && !b->open && now >= b->rests_until) {
        asked = b->rest > 0 ? b->rest * 2 : breakers->first_time;
        asked = asked < breakers->max_time ? asked : breakers->max_time;
        b->rest = asked;
    }
    ilf__breakers_rest(breakers, endpoint, now + asked);
}

bool ilf__breakers_all_are_spent(const struct ilf__breakers *breakers)
{
    for (size_t i = 0; i < breakers->n; i++)
        if (!is_spent(&breakers->of[i]))
            return false;
    return true;
}

enum ilf__breaker_shown ilf__breakers_show(const struct ilf__breakers *breakers, size_t endpoint,
                                           uint64_t now)
{
    const struct ilf__breaker *b = &breakers->of[endpoint];

    if (now < b->rests_until)
        return ILF__SHOWN_RESTS;
    if (is_spent(b))
        return b->in_flight > 0 ? ILF__SHOWN_PROBED : ILF__SHOWN_RESTS;
    return !b->open ? ILF__SHOWN_WORKS : b->probing ? ILF__SHOWN_PROBED : ILF__SHOWN_RESTS;
}

void ilf__breakers_hurry(struct ilf__breakers *breakers)
{
    for (size_t i = 0; i < breakers->n; i++) {
        struct ilf__breaker *b = &breakers->of[i];

        b->open_until = b->rests_until = 0;
        b->credit = b->credit > 0 ? b->credit : 0;
        b->doubted = false;
    }
}
