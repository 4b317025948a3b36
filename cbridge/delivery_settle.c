/* What becomes of a payload when its send has ended. */
#include "delivery_parts.h"

#include <stdlib.h>

/* While the pipeline stops no pause is longer, so that there is time for more than one try. */
static const uint64_t URGENT_PAUSE = 1000000000;

/* --- Back into the queue ---------------------------------------------------------------------- */

/* @pause, or as much of it as a pipeline that is about to stop has. Under the lock. */
static uint64_t pause_left(const struct ilf__delivery *d, uint64_t pause)
{
    return d->hurried && pause > URGENT_PAUSE ? URGENT_PAUSE : pause;
}

void ilf__delivery_send_again(struct ilf__delivery *d, struct ilf__payload *p, uint64_t pause)
{
    pthread_mutex_lock(&d->lock);
    pause = pause_left(d, pause);
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

/* The set of all endpoints. */
static uint64_t all_endpoints(const struct ilf__delivery *d)
{
    return d->breakers.n >= 64 ? UINT64_MAX : ilf__endpoint_bit(d->breakers.n) - 1;
}

/* What one endpoint wants to be left alone with, another may take meanwhile. When all have said so, it
 * waits until each has had its time. */
uint64_t ilf__delivery_pause_before(struct ilf__delivery *d, struct ilf__payload *p,
                                    const ilf_result *result)
{
    uint64_t pause =
        ilf__backoff_draw(ilf__backoff_limit(&d->options->retry, p->shown.attempt - 1));
    uint64_t asked = asked_pause(d, result), now = ilf__monotonic();

    if (now >= p->asked_until)
        p->asked_by = 0;
    if (asked > 0) {
        p->asked_by |= ilf__endpoint_bit(p->shown.endpoint);
        p->asked_until = now + asked > p->asked_until ? now + asked : p->asked_until;
    }
    if ((p->asked_by == all_endpoints(d) || d->queue.in_order) && p->asked_until > now + pause)
        pause = p->asked_until - now;
    return pause;
}

void ilf__delivery_tell_retry(struct ilf__delivery *d, size_t n, size_t of, const char *reason,
                              uint64_t pause)
{
    char some[80] = "", more[80] = "";
    uint64_t untold;

    if (!ilf__tell_now(&d->told_retry, ilf__monotonic(), &untold))
        return;
    if (n < of)
        (void)snprintf(some, sizeof(some), "%zu of %zu records were not taken: ", n, of);
    if (untold > 0)
        (void)snprintf(more, sizeof(more), " (and %llu more sends since the last such line)",
                       (unsigned long long)untold);
    pthread_mutex_lock(&d->lock);
    pause = pause_left(d, pause);
    pthread_mutex_unlock(&d->lock);
    ilf__log(d->f, ILF_LEVEL_WARN, "send: %s%s; trying again in %.1f s%s", some, reason,
             (double)pause / 1e9, more);
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
    pause = ilf__delivery_pause_before(d, p, &flight->result);
    pthread_mutex_lock(&d->lock);
    memcpy(d->failure, flight->reason, sizeof(d->failure));
    pthread_mutex_unlock(&d->lock);
    ilf__delivery_tell_retry(d, p->shown.n_records, p->shown.n_records, flight->reason, pause);
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
    uint64_t sequence = p->sequence, raw = p->shown.bytes.len, events = p->shown.n_events;
    uint64_t refused = flight->result.rejected_events, untold;
    bool kept;

    ILF__POINT("settle-delivered");
    pthread_mutex_lock(&d->lock);
    refused = refused < events ? refused : events;
    ilf__delivery_end(d, ILF__END_DELIVERED, events - refused);
    ilf__delivery_end(d, ILF__END_REJECTED, refused);
    d->failure[0] = '\0';
    ilf__queue_forget(&d->queue, p);
    kept = keep_used(d, p);
    pthread_mutex_unlock(&d->lock);
    if (!kept)
        free(p);
    ilf__metrics_add(&d->counts.raw, raw);
    ilf__metrics_add(&d->counts.wire,
                     flight->result.wire_bytes > 0 ? flight->result.wire_bytes : raw);
    ilf__delivery_remove(d, sequence);
    if (refused == 0 || !ilf__tell_now(&d->told_refused, ilf__monotonic(), &untold))
        return;
    ilf__log(d->f, ILF_LEVEL_ERROR,
             "lost %llu of %llu records (rejected), the sink does not say which: %s",
             (unsigned long long)refused, (unsigned long long)events, flight->reason);
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

enum { MIXED = -1 }; /* as a verdict: each record has its own */

/* The verdict that all records share. */
static int common_verdict(const struct ilf__flight *flight)
{
    if (!flight->records)
        return (int)flight->result.verdict;
    for (size_t i = 1; i < flight->p->shown.n_records; i++)
        if (flight->records[i] != flight->records[0])
            return MIXED;
    return flight->records[0];
}

/* What Retry.Actions says of it. */
static enum ilf__action action_of(const struct ilf__delivery *d, const struct ilf__flight *flight)
{
    if (flight->records || flight->result.verdict == ILF_CANCELLED || flight->result.code == 0)
        return ILF__ACTION_NONE;
    return ilf__actions_find(&d->actions, flight->result.code);
}

/* Is it most of it that shall come again? */
static bool is_for_later(const struct ilf__flight *flight, enum ilf__action action)
{
    size_t n = 0;

    if (action != ILF__ACTION_NONE)
        return action == ILF__ACTION_RETRY;
    if (!flight->records)
        return flight->result.verdict == ILF_RETRY;
    for (size_t i = 0; i < flight->p->shown.n_records; i++)
        n += flight->records[i] == ILF_RETRY;
    return n > flight->p->shown.n_records / 2;
}

/* What the end of a send tells of its endpoint. One that says "not now" is there, however many it says
 * it to; it is its share that counts. */
static enum ilf__reach reach_of(const struct ilf__flight *flight, enum ilf__action action)
{
    const ilf_result *r = &flight->result;
    bool unreached = r->flags & ILF_RESULT_UNREACHED;

    if (r->verdict == ILF_CANCELLED)
        return ILF__REACH_UNKNOWN;
    if (is_for_later(flight, action) &&
        (r->retry_after > 0 || r->code == 429 || (r->code >= 500 && r->code < 600)))
        return unreached ? ILF__FAILING : ILF__THROTTLED;
    return unreached ? ILF__UNREACHED : ILF__REACHED;
}

static enum ilf__load load_of(enum ilf__reach reach)
{
    return reach == ILF__UNREACHED       ? ILF__LOAD_TOO_MUCH
           : reach == ILF__REACH_UNKNOWN ? ILF__LOAD_UNKNOWN
           : reach == ILF__REACHED       ? ILF__LOAD_FINE
                                         : ILF__LOAD_THROTTLED;
}

static void settle(struct ilf__delivery *d, struct ilf__flight *flight, enum ilf__action action)
{
    int verdict = common_verdict(flight);

    if (action == ILF__ACTION_DROP)
        bury(d, flight->p, ILF__END_ACTION, flight->result.code, flight->reason);
    else if (verdict == MIXED)
        ilf__delivery_settle_records(d, flight);
    else
        settle_whole(d, flight,
                     action == ILF__ACTION_RETRY         ? ILF_RETRY
                     : action == ILF__ACTION_DEAD_LETTER ? ILF_REJECT
                     : action == ILF__ACTION_SPLIT       ? ILF_TOO_LARGE
                                                         : verdict);
}

/* What has become of the endpoint, as its breaker says at @now; the reason says what it answered. */
static void tell_breaker(struct ilf__delivery *d, enum ilf__breaker_change change, size_t endpoint,
                         const struct ilf__breaker *b, const struct ilf__flight *flight)
{
    const char *name = *d->tuning.endpoints[endpoint] ? d->tuning.endpoints[endpoint] : "the sink";
    uint64_t from = b->open && b->open_until > b->rests_until ? b->open_until : b->rests_until;
    double pause = from > flight->ended_at ? (double)(from - flight->ended_at) / 1e9 : 0;
    int32_t code = flight->result.code;
    char status[32] = "";
    uint64_t untold;

    if (code >= 100 && code < 600)
        (void)snprintf(status, sizeof(status), " (HTTP %d)", (int)code);
    if (change == ILF__BREAKER_OPENED)
        ilf__log(d->f, ILF_LEVEL_ERROR,
                 "%s: circuit open after %llu failures%s, retrying with a probe in %.1f s: %s",
                 name, (unsigned long long)b->failures, status, pause, flight->reason);
    else if (change == ILF__BREAKER_CLOSED)
        ilf__log(d->f, ILF_LEVEL_INFO, "%s: circuit closed", name);
    else if (change == ILF__BREAKER_SPENT &&
             ilf__tell_now(&d->told_spent, flight->ended_at, &untold)) {
        d->said_spent = true;
        ilf__log(d->f, ILF_LEVEL_WARN,
                 "%s: most requests must wait%s, retrying with a probe in %.1f s: %s", name, status,
                 pause, flight->reason);
    } else if (change == ILF__BREAKER_EARNS && d->said_spent) {
        d->said_spent = false;
        ilf__log(d->f, ILF_LEVEL_INFO, "%s: takes requests again", name);
    }
}

/* Tell limiter and breaker of the end of @flight. Under the lock. */
static enum ilf__breaker_change learn(struct ilf__delivery *d, const struct ilf__flight *flight,
                                      enum ilf__action action)
{
    enum ilf__reach reach = reach_of(flight, action);
    uint64_t asked = asked_pause(d, &flight->result);
    size_t endpoint = flight->p->shown.endpoint;
    enum ilf__breaker_change change;

    ilf__limiter_ended(&d->limiter, load_of(reach), d->in_flight, flight->p->sent_at,
                       flight->ended_at);
    change = ilf__breakers_ended(&d->breakers, endpoint, reach, flight->ended_at);
    if (d->hurried) /* there is no time to wait: each payload is tried once more */
        ilf__breakers_hurry(&d->breakers);
    else if (reach == ILF__THROTTLED || (reach == ILF__FAILING && asked > 0))
        ilf__breakers_asked(&d->breakers, endpoint, asked, flight->ended_at);
    return change;
}

void ilf__delivery_settle(struct ilf__delivery *d)
{
    while (d->done) {
        struct ilf__flight *flight = d->done;
        enum ilf__action action = action_of(d, flight);
        size_t endpoint = flight->p->shown.endpoint;
        enum ilf__breaker_change change = learn(d, flight, action);
        struct ilf__breaker breaker = d->breakers.of[endpoint];

        d->done = flight->next_done;
        if (!d->done)
            d->done_end = &d->done;
        pthread_mutex_unlock(&d->lock);
        ilf__count_send(&d->counts, flight->ended_at - flight->p->sent_at);
        tell_breaker(d, change, endpoint, &breaker, flight);
        settle(d, flight, action);
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
