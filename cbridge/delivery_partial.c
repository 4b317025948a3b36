/* What becomes of a payload of whose records some were taken and others not. */
#include "delivery_parts.h"

#include <stdlib.h>

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

void ilf__delivery_settle_records(struct ilf__delivery *d, struct ilf__flight *flight)
{
    struct ilf__payload *p = flight->p, *rest;
    struct verdicts v = {flight, false, ilf__delivery_is_exhausted(d, p->shown.attempt + 1)};
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
        ilf__delivery_count_try(d, p, &flight->result);
        p->shown.flags |= ILF_PAYLOAD_MAY_REPEAT;
        ilf__delivery_send_again(d, p, ILF__SHORT_PAUSE);
        return;
    }
    sums = add_up(&v);
    if (rest) {
        const bool failed = any(p, has_failed, &v);

        if (failed)
            ilf__delivery_count_try(d, rest, &flight->result);
        replace(d, p, rest);
        rest->due = failed ? ilf__monotonic() +
                                 ilf__delivery_pause_before(d, rest->shown.attempt, &flight->result)
                           : 0;
        if (failed && ilf__worth_telling(d->told_retry++))
            ilf__log(d->f, ILF_LEVEL_WARN, "send: %zu of %zu records were not taken: %s",
                     rest->shown.n_records, p->shown.n_records, flight->reason);
    }
    apply(d, flight, &sums, rest);
    if (!rest)
        ilf__delivery_remove(d, p->sequence);
    free(p);
}
