/* What becomes of a payload when its send has ended. */
#include "delivery_parts.h"

#include <stdlib.h>

/* While the pipeline stops no pause is longer, so that there is time for more than one try. */
static const uint64_t URGENT_PAUSE = 1000000000;

/* After a failure of our own, such as a lack of memory. */
static const uint64_t SHORT_PAUSE = 500000000;

/* --- Back into the queue ---------------------------------------------------------------------- */

static void send_again(struct ilf__delivery *d, struct ilf__payload *p, uint64_t pause)
{
    pthread_mutex_lock(&d->lock);
    if (d->urgent && pause > URGENT_PAUSE)
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
        send_again(d, p, SHORT_PAUSE);
}

static uint64_t pause_before(struct ilf__delivery *d, uint32_t attempt, const ilf_result *result)
{
    const struct ilf__retry_options *o = &d->options->retry;
    uint64_t pause = ilf__backoff_draw(ilf__backoff_limit(o, attempt - 1));
    int64_t asked =
        result->retry_after < o->max_retry_after ? result->retry_after : o->max_retry_after;

    return asked > 0 && (uint64_t)asked > pause ? (uint64_t)asked : pause;
}

/* Is there no further try for what has been tried @tries times? */
static bool is_exhausted(const struct ilf__delivery *d, uint32_t tries)
{
    const struct ilf__retry_options *o = &d->options->retry;

    return !o->enable || (o->max_retry_times >= 0 && tries > (uint64_t)o->max_retry_times);
}

static void count_try(struct ilf__delivery *d, struct ilf__payload *p, const ilf_result *result)
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

    if (is_exhausted(d, p->shown.attempt + 1)) {
        bury(d, p, ILF__END_RETRIES, flight->result.code, flight->reason);
        return;
    }
    count_try(d, p, &flight->result);
    pause = pause_before(d, p->shown.attempt, &flight->result);
    if (ilf__worth_telling(d->told_retry++))
        ilf__log(d->f, ILF_LEVEL_WARN, "send: %s; trying again in %.1f s", flight->reason,
                 (double)pause / 1e9);
    ILF__POINT("settle-retry");
    send_again(d, p, pause);
}

/* --- Whole payloads --------------------------------------------------------------------------- */

static void delivered(struct ilf__delivery *d, struct ilf__flight *flight)
{
    struct ilf__payload *p = flight->p;
    uint64_t sequence = p->sequence, raw = p->shown.bytes.len;

    ILF__POINT("settle-delivered");
    pthread_mutex_lock(&d->lock);
    ilf__delivery_end(d, ILF__END_DELIVERED, p->shown.n_events);
    ilf__queue_forget(&d->queue, p);
    pthread_mutex_unlock(&d->lock);
    ilf__metrics_add(&d->counts.raw, raw);
    ilf__metrics_add(&d->counts.wire,
                     flight->result.wire_bytes > 0 ? flight->result.wire_bytes : raw);
    ilf__delivery_remove(d, sequence);
    free(p);
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
        send_again(d, p, SHORT_PAUSE);
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
        send_again(d, flight->p, 0);
        break;
    default:
        retry(d, flight);
    }
}

/* --- Partial failures ------------------------------------------------------------------------- */

/* The verdicts of a flight as they are taken: what is neither delivered nor to be sent again dies.
 */
struct verdicts {
    const struct ilf__flight *flight;
    bool keep_dying;    /* the dead letters can't be written: send those again too */
    bool no_more_tries; /* what should be sent again dies */
};

static bool is_delivered(const struct verdicts *v, size_t record)
{
    return v->flight->records[record] == ILF_DELIVERED;
}

static bool dies(const void *context, size_t record)
{
    const struct verdicts *v = context;
    uint8_t verdict = v->flight->records[record];

    if (v->keep_dying || verdict == ILF_DELIVERED)
        return false;
    return verdict == ILF_REJECT || verdict == ILF_TOO_LARGE || v->no_more_tries;
}

static bool is_sent_again(const void *context, size_t record)
{
    return !is_delivered(context, record) && !dies(context, record);
}

static ilf_str reason_of(const void *context, size_t record)
{
    const struct verdicts *v = context;
    const struct ilf__flight *flight = v->flight;
    const uint8_t *at = flight->records + flight->p->shown.n_records;

    if (flight->result.reasons) {
        for (size_t i = 0; i < record; i++)
            at += 1 + *at;
        if (*at > 0)
            return (ilf_str){(const char *)at + 1, *at};
    }
    return (ilf_str){flight->reason, strlen(flight->reason)};
}

struct sums {
    uint64_t delivered, rejected, too_large, out_of_tries; /* events */
    uint64_t raw;                                          /* bytes delivered */
};

static struct sums add_up(const struct verdicts *v)
{
    const struct ilf__payload *p = v->flight->p;
    struct sums sums = {0};

    for (size_t i = 0; i < p->shown.n_records; i++) {
        uint64_t n = p->shown.ends[i].n_events;

        if (is_delivered(v, i)) {
            sums.delivered += n;
            sums.raw += ilf_payload_record(&p->shown, i).len;
        } else if (!dies(v, i)) {
            continue;
        } else if (v->flight->records[i] == ILF_REJECT) {
            sums.rejected += n;
        } else if (v->flight->records[i] == ILF_TOO_LARGE) {
            sums.too_large += n;
        } else {
            sums.out_of_tries += n;
        }
    }
    return sums;
}

static bool any(const struct ilf__payload *p, bool (*of)(const void *, size_t), const void *context)
{
    for (size_t i = 0; i < p->shown.n_records; i++)
        if (of(context, i))
            return true;
    return false;
}

/* Count the records that have ended, and put @rest (NULL: nothing) in the place of the payload. */
static void apply(struct ilf__delivery *d, struct ilf__flight *flight, const struct sums *sums,
                  struct ilf__payload *rest)
{
    uint64_t lost = sums->rejected + sums->too_large + sums->out_of_tries;

    pthread_mutex_lock(&d->lock);
    ilf__delivery_end(d, ILF__END_DELIVERED, sums->delivered);
    ilf__delivery_end(d, d->letters ? ILF__END_DEAD : ILF__END_REJECTED, sums->rejected);
    ilf__delivery_end(d, d->letters ? ILF__END_DEAD : ILF__END_TOO_LARGE, sums->too_large);
    ilf__delivery_end(d, d->letters ? ILF__END_DEAD : ILF__END_RETRIES, sums->out_of_tries);
    if (rest)
        ilf__queue_swap(&d->queue, flight->p, &rest, 1);
    else
        ilf__queue_forget(&d->queue, flight->p);
    pthread_mutex_unlock(&d->lock);
    ilf__metrics_add(&d->counts.raw, sums->raw);
    ilf__metrics_add(&d->counts.wire,
                     flight->result.wire_bytes > 0 ? flight->result.wire_bytes : sums->raw);
    if (lost > 0)
        ilf__delivery_tell(d,
                           d->letters            ? ILF__END_DEAD
                           : sums->rejected > 0  ? ILF__END_REJECTED
                           : sums->too_large > 0 ? ILF__END_TOO_LARGE
                                                 : ILF__END_RETRIES,
                           lost, flight->reason);
}

/* In the spool too, what is left takes the payload's place. If the spool fails, the whole stays in
 * it: after a crash, what was delivered of it is sent again. */
static void replace(struct ilf__delivery *d, const struct ilf__payload *p,
                    struct ilf__payload *rest)
{
    ilf_error err;

    if (p->sequence == 0)
        return;
    ILF__POINT("settle-before-replace");
    if (ilf__spool_replace(d->spool, p->sequence, &rest, 1, &err) != ILF_OK)
        rest->sequence = p->sequence;
    ILF__POINT("settle-replaced");
}

/* What is left to be sent again, in *@rest. False: out of memory for it. */
static bool make_rest(struct verdicts *v, struct ilf__payload **rest)
{
    const struct ilf__payload *p = v->flight->p;

    *rest = NULL;
    if (!any(p, is_sent_again, v))
        return true;
    *rest = ilf__payload_part(p, ilf__payload_id(), is_sent_again, v);
    return *rest;
}

static void settle_records(struct ilf__delivery *d, struct ilf__flight *flight)
{
    struct ilf__payload *p = flight->p, *rest;
    struct verdicts v = {flight, false, is_exhausted(d, p->shown.attempt + 1)};
    bool made = make_rest(&v, &rest);
    struct sums sums;

    if (made && any(p, dies, &v)) {
        p->shown.attempt++; /* the letters count this one */
        made = ilf__delivery_write_letters(d, p, dies, reason_of, &v, flight->result.code);
        p->shown.attempt--;
        if (!made) {
            v.keep_dying = true;
            free(rest);
            made = make_rest(&v, &rest);
        }
    }
    if (!made) { /* nothing has happened, but for what the sink has: send all of it again */
        count_try(d, p, &flight->result);
        p->shown.flags |= ILF_PAYLOAD_MAY_REPEAT;
        send_again(d, p, SHORT_PAUSE);
        return;
    }
    sums = add_up(&v);
    if (rest) {
        count_try(d, rest, &flight->result);
        replace(d, p, rest);
        rest->due = ilf__monotonic() + pause_before(d, rest->shown.attempt, &flight->result);
        if (ilf__worth_telling(d->told_retry++))
            ilf__log(d->f, ILF_LEVEL_WARN, "send: %zu of %zu records were not taken: %s",
                     rest->shown.n_records, p->shown.n_records, flight->reason);
    }
    apply(d, flight, &sums, rest);
    if (!rest)
        ilf__delivery_remove(d, p->sequence);
    free(p);
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
    if (action == ILF__ACTION_DROP)
        bury(d, flight->p, ILF__END_ACTION, flight->result.code, flight->reason);
    else if (verdict < 0)
        settle_records(d, flight);
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
    const char *name =
        *d->tuning.endpoints[endpoint] ? d->tuning.endpoints[endpoint] : "the sink";

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
        if (d->urgent)
            ilf__breakers_hurry(&d->breakers);
        pthread_mutex_unlock(&d->lock);
        ilf__count_send(&d->counts, flight->ended_at - flight->p->sent_at);
        tell_breaker(d, change, endpoint, flight->reason);
        settle(d, flight);
        pthread_mutex_lock(&d->lock);
        free(flight->records);
        *flight = (struct ilf__flight){0};
        d->in_flight--;
        if (d->waiters > 0)
            pthread_cond_broadcast(&d->room);
    }
}
