/* What outlives an instance that a reload stops. */
#include "handover.h"

#include "budget.h"
#include "common_options.h"

/* With the same heir. */
enum { LINGERERS = 16 };

static const uint64_t LIMIT_WAIT = 500000000;

static struct {
    pthread_once_t once;
    pthread_mutex_t lock;
    pthread_cond_t ended;        /* signalled when one that lingers has; waits by CLOCK_MONOTONIC */
    struct ilf__delivery *first; /* all that work or linger, the oldest first */
    unsigned instances;          /* of all flushers that have started and not stopped */
} all = {.once = PTHREAD_ONCE_INIT, .lock = PTHREAD_MUTEX_INITIALIZER};

static void init_ended(void)
{
    (void)ilf__init_wake(&all.ended);
}

static void lock_all(void)
{
    (void)pthread_once(&all.once, init_ended);
    pthread_mutex_lock(&all.lock);
}

static void unlock_all(void)
{
    pthread_mutex_unlock(&all.lock);
}

/* --- All of them; under the lock ------------------------------------------------------------------ */

static void list(struct ilf__delivery *d)
{
    struct ilf__delivery **link = &all.first;

    while (*link)
        link = &(*link)->heritage.next;
    *link = d;
}

static void unlist(struct ilf__delivery *d)
{
    struct ilf__delivery **link = &all.first;

    while (*link && *link != d)
        link = &(*link)->heritage.next;
    if (*link)
        *link = d->heritage.next;
}

/* Can @to do for @from what @from would have done? What is in a spool must be in that of both. */
static bool can_inherit(const struct ilf__delivery *from, const struct ilf__delivery *to)
{
    return to != from && to->heritage.key == from->heritage.key && to->f->ops == from->f->ops &&
           (!from->spool || from->spool == to->spool);
}

static struct ilf__delivery *find_heir(const struct ilf__delivery *from)
{
    struct ilf__delivery *newest = NULL;

    for (struct ilf__delivery *d = all.first; d; d = d->heritage.next)
        if (d->heritage.works && can_inherit(from, d))
            newest = d;
    return newest;
}

/* Both must be locked; opens them, having woken the thread of @to. */
static void join(struct ilf__delivery *from, struct ilf__delivery *to, struct ilf__list list)
{
    size_t before = from->heritage.awaited, now = from->queue.taken;
    uint64_t events = 0;

    for (struct ilf__payload *p = list.head; p; p = p->next) {
        events += p->shown.n_events;
        p->due = to->hurried ? 0 : p->due; /* it has no time to wait */
    }
    ilf__metrics_add(&from->counts.handed_out, events);
    ilf__metrics_add(&to->counts.handed_in, events);
    ILF__POINT("handover");
    ilf__queue_join(&to->queue, list);
    ilf__queue_await(&to->queue, now > before ? now - before : 0, now < before ? before - now : 0);
    from->heritage.awaited = now;
    pthread_mutex_unlock(&from->lock);
    ilf__delivery_nudge_and_unlock(to);
}

/* Move all that @from has and that is not under way to @to, which from now on waits for the rest. */
static void move(struct ilf__delivery *from, struct ilf__delivery *to)
{
    pthread_mutex_lock(&from->lock);
    pthread_mutex_lock(&to->lock);
    ilf__delivery_pass_waiting(from, to);
    join(from, to, ilf__queue_leave(&from->queue));
}

static void set_heir(struct ilf__delivery *d, struct ilf__delivery *heir)
{
    pthread_mutex_lock(&d->lock);
    d->heir = heir;
    d->heritage.awaited = heir ? d->heritage.awaited : 0;
    pthread_mutex_unlock(&d->lock);
}

/* From now on @to is the heir of @from. Returns how many events have passed. */
static uint64_t inherit(struct ilf__delivery *from, struct ilf__delivery *to)
{
    uint64_t end = ilf__monotonic() + (uint64_t)from->options->stop_timeout;
    uint64_t before = atomic_load(&from->counts.handed_out);
    size_t awaited;

    if (from->spool)
        ilf__spool_pass(from->spool, from, to);
    for (struct ilf__delivery *d = all.first; d; d = d->heritage.next)
        if (d->heir == from)
            set_heir(d, to);
    pthread_mutex_lock(&from->lock);
    from->heir = to;
    from->deadline = end < from->deadline ? end : from->deadline;
    awaited = from->queue.awaited;
    pthread_mutex_unlock(&from->lock);
    pthread_mutex_lock(&to->lock);
    ilf__queue_await(&to->queue, awaited, 0);
    pthread_mutex_unlock(&to->lock);
    pthread_mutex_lock(&from->lock);
    ilf__queue_await(&from->queue, 0, awaited);
    ilf__delivery_nudge_and_unlock(from);
    move(from, to);
    return atomic_load(&from->counts.handed_out) - before;
}

/* How many linger of a pipeline and sink. */
static unsigned count_lingering(uint64_t key)
{
    unsigned n = 0;

    for (const struct ilf__delivery *d = all.first; d; d = d->heritage.next)
        n += d->heritage.lingers && !d->heritage.ended && d->heritage.key == key;
    return n;
}

/* Many reloads in a row must not leave as many instances: of those that @heir waits for, all but the
 * last few have waited long enough. A reload waits until these end, if that is soon. */
static void limit_lingering(const struct ilf__delivery *heir)
{
    uint64_t now = ilf__monotonic(), end = now + LIMIT_WAIT;
    const struct timespec at = {(time_t)(end / 1000000000), (long)(end % 1000000000)};
    uint64_t key = heir->heritage.key; /* it may be gone when the wait is over */
    unsigned n = count_lingering(key);

    for (struct ilf__delivery *d = all.first; d && n > LINGERERS; d = d->heritage.next) {
        if (d->heir != heir)
            continue;
        n--;
        pthread_mutex_lock(&d->lock);
        d->deadline = now < d->deadline ? now : d->deadline;
        ilf__delivery_nudge_and_unlock(d);
    }
    while (count_lingering(key) > LINGERERS && ilf__monotonic() < end)
        (void)pthread_cond_timedwait(&all.ended, &all.lock, &at);
}

void ilf__handover_pass(struct ilf__delivery *d)
{
    lock_all();
    if (d->heir)
        move(d, d->heir);
    unlock_all();
}

bool ilf__handover_give(struct ilf__delivery *d, struct ilf__payload *p)
{
    bool given;

    lock_all();
    given = d->heir;
    if (given) {
        pthread_mutex_lock(&d->lock);
        d->storing -= p->shown.n_events;
        pthread_mutex_lock(&d->heir->lock);
        join(d, d->heir, (struct ilf__list){p, p});
    }
    unlock_all();
    return given;
}

static bool shares_spool(const struct ilf__delivery *other, const struct ilf__delivery *d)
{
    return !other->heritage.settled && other->heritage.key == d->heritage.key &&
           other->spool == d->spool;
}

/* Does @older read the spool of @d, or is it yet to give back what it has read? */
static bool is_reading_before(const struct ilf__delivery *older, const struct ilf__delivery *d)
{
    return (older->heritage.works || older->heritage.leaving) && shares_spool(older, d);
}

bool ilf__handover_may_read(struct ilf__delivery *d)
{
    const struct ilf__delivery *older;

    lock_all();
    for (older = all.first; older && older != d; older = older->heritage.next)
        if (is_reading_before(older, d))
            break;
    unlock_all();
    return older == d; /* before it is in the list, it may yet take over what is older */
}

/* Release those of whom nothing is left to do. */
static void reap(void)
{
    for (;;) {
        struct ilf__delivery *d;

        lock_all();
        for (d = all.first; d && !(d->heritage.ended && d->heritage.abandoned);)
            d = d->heritage.next;
        if (d)
            unlist(d);
        unlock_all();
        if (!d)
            return;
        (void)pthread_join(d->thread, NULL);
        ilf__flusher_dispose(d->f);
    }
}

void ilf__handover_begin(struct ilf__delivery *d)
{
    uint64_t events = 0;

    reap();
    lock_all();
    list(d);
    d->heritage.works = true;
    for (struct ilf__delivery *from = all.first; from; from = from->heritage.next)
        if (from->heritage.lingers && !from->heir && !from->heritage.leaving &&
            can_inherit(from, d))
            events += inherit(from, d);
    limit_lingering(d);
    pthread_mutex_lock(&d->lock);
    ilf__delivery_nudge_and_unlock(d); /* what keeps order may read its spool now */
    unlock_all();
    if (events > 0)
        ilf__log(d->f, ILF_LEVEL_INFO,
                 "reload: took over %llu records of the instance that was stopped",
                 (unsigned long long)events);
}

void ilf__handover_retire(struct ilf__delivery *d)
{
    lock_all();
    d->heritage.works = false;
    unlock_all();
}

void ilf__handover_linger(struct ilf__delivery *d)
{
    struct ilf__delivery *heir;
    uint64_t events;

    lock_all();
    d->heritage.works = false;
    d->heritage.lingers = true;
    pthread_mutex_lock(&d->lock);
    d->urgent = d->stopping = d->lingers = true;
    d->deadline = ilf__monotonic() + (uint64_t)d->options->handover_timeout;
    ilf__delivery_close_all(d);
    events = d->queue.held.events;
    ilf__delivery_nudge_and_unlock(d);
    heir = find_heir(d);
    if (heir) {
        (void)inherit(d, heir);
        limit_lingering(heir);
    }
    unlock_all();
    ILF__POINT("handover-lingers");
    if (events > 0)
        ilf__log(d->f, ILF_LEVEL_INFO, "reload: %llu records are not delivered yet: %s",
                 (unsigned long long)events,
                 heir ? "what is not in flight passes to the new instance"
                      : "they are sent on until the next instance takes them");
}

bool ilf__handover_abandon(ilf_flusher *f)
{
    struct ilf__delivery *d = f->delivery;
    bool ended;

    if (!d || !d->heritage.lingers)
        return false;
    if (!f->embedder.release)
        ilf__host_forget(f);
    lock_all();
    ended = d->heritage.ended;
    d->heritage.abandoned = true;
    unlock_all();
    if (ended)
        reap();
    return true;
}

void ilf__handover_leave(struct ilf__delivery *d)
{
    lock_all();
    d->heritage.leaving = true;
    for (struct ilf__delivery *from = all.first; from; from = from->heritage.next)
        if (from->heir == d)
            set_heir(from, NULL);
    pthread_mutex_lock(&d->lock);
    ilf__queue_await(&d->queue, 0, d->queue.awaited);
    pthread_mutex_unlock(&d->lock);
    unlock_all();
}

/* The claims left to @d are its heir's, or are of sends under way of those whose heir it was. Whoever
 * goes on keeps them; free, they would be sent twice. */
static void pass_claims(struct ilf__delivery *d)
{
    struct ilf__delivery *to = d->heir;

    for (struct ilf__delivery *other = all.first; !to && other; other = other->heritage.next)
        if (other != d && shares_spool(other, d))
            to = other;
    if (to)
        ilf__spool_pass(d->spool, d, to);
}

void ilf__handover_end(struct ilf__delivery *d)
{
    ilf__handover_pass(d); /* so that the heir waits no more */
    lock_all();
    if (d->spool)
        pass_claims(d);
    d->heritage.settled = true;
    set_heir(d, NULL);
    if (!d->heritage.lingers)
        unlist(d);
    unlock_all();
    if (!d->lingers)
        return;
    ilf__delivery_close(d);
    ILF__POINT("handover-ended");
    lock_all();
    d->heritage.ended = true;
    pthread_cond_broadcast(&all.ended);
    unlock_all();
}

/* --- The end of the process ----------------------------------------------------------------------- */

void ilf__handover_started(void)
{
    ilf__budget_renew(ilf__monotonic());
    lock_all();
    all.instances++;
    unlock_all();
}

bool ilf__handover_stopping(uint64_t deadline)
{
    bool last;

    lock_all();
    all.instances--;
    last = all.instances == 0 && deadline > 0;
    for (struct ilf__delivery *d = all.first; last && d; d = d->heritage.next)
        if (d->heritage.lingers)
            ilf__delivery_hurry(d, deadline);
    unlock_all();
    return last;
}

static bool any_lingers(void)
{
    const struct ilf__delivery *d = all.first;

    while (d && !(d->heritage.lingers && !d->heritage.ended))
        d = d->heritage.next;
    return d;
}

void ilf__handover_finish(uint64_t deadline)
{
    uint64_t end = deadline + ILF__STOP_GRACE + ILF__STOP_GRACE / 2; /* to stop, and to release */
    const struct timespec at = {(time_t)(end / 1000000000), (long)(end % 1000000000)};

    lock_all();
    while (any_lingers() && ilf__monotonic() < end)
        (void)pthread_cond_timedwait(&all.ended, &all.lock, &at);
    unlock_all();
    reap();
}
