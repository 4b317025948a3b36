/* The end of a flush: the batch's records become the queue's, or the spool's. */
#include "delivery_parts.h"

#include <stdlib.h>

#include "common_options.h"

/* How long a flush waits before it looks again whether the spool's disk has room. */
static const uint64_t LOOK_AGAIN = 250000000;

/* --- Room ------------------------------------------------------------------------------------- */

/* Wait until something leaves the queue, or for @time nanoseconds. Under the lock. */
static void wait_for_room(struct ilf__delivery *d, uint64_t time)
{
    uint64_t end = ilf__monotonic() + time;
    const struct timespec at = {(time_t)(end / 1000000000), (long)(end % 1000000000)};

    d->waiters++;
    (void)pthread_cond_timedwait(&d->room, &d->lock, &at);
    d->waiters--;
}

/* Drop the oldest payload of the queue. Called, and returns, under the lock, which it opens. */
static bool drop_oldest(struct ilf__delivery *d)
{
    struct ilf__payload *p = ilf__queue_drop_oldest(&d->queue);
    ilf_error err;
    bool tell;

    if (!p)
        p = ilf__delivery_take_waiting(d);

    if (!p)
        return false;
    ilf__delivery_end(d, ILF__END_FULL, p->shown.n_events);
    pthread_mutex_unlock(&d->lock);
    ilf__delivery_tell(d, ILF__END_FULL, p->shown.n_events,
                       "no room, and Queue.WhenFull is drop-oldest");
    tell = p->sequence != 0 && ilf__spool_remove(d->spool, &p->sequence, 1, &err) != ILF_OK;
    free(p);
    pthread_mutex_lock(&d->lock);
    if (tell && ilf__worth_telling(d->told_drop++)) {
        pthread_mutex_unlock(&d->lock);
        ilf__log(d->f, ILF_LEVEL_WARN, "spool: %s; what was dropped may yet be sent", err.text);
        pthread_mutex_lock(&d->lock);
    }
    return true;
}

/* Does what the collector has fit beside the queue? Into an empty queue all fits. */
bool ilf__delivery_fits(const struct ilf__delivery *d)
{
    const struct ilf__queue_options *o = &d->options->queue;
    const struct ilf__amount *held = &d->queue.held, *more = &d->collector.open;

    if (d->urgent || held->payloads == 0)
        return true;
    return held->bytes + more->bytes <= o->max_bytes &&
           (o->max_records == 0 || held->records + more->records <= (uint64_t)o->max_records);
}

/* Wait for room in memory. False: the batch is to be dropped. */
static bool make_room(struct ilf__delivery *d)
{
    bool room;

    pthread_mutex_lock(&d->lock);
    while (!ilf__delivery_fits(d) && d->options->queue.when_full != ILF__DROP_NEWEST)
        if (d->options->queue.when_full != ILF__DROP_OLDEST || !drop_oldest(d))
            wait_for_room(d, UINT64_C(3600000000000));
    room = ilf__delivery_fits(d);
    pthread_mutex_unlock(&d->lock);
    return room;
}

static ilf_status drop_batch(struct ilf__delivery *d)
{
    struct ilf__collector *c = &d->collector;
    uint64_t events = c->open.events - c->before.events + c->rejects.events;

    ilf__collect_undo(c);
    pthread_mutex_lock(&d->lock);
    d->taken = events;
    ilf__metrics_add(&d->counts.accepted, events);
    ilf__delivery_end(d, ILF__END_FULL, events);
    ilf__delivery_leave_and_unlock(d);
    ilf__delivery_tell(d, ILF__END_FULL, events, "no room, and Queue.WhenFull is drop-newest");
    return ILF_OK;
}

/* --- Spool ------------------------------------------------------------------------------------ */

/* May @bytes more be in memory as well as on disk? Not before those that are on disk only. */
static bool may_hold(struct ilf__delivery *d, uint64_t bytes)
{
    struct ilf__spool_stats stats;
    bool room;

    ilf__spool_stats(d->spool, &stats);
    pthread_mutex_lock(&d->lock);
    room = (double)(d->queue.held.bytes + bytes) <= 0.8 * (double)d->options->queue.max_bytes;
    pthread_mutex_unlock(&d->lock);
    return stats.unclaimed == 0 && room;
}

/* The spool takes nothing now. False: keep the rest in memory, since there is no time. */
static bool wait_for_spool(struct ilf__delivery *d, const char *why)
{
    bool go_on;

    pthread_mutex_lock(&d->lock);
    if (d->options->queue.when_full != ILF__DROP_OLDEST || !drop_oldest(d)) {
        bool tell = ilf__worth_telling(d->told_full++);

        pthread_mutex_unlock(&d->lock);
        if (tell)
            ilf__log(d->f, ILF_LEVEL_WARN, "spool: %s; waiting for room", why);
        pthread_mutex_lock(&d->lock);
        if (!d->urgent)
            wait_for_room(d, LOOK_AGAIN);
    }
    go_on = !d->urgent;
    pthread_mutex_unlock(&d->lock);
    return go_on;
}

/* Write @n payloads to the spool, or end them; ended ones become NULL. */
static void store(struct ilf__delivery *d, struct ilf__payload **payloads, size_t n,
                  const void *owner)
{
    bool drop = d->options->queue.when_full == ILF__DROP_NEWEST;
    size_t chunk = n, i = 0;
    ilf_error err;

    while (i < n) {
        ilf_status status = ilf__spool_append(d->spool, payloads + i, chunk, owner, &err);

        if (status == ILF_OK) {
            i += chunk;
        } else if (status == ILF_ERR_DROP && chunk > 1) {
            chunk = 1; /* all together are too much even for an empty spool */
        } else if (status == ILF_ERR_DROP || drop) {
            enum ilf__end end = status == ILF_ERR_DROP ? ILF__END_TOO_LARGE : ILF__END_FULL;

            for (size_t k = 0; k < chunk && i < n; k++, i++)
                if (ilf__delivery_bury(d, payloads[i], false, end, 0, err.text))
                    payloads[i] = NULL; /* else it stays in memory */
        } else if (!wait_for_spool(d, err.text)) {
            return;
        }
    }
}

/* --- The batch -------------------------------------------------------------------------------- */

static ilf_status back_out(struct ilf__delivery *d, ilf_status status)
{
    ilf__collect_undo(&d->collector);
    pthread_mutex_lock(&d->lock);
    ilf__delivery_leave_and_unlock(d);
    return status;
}

/* Write the letters of what encode has rejected, or make a list of what is to wait for them. */
static ilf_status write_rejects(struct ilf__delivery *d, struct ilf__waiting **waiting,
                                ilf_error *err)
{
    const struct ilf__reject *first = d->collector.rejects.first;
    bool room;

    *waiting = NULL;
    if (ilf__delivery_write_rejects(d, first))
        return ILF_OK;
    pthread_mutex_lock(&d->lock);
    room = d->queue.held.bytes < d->options->queue.max_bytes || d->urgent;
    pthread_mutex_unlock(&d->lock);
    if (!room)
        return ilf_fail(err, ILF_ERR_RETRY, "the dead letters can't be written");
    if (!ilf__waiting_rejects(d, first, waiting))
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory for a batch");
    return ILF_OK;
}

/* The rejected events of the batch are accepted, and wait for their letters. */
static void wait_with_rejects(struct ilf__delivery *d, struct ilf__waiting *w)
{
    pthread_mutex_lock(&d->lock);
    while (w) {
        struct ilf__waiting *next = w->next;

        ilf__metrics_add(&d->counts.accepted, w->p->shown.n_events);
        ilf__queue_hold(&d->queue, w->p);
        ilf__delivery_wait(d, w);
        w = next;
    }
    pthread_mutex_unlock(&d->lock);
    ilf__rejects_forget(&d->collector.rejects);
}

/* Count the rejected events of the batch, which are in the dead letters if there are any. */
static void end_rejects(struct ilf__delivery *d)
{
    struct ilf__collector *c = &d->collector;

    for (const struct ilf__reject *r = c->rejects.first; r; r = r->next) {
        enum ilf__end end = d->letters     ? ILF__END_DEAD
                            : r->too_large ? ILF__END_TOO_LARGE
                                           : ILF__END_NO_FORM;

        pthread_mutex_lock(&d->lock);
        ilf__metrics_add(&d->counts.accepted, r->n_events);
        ilf__delivery_end(d, end, r->n_events);
        pthread_mutex_unlock(&d->lock);
        ilf__delivery_tell(d, end, r->n_events, r->why);
    }
    ilf__rejects_forget(&c->rejects);
}

/* Queue what is in memory, and forget what is only on disk. Under the lock. */
static void enqueue(struct ilf__delivery *d, struct ilf__payload *p, bool held)
{
    d->storing -= p->shown.n_events;
    if (p->sequence != 0)
        ilf__metrics_add(&d->counts.spooled, p->shown.n_events);
    if (p->sequence == 0 || held) {
        ilf__queue_add(&d->queue, p);
        return;
    }
    ilf__metrics_add(&d->counts.parked, p->shown.n_events);
    free(p);
}

ilf_status ilf__delivery_commit(struct ilf__delivery *d, ilf_error *err)
{
    struct ilf__collector *c = &d->collector;
    struct ilf__payload **payloads = NULL, *p;
    uint64_t events = 0, bytes = 0, put = c->open.events - c->before.events;
    struct ilf__waiting *waiting;
    struct ilf__list list;
    ilf_status status;
    bool held = true;
    size_t n = 0;

    if (!d->spool && !make_room(d))
        return drop_batch(d);
    if (d->spool || d->options->batch.max_age == 0 || c->open.bytes > d->options->queue.max_bytes)
        ilf__collect_close(c, UINT64_MAX);
    if (d->spool && c->n_closed > 0) {
        payloads = malloc(c->n_closed * sizeof(*payloads));
        if (!payloads)
            return back_out(d, ilf_fail(err, ILF_ERR_NOMEM, "out of memory for a batch"));
    }
    status = write_rejects(d, &waiting, err);
    if (status != ILF_OK) {
        free(payloads);
        return back_out(d, status);
    }

    list = ilf__collect_take(c); /* from here on the batch is ours */
    for (p = list.head; p; p = p->next) {
        events += p->shown.n_events;
        bytes += p->memory;
        if (payloads)
            payloads[n++] = p;
    }
    pthread_mutex_lock(&d->lock);
    d->taken = put + c->rejects.events;
    d->open = c->open;
    d->storing += events;
    ilf__metrics_add(&d->counts.accepted, put);
    pthread_mutex_unlock(&d->lock);
    if (waiting)
        wait_with_rejects(d, waiting);
    else
        end_rejects(d);
    if (payloads) {
        ILF__POINT("accept-before-spool");
        held = may_hold(d, bytes);
        store(d, payloads, n, held ? d : NULL);
        ILF__POINT("accept-spooled");
    }
    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < n; i++)
        if (payloads[i])
            enqueue(d, payloads[i], held);
    while (!payloads && (p = ilf__list_take(&list)))
        enqueue(d, p, true);
    ilf__delivery_leave_and_unlock(d);
    ILF__POINT("accept-queued");
    free(payloads);
    return ILF_OK;
}
