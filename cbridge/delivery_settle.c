/* What becomes of a payload when its send has ended. */
#include "delivery_parts.h"

#include <stdlib.h>

/* While the pipeline stops no pause is longer, so that there is time for more than one try. */
static const uint64_t URGENT_PAUSE = 1000000000;

/* --- Back into the queue ---------------------------------------------------------------------- */

void ilf__delivery_send_again(struct ilf__delivery *d, struct ilf__payload *p, uint64_t pause)
{
    pthread_mutex_lock(&d->lock);
    if (d->hurried && pause > URGENT_PAUSE)
        pause = URGENT_PAUSE;
    p->due = pause > 0 ? ilf__monotonic() + pause : 0;
    ilf__queue_retry(&d->queue, p);
    pthread_mutex_unlock(&d->lock);
}

/* Bury @p, or keep it when that can't be done now. */
static void bury(struct ilf__delivery *d, struct ilf__payload *p, enum ilf__end end, int32_t code,
                 const char *reason)
{
    p->shown.attempt++;
    if (!ilf__delivery_bury(d, p, true, end, code, reason))
        ilf__delivery_send_again(d, p, ILF__SHORT_PAUSE);
}

/* The pause that the endpoint asks for. */
static uint64_t asked_pause(const struct ilf__delivery *d, const ilf_result *result)
{
    int64_t max = d->options->retry.max_retry_after;
    int64_t asked = result->retry_after < max ? result->retry_after : max;

    return asked > 0 ? (uint64_t)asked : 0;
}

uint64_t ilf__delivery_pause_before(struct ilf__delivery *d, uint32_t attempt,
                                    const ilf_result *result)
{
    uint64_t pause = ilf__backoff_draw(ilf__backoff_limit(&d->options->retry, attempt - 1));
    uint64_t asked = asked_pause(d, result);

    /* Of several endpoints another may take it, while this one rests. */
    return d->breakers.n == 1 && asked > pause ? asked : pause;
}

/* Send nothing to the endpoint of @flight for as long as it has asked for. While the pipeline stops
 * there is no time for that: each payload is tried once more. */
static void let_rest(struct ilf__delivery *d, const struct ilf__flight *flight)
{
    uint64_t asked = asked_pause(d, &flight->result);

    if (asked == 0)
        return;
    pthread_mutex_lock(&d->lock);
    if (!d->hurried)
        ilf__breakers_rest(&d->breakers, flight->p->shown.endpoint, flight->ended_at + asked);
    pthread_mutex_unlock(&d->lock);
}

bool ilf__delivery_is_exhausted(const struct ilf__delivery *d, uint32_t tries)
{
    const struct ilf__retry_options *o = &d->options->retry;

    return !o->enable || (o->max_retry_times >= 0 && tries > (uint64_t)o->max_retry_times);
}

void ilf__delivery_count_try(struct ilf__delivery *d, struct ilf__payload *p,
                             const ilf_result *result)
{
    p->shown.attempt++;
    if (result->flags & ILF_RESULT_UNANSWERED)
        p->shown.flags |= ILF_PAYLOAD_MAY_REPEAT;
    ilf__metrics_add(&d->counts.retried, p->shown.n_events);
    ilf__metrics_add(&d->f->metrics.retries, 1);
}

static void retry(struct ilf__delivery *d, struct ilf__flight *flight)
{
    struct ilf__payload *p = flight->p;
    uint64_t pause;

    if (ilf__delivery_is_exhausted(d, p->shown.attempt + 1)) {
        bury(d, p, ILF__END_RETRIES, flight->result.code, flight->reason);
        return;
    }
    ilf__delivery_count_try(d, p, &flight->result);
    pause = ilf__delivery_pause_before(d, p->shown.attempt, &flight->result);
    if (ilf__worth_telling(d->told_retry++))
        ilf__log(d->f, ILF_LEVEL_WARN, "send: %s; trying again in %.1f s", flight->reason,
                 (double)pause / 1e9);
    ILF__POINT("settle-retry");
    ilf__delivery_send_again(d, p, pause);
}

/* --- Whole payloads --------------------------------------------------------------------------- */

/* Keep the memory of @p for the collector. False: free it. Under the lock. */
static bool keep_used(struct ilf__delivery *d, struct ilf__payload *p)
{
    if (p->memory < ILF__REUSED || p->memory > ILF__USED_MAX - d->used_bytes)
        return false;
    p->next = d->used;
    d->used = p;
    d->used_bytes += p->memory;
    return true;
}

static void delivered(struct ilf__delivery *d, struct ilf__flight *flight)
{
    struct ilf__payload *p = flight->p;
    uint64_t sequence = p->sequence, raw = p->shown.bytes.len;
    bool kept;

    ILF__POINT("settle-delivered");
    pthread_mutex_lock(&d->lock);
    ilf__delivery_end(d, ILF__END_DELIVERED, p->shown.n_events);
    ilf__queue_forget(&d->queue, p);
    kept = keep_used(d, p);
    pthread_mutex_unlock(&d->lock);
    if (!kept)
        free(p);
    ilf__metrics_add(&d->counts.raw, raw);
    ilf__metrics_add(&d->counts.wire,
                     flight->result.wire_bytes > 0 ? flight->result.wire_bytes : raw);
    ilf__delivery_remove(d, sequence);
    d->told_retry = 0;
}

struct half {
    size_t middle;
    bool second;
};

static bool in_half(const void *context, size_t record)
{
    const struct half *half = context;

    return (record >= half->middle) == half->second;
}

static void split(struct ilf__delivery *d, struct ilf__flight *flight)
{
    struct ilf__payload *p = flight->p, *parts[2] = {NULL, NULL};
    struct half half = {p->shown.n_records / 2, false};
    bool kept = true;
    ilf_error err;

    if (p->shown.n_records == 1) {
        bury(d, p, ILF__END_TOO_LARGE, flight->result.code, flight->reason);
        return;
    }
    parts[0] = ilf__payload_part(p, ilf__payload_id(), in_half, &half);
    half.second = true;
    parts[1] = ilf__payload_part(p, ilf__payload_id(), in_half, &half);
    if (parts[0] && parts[1] && p->sequence != 0) {
        ILF__POINT("settle-before-split");
        kept = ilf__spool_replace(d->spool, p->sequence, parts, 2, &err) == ILF_OK;
        ILF__POINT("settle-split");
    }
    if (!parts[0] || !parts[1] || !kept) {
        free(parts[0]);
        free(parts[1]);
        ilf__delivery_send_again(d, p, ILF__SHORT_PAUSE);
        return;
    }
    pthread_mutex_lock(&d->lock);
    ilf__queue_swap(&d->queue, p, parts, 2);
    pthread_mutex_unlock(&d->lock);
    free(p);
}

static void settle_whole(struct ilf__delivery *d, struct ilf__flight *flight, int verdict)
{
    switch (verdict) {
    case ILF_DELIVERED:
        delivered(d, flight);
        break;
    case ILF_REJECT:
        bury(d, flight->p, ILF__END_REJECTED, flight->result.code, flight->reason);
        break;
    case ILF_TOO_LARGE:
        split(d, flight);
        break;
    case ILF_CANCELLED:
        ilf__delivery_send_again(d, flight->p, 0);
        break;
    default:
        retry(d, flight);
    }
}

/* --- One flight after the other --------------------------------------------------------------- */

static enum ilf__load load_of(const struct ilf__flight *flight)
{
    const ilf_result *r = &flight->result;

    if (r->verdict == ILF_CANCELLED)
        return ILF__LOAD_UNKNOWN;
    if (r->verdict == ILF_RETRY &&
        ((r->flags & ILF_RESULT_UNREACHED) || r->code == 429 || (r->code >= 500 && r->code < 600)))
        return ILF__LOAD_TOO_MUCH;
    return ILF__LOAD_FINE;
}

static enum ilf__reach reach_of(const struct ilf__flight *flight)
{
    if (flight->result.verdict == ILF_CANCELLED)
        return ILF__REACH_UNKNOWN;
    return flight->result.flags & ILF_RESULT_UNREACHED ? ILF__UNREACHED : ILF__REACHED;
}

/* The verdict that all records share, or -1. */
static int common_verdict(const struct ilf__flight *flight)
{
    if (!flight->records)
        return (int)flight->result.verdict;
    for (size_t i = 1; i < flight->p->shown.n_records; i++)
        if (flight->records[i] != flight->records[0])
            return -1;
    return flight->records[0];
}

static void settle(struct ilf__delivery *d, struct ilf__flight *flight)
{
    int verdict = common_verdict(flight);
    enum ilf__action action = ILF__ACTION_NONE;

    if (!flight->records && verdict != ILF_CANCELLED && flight->result.code != 0)
        action = ilf__actions_find(&d->actions, flight->result.code);
    if (verdict < 0 || verdict == ILF_RETRY || action == ILF__ACTION_RETRY)
        let_rest(d, flight);
    if (action == ILF__ACTION_DROP)
        bury(d, flight->p, ILF__END_ACTION, flight->result.code, flight->reason);
    else if (verdict < 0)
        ilf__delivery_settle_records(d, flight);
    else
        settle_whole(d, flight,
                     action == ILF__ACTION_RETRY         ? ILF_RETRY
                     : action == ILF__ACTION_DEAD_LETTER ? ILF_REJECT
                     : action == ILF__ACTION_SPLIT       ? ILF_TOO_LARGE
                                                         : verdict);
}

static void tell_breaker(struct ilf__delivery *d, enum ilf__breaker_change change, size_t endpoint,
                         const char *reason)
{
    const char *name = *d->tuning.endpoints[endpoint] ? d->tuning.endpoints[endpoint] : "the sink";

    if (change == ILF__BREAKER_OPENED)
        ilf__log(d->f, ILF_LEVEL_ERROR, "%s is not reached, and rests until a probe succeeds: %s",
                 name, reason);
    else if (change == ILF__BREAKER_CLOSED)
        ilf__log(d->f, ILF_LEVEL_INFO, "%s is reached again", name);
}

void ilf__delivery_settle(struct ilf__delivery *d)
{
    while (d->done) {
        struct ilf__flight *flight = d->done;
        size_t endpoint = flight->p->shown.endpoint;
        enum ilf__breaker_change change;

        d->done = flight->next_done;
        if (!d->done)
            d->done_end = &d->done;
        ilf__limiter_ended(&d->limiter, load_of(flight), d->in_flight - 1, flight->p->sent_at,
                           flight->ended_at);
        change = ilf__breakers_ended(&d->breakers, endpoint, reach_of(flight), flight->ended_at);
        if (d->hurried)
            ilf__breakers_hurry(&d->breakers);
        pthread_mutex_unlock(&d->lock);
        ilf__count_send(&d->counts, flight->ended_at - flight->p->sent_at);
        tell_breaker(d, change, endpoint, flight->reason);
        settle(d, flight);
        pthread_mutex_lock(&d->lock);
        free(flight->records);
        flight->p = NULL;
        flight->records = NULL;
        flight->next_done = NULL;
        flight->done = false;
        d->in_flight--;
        d->nudged = true; /* there may be room for more, or nothing left to do */
        if (d->waiters > 0 && (d->spool || ilf__delivery_fits(d))) /* not for each that ends */
            pthread_cond_broadcast(&d->room);
    }
}
