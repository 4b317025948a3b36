/* The thread of a delivery: sends what is due, and waits for what happens next. */
#include "delivery_parts.h"

#include <stdlib.h>

#include "common_options.h"
#include "handover.h"

/* How often a spool is looked at for what another instance has left in it, and what failed is tried
 * again. */
static const uint64_t TICK = 1000000000;

enum { REFILL = 32 };

/* All below are called, and return, under the lock, which some of them open meanwhile. */

/* --- Into the queue --------------------------------------------------------------------------- */

static void close_older_than(struct ilf__delivery *d, uint64_t before)
{
    struct ilf__list list;
    struct ilf__payload *p;

    if (d->collecting)
        return;
    ilf__collect_close(&d->collector, before);
    list = ilf__collect_take(&d->collector);
    while ((p = ilf__list_take(&list)))
        ilf__queue_add(&d->queue, p);
    d->open = d->collector.open;
    d->oldest_open = ilf__collect_oldest(&d->collector);
}

void ilf__delivery_close_all(struct ilf__delivery *d)
{
    close_older_than(d, UINT64_MAX);
}

static void close_aged(struct ilf__delivery *d, uint64_t now)
{
    uint64_t age = (uint64_t)d->options->batch.max_age;

    if (d->oldest_open == UINT64_MAX)
        return;
    if (d->urgent)
        close_older_than(d, UINT64_MAX);
    else if (now >= d->oldest_open + age)
        close_older_than(d, now - age + 1);
}

static uint64_t count_delivered(const struct ilf__delivery *d)
{
    return atomic_load_explicit(&d->counts.ends[ILF__END_DELIVERED], memory_order_relaxed);
}

/* May the spool be read now? A stopping pipeline goes on with it while the sink takes what it gets; after
 * a reload, the next instance does. */
static bool may_refill(const struct ilf__delivery *d, uint64_t now)
{
    if (!d->spool || d->lingers || d->cancelled || now < d->refill_at)
        return false;
    return !d->stopping ||
           (now < d->deadline && (!d->queue.waiting || count_delivered(d) > d->delivered));
}

/* Read what is on disk only, while there is room for it. */
static void refill(struct ilf__delivery *d, uint64_t now)
{
    bool in_order = d->options->delivery.order != ILF__ORDER_NONE, may = may_refill(d, now);

    d->delivered = count_delivered(d);
    for (int i = 0; i < REFILL && may && now >= d->refill_at &&
                    d->queue.held.bytes < d->options->queue.max_bytes / 2;
         i++) {
        struct ilf__spool_stats stats;
        struct ilf__payload *p = NULL;
        ilf_status status = ILF_OK;
        ilf_error err;

        pthread_mutex_unlock(&d->lock);
        ilf__spool_stats(d->spool, &stats);
        if (stats.unclaimed > 0 && (!in_order || ilf__handover_may_read(d)))
            status = ilf__spool_next(d->spool, &p, d, &err);
        if (status != ILF_OK) {
            d->refill_at = now + TICK;
            if (ilf__worth_telling(d->told_refill++))
                ilf__log(d->f, ILF_LEVEL_ERROR, "spool: %s; what is in it waits", err.text);
        }
        pthread_mutex_lock(&d->lock);
        if (!p) {
            if (d->stopping) /* another instance was faster: do not wait for it */
                d->refill_at = now + TICK;
            return;
        }
        ILF__POINT("replay-read");
        ilf__metrics_add(&d->counts.recovered, p->shown.n_events);
        ilf__queue_add(&d->queue, p);
        d->nudged = d->nudged || i + 1 == REFILL;
    }
}

static void look_after_spool(struct ilf__delivery *d, uint64_t now)
{
    if (!d->spool || d->stopping || now < d->look_at)
        return;
    d->look_at = now + TICK;
    pthread_mutex_unlock(&d->lock);
    ilf__spool_look(d->spool);
    pthread_mutex_lock(&d->lock);
}

/* --- Out of the queue ------------------------------------------------------------------------- */

static bool is_expired(struct ilf__delivery *d, const struct ilf__payload *p)
{
    uint64_t age = (uint64_t)d->options->retry.max_age;

    return age > 0 && d->f->host.now(d->f) > p->shown.accepted_at + age;
}

static void expire(struct ilf__delivery *d, uint64_t now)
{
    struct ilf__payload *p = ilf__queue_take(&d->queue, now);

    pthread_mutex_unlock(&d->lock);
    if (ilf__delivery_bury(d, p, true, ILF__END_EXPIRED, 0, "older than Retry.MaxAge")) {
        pthread_mutex_lock(&d->lock);
        if (d->waiters > 0)
            pthread_cond_broadcast(&d->room);
        return;
    }
    pthread_mutex_lock(&d->lock);
    p->due = now + TICK;
    ilf__queue_retry(&d->queue, p);
}

static void send_one(struct ilf__delivery *d, size_t endpoint, uint64_t now)
{
    struct ilf__payload *p = ilf__queue_take(&d->queue, now);
    struct ilf__flight *flight = d->flights;

    while (flight->p)
        flight++;
    flight->p = p;
    d->in_flight++;
    p->sent_at = now;
    p->shown.endpoint = endpoint;
    ilf__limiter_sent(&d->limiter, p->shown.n_records, p->shown.bytes.len);
    if (p->shown.flags & ILF_PAYLOAD_MAY_REPEAT)
        ilf__metrics_add(&d->counts.repeated, p->shown.n_events);
    pthread_mutex_unlock(&d->lock);
    ILF__POINT("send");
    d->f->ops->send(d->f->self, &p->shown);
    ILF__POINT("sent");
    pthread_mutex_lock(&d->lock);
    ilf__delivery_settle(d);
}

/* The endpoints that @p shall leave alone. */
static uint64_t to_avoid(const struct ilf__delivery *d, const struct ilf__payload *p, uint64_t now)
{
    return d->hurried || d->queue.in_order || now >= p->asked_until ? 0 : p->asked_by;
}

/* Let the next payload wait for endpoints that could be had, but not by it. */
static void put_off(struct ilf__delivery *d, uint64_t now)
{
    struct ilf__payload *p = ilf__queue_take(&d->queue, now);

    p->due = p->asked_until;
    ilf__queue_retry(&d->queue, p);
}

/* Send what may be sent now. Returns when there will be more, unless something happens before. */
static uint64_t send_due(struct ilf__delivery *d)
{
    while (!d->cancelled && !d->heir && d->in_flight < d->n_flights) {
        uint64_t now = ilf__monotonic(), when, avoid;
        const struct ilf__payload *next;
        size_t endpoint;

        d->queue.new_first = false;
        next = ilf__queue_next(&d->queue, now);
        if (!next)
            return ilf__queue_due(&d->queue);
        if (is_expired(d, next)) {
            expire(d, now);
            continue;
        }
        /* A probe with what was refused before may tell of that payload only. */
        d->queue.new_first = ilf__breakers_all_are_spent(&d->breakers);
        next = ilf__queue_next(&d->queue, now);
        if (!ilf__limiter_allows(&d->limiter, d->in_flight, now, &when))
            return when;
        avoid = to_avoid(d, next, now);
        if (!ilf__breakers_pick(&d->breakers, avoid, now, &endpoint, &when)) {
            if (avoid == 0 || when > now)
                return when;
            put_off(d, now);
            continue;
        }
        send_one(d, endpoint, now);
    }
    return UINT64_MAX;
}

/* --- Waiting ---------------------------------------------------------------------------------- */

static void earlier(uint64_t *when, uint64_t other)
{
    *when = other < *when ? other : *when;
}

static void pause_until(struct ilf__delivery *d, uint64_t when)
{
    uint64_t now = ilf__monotonic();
    const ilf_flusher_ops *ops = d->f->ops;
    bool now_already;

    if (d->oldest_open != UINT64_MAX && !d->collecting)
        earlier(&when, d->oldest_open + (uint64_t)d->options->batch.max_age);
    if (d->stopping)
        earlier(&when, now < d->deadline ? d->deadline : d->deadline + ILF__STOP_GRACE);
    if (d->spool && !d->stopping)
        earlier(&when, now + TICK);
    if (d->queue.held.payloads > 0 && !d->stopping)
        earlier(&when, d->report.at);
    if (d->options->retry.max_age > 0 && d->queue.held.payloads > d->in_flight)
        earlier(&when, now + TICK); /* what can't be sent may get too old */
    now_already = d->nudged || d->done || when <= now;
    if (ops->poll) {
        if (now_already && d->in_flight == 0)
            return;
        d->polling = !now_already;
        pthread_mutex_unlock(&d->lock);
        ops->poll(d->f->self, now_already ? 0 : when == UINT64_MAX ? -1 : (int64_t)(when - now));
        pthread_mutex_lock(&d->lock);
        d->polling = false;
    } else if (!now_already && when == UINT64_MAX) {
        pthread_cond_wait(&d->work, &d->lock);
    } else if (!now_already) {
        const struct timespec at = {(time_t)(when / 1000000000), (long)(when % 1000000000)};

        (void)pthread_cond_timedwait(&d->work, &d->lock, &at);
    }
}

/* --- The end ---------------------------------------------------------------------------------- */

/* Is there something in the spool for refill to read? */
static bool has_backlog(struct ilf__delivery *d)
{
    struct ilf__spool_stats stats;

    if (!may_refill(d, ilf__monotonic()))
        return false;
    pthread_mutex_unlock(&d->lock);
    ilf__spool_stats(d->spool, &stats);
    pthread_mutex_lock(&d->lock);
    return stats.unclaimed > 0;
}

/* Is there nothing left to do, or no time for it? */
static bool is_finished(struct ilf__delivery *d)
{
    uint64_t now;

    if (!d->stopping || has_backlog(d))
        return false;
    now = ilf__monotonic();
    if (d->queue.held.payloads == 0 && d->queue.awaited == 0)
        return true; /* else older instances, which have no time left, may yet pass something on */
    if (d->spool && d->queue.held.payloads > 0 && d->queue.unspooled == 0 && d->in_flight == 0 &&
        !d->queue.ready.head)
        return true; /* the sink has refused what is left, and the spool has it: why wait? */
    if (now < d->deadline)
        return false;
    if (!d->cancelled) {
        d->cancelled = true;
        pthread_mutex_unlock(&d->lock);
        if (d->f->ops->cancel)
            d->f->ops->cancel(d->f->self);
        pthread_mutex_lock(&d->lock);
        ilf__delivery_settle(d);
    }
    return d->in_flight == 0 || now >= d->deadline + ILF__STOP_GRACE;
}

/* What has come back is the heir's, who waits for what has not. */
static void pass_on(struct ilf__delivery *d)
{
    if (!d->heir ||
        (d->queue.held.payloads == d->queue.taken && d->heritage.awaited == d->queue.taken))
        return;
    pthread_mutex_unlock(&d->lock);
    ilf__handover_pass(d);
    pthread_mutex_lock(&d->lock);
}

void *ilf__delivery_run(void *delivery)
{
    struct ilf__delivery *d = delivery;

    (void)pthread_setname_np(pthread_self(), "ilf-delivery");
    pthread_mutex_lock(&d->lock);
    d->runner = pthread_self();
    for (;;) {
        uint64_t when, letters_due, now;

        ilf__delivery_settle(d);
        d->nudged = false; /* all that anybody has done until now is looked at below */
        now = ilf__monotonic();
        close_aged(d, now);
        letters_due = ilf__delivery_retry_letters(d); /* the last may be all that was left to do */
        pass_on(d);
        if (is_finished(d))
            break;
        look_after_spool(d, now);
        refill(d, now);
        when = send_due(d);
        earlier(&when, letters_due);
        pthread_mutex_unlock(&d->lock);
        if (d->n_removals > 0)
            ilf__delivery_flush_removals(d);
        ilf__report_backlog(d, &d->report, now);
        pthread_mutex_lock(&d->lock);
        pause_until(d, when);
    }
    pass_on(d);
    pthread_mutex_unlock(&d->lock);
    ilf__handover_leave(d);
    pthread_mutex_lock(&d->lock);
    ilf__delivery_keep_rest(d);
    pthread_mutex_unlock(&d->lock);
    ilf__delivery_flush_removals(d);
    if (d->spool)
        ilf__spool_look(d->spool); /* what stays in it shall be found */
    ilf__handover_end(d);
    return NULL;
}
