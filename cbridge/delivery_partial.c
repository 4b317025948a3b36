/* What becomes of a payload of whose records some were taken and others not. */
#include "delivery_parts.h"

#include <stdlib.h>

/* The verdicts of a flight as they are taken: what is neither delivered nor to be sent again dies.
 */
struct verdicts {
    const struct ilf__flight *flight;
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

    if (verdict == ILF_DELIVERED)
        return false;
    return verdict == ILF_REJECT || verdict == ILF_TOO_LARGE ||
           (v->no_more_tries && verdict != ILF_CANCELLED); /* what was not sent was not tried */
}

static bool is_sent_again(const void *context, size_t record)
{
    return !is_delivered(context, record) && !dies(context, record);
}

/* Has the record been tried, in vain? */
static bool has_failed(const void *context, size_t record)
{
    const struct verdicts *v = context;

    return v->flight->records[record] == ILF_RETRY;
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

/* Count the records that have ended, and put @rest (NULL: nothing) in the place of the payload. The
 * dead ones have not ended if they are @waiting for their letters. */
static void apply(struct ilf__delivery *d, struct ilf__flight *flight, const struct sums *sums,
                  struct ilf__payload *rest, struct ilf__waiting *waiting)
{
    uint64_t lost = waiting ? 0 : sums->rejected + sums->too_large + sums->out_of_tries;

    pthread_mutex_lock(&d->lock);
    ilf__delivery_end(d, ILF__END_DELIVERED, sums->delivered);
    if (lost > 0) {
        ilf__delivery_end(d, d->letters ? ILF__END_DEAD : ILF__END_REJECTED, sums->rejected);
        ilf__delivery_end(d, d->letters ? ILF__END_DEAD : ILF__END_TOO_LARGE, sums->too_large);
        ilf__delivery_end(d, d->letters ? ILF__END_DEAD : ILF__END_RETRIES, sums->out_of_tries);
    }
    if (rest)
        ilf__queue_swap(&d->queue, flight->p, &rest, 1);
    else
        ilf__queue_forget(&d->queue, flight->p);
    if (waiting) {
        ilf__queue_hold(&d->queue, waiting->p);
        ilf__delivery_wait(d, waiting);
    }
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
                    struct ilf__payload *rest, struct ilf__payload *dead)
{
    struct ilf__payload *parts[2];
    size_t n = 0;
    ilf_error err;

    if (p->sequence == 0)
        return;
    if (rest)
        parts[n++] = rest;
    if (dead)
        parts[n++] = dead;
    if (n == 0) {
        ilf__delivery_remove(d, p->sequence);
        return;
    }
    ILF__POINT("settle-before-replace");
    if (ilf__spool_replace(d->spool, p->sequence, parts, n, &err) != ILF_OK)
        parts[0]->sequence = p->sequence;
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

/* What shall wait for its letters, of which all that die are a part. NULL: out of memory. */
static struct ilf__waiting *make_waiting(struct ilf__delivery *d, const struct verdicts *v,
                                         const struct ilf__dead *dead)
{
    const struct ilf__payload *p = v->flight->p;
    struct sums sums = add_up(v);
    struct ilf__waiting *w = ilf__waiting_new(d, p, dead,
                                              sums.rejected > 0    ? ILF__END_REJECTED
                                              : sums.too_large > 0 ? ILF__END_TOO_LARGE
                                                                   : ILF__END_RETRIES);

    if (!w)
        return NULL;
    w->p = ilf__payload_part(p, ilf__payload_id(), dies, v);
    if (w->p)
        return w;
    free(w);
    return NULL;
}

/* Write the letters of those that die, or let them wait for it. False: out of memory for that. */
static bool end_dying(struct ilf__delivery *d, const struct verdicts *v,
                      struct ilf__waiting **waiting)
{
    const struct ilf__dead dead = {dies, reason_of, v, v->flight->result.code};
    struct ilf__payload *p = v->flight->p;
    bool done = true;

    *waiting = NULL;
    if (!any(p, dies, v))
        return true;
    p->shown.attempt++; /* the letters count this one */
    if (!ilf__delivery_write_letters(d, p, &dead)) {
        *waiting = make_waiting(d, v, &dead);
        done = *waiting;
    }
    p->shown.attempt--;
    return done;
}

void ilf__delivery_settle_records(struct ilf__delivery *d, struct ilf__flight *flight)
{
    struct ilf__payload *p = flight->p, *rest;
    struct verdicts v = {flight, ilf__delivery_is_exhausted(d, p->shown.attempt + 1)};
    struct ilf__waiting *waiting = NULL;
    struct sums sums;
    uint64_t pause;
    bool failed;

    if (!make_rest(&v, &rest) || !end_dying(d, &v, &waiting)) {
        free(rest); /* nothing has happened, but for what the sink has: send all of it again */
        ilf__delivery_count_try(d, p, &flight->result);
        p->shown.flags |= ILF_PAYLOAD_MAY_REPEAT;
        ilf__delivery_send_again(d, p, ILF__SHORT_PAUSE);
        return;
    }
    sums = add_up(&v);
    failed = any(p, has_failed, &v);
    if (rest && failed)
        ilf__delivery_count_try(d, rest, &flight->result);
    replace(d, p, rest, waiting ? waiting->p : NULL);
    if (rest) {
        rest->shown.endpoint = p->shown.endpoint;
        rest->asked_by = p->asked_by;
        rest->asked_until = p->asked_until;
    }
    if (rest && failed) { /* else it was only cancelled, and goes on at once */
        pause = ilf__delivery_pause_before(d, rest, &flight->result);
        rest->due = ilf__monotonic() + pause;
        ilf__delivery_tell_retry(d, rest->shown.n_records, p->shown.n_records, flight->reason,
                                 pause);
    }
    apply(d, flight, &sums, rest, waiting);
    free(p);
}
