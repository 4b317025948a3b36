/* What becomes of what a stopped instance has neither delivered nor passed on. */
#include "delivery_parts.h"

#include <stdlib.h>

#include "handover.h"
#include "hook.h"

bool ilf__delivery_park(struct ilf__delivery *d, struct ilf__payload *p)
{
    bool parked = p->sequence != 0;
    ilf_error err;

    if (!parked && d->spool)
        parked = ilf__spool_append(d->spool, &p, 1, NULL, &err) == ILF_OK;
    if (parked && d->spool)
        (void)ilf__spool_release(d->spool, &p->sequence, 1, &err); /* the next start finds it */
    return parked;
}

/* Keep @p, which is not in the queue any more, where the configuration has a place for it: in the
 * spool, or else in the dead letters. False: it is lost. Without the lock. */
static bool keep(struct ilf__delivery *d, struct ilf__payload *p)
{
    bool parked, written;

    ILF__POINT("stop-before-park");
    parked = ilf__delivery_park(d, p);
    ILF__POINT("stop-parked");
    if (!parked) {
        written = ilf__delivery_end_payload(d, p, ILF__END_STOPPED, 0, "the pipeline was stopped");
        if (written)
            return d->letters;
    }
    pthread_mutex_lock(&d->lock);
    d->storing -= p->shown.n_events;
    if (parked)
        ilf__metrics_add(&d->counts.parked, p->shown.n_events);
    else
        ilf__delivery_end(d, ILF__END_STOPPED, p->shown.n_events);
    pthread_mutex_unlock(&d->lock);
    return parked;
}

/* The same for one whose send has not ended, so that it stays as it is until the flusher has
 * stopped. */
static bool keep_flying(struct ilf__delivery *d, struct ilf__payload *p)
{
    struct ilf__payload *copy = ilf__payload_copy(&p->shown, p->lane);
    bool kept;

    if (!copy)
        return keep(d, p);
    copy->sequence = p->sequence;
    copy->shown.flags |= ILF_PAYLOAD_MAY_REPEAT;
    if (ilf__handover_give(d, copy))
        return true;
    kept = keep(d, copy);
    free(copy);
    return kept;
}

/* A send that has not ended, and whose payload was not kept yet. */
static struct ilf__payload *next_flying(struct ilf__delivery *d, size_t *i)
{
    while (*i < d->n_flights)
        if (d->flights[(*i)++].p)
            return d->flights[*i - 1].p;
    return NULL;
}

void ilf__delivery_keep_rest(struct ilf__delivery *d)
{
    uint64_t lost = 0, unended = 0;
    struct ilf__payload *p;
    size_t i = 0;
    bool flying;

    d->keeping = true;
    d->letter_wait.due = 0; /* a last try */
    for (;;) {
        bool kept;

        p = next_flying(d, &i);
        flying = p;
        if (!p)
            p = ilf__queue_take(&d->queue, UINT64_MAX);
        if (!p)
            break;
        ilf__queue_forget(&d->queue, p);
        d->storing += p->shown.n_events;
        unended += flying;
        pthread_mutex_unlock(&d->lock);
        kept = flying ? keep_flying(d, p) : keep(d, p);
        lost += kept ? 0 : p->shown.n_events;
        if (!flying)
            free(p);
        pthread_mutex_lock(&d->lock);
    }
    pthread_mutex_unlock(&d->lock);
    if (unended > 0)
        ilf__log(d->f, ILF_LEVEL_WARN,
                 "stop: %llu sends did not end in time; what they sent may "
                 "arrive twice",
                 (unsigned long long)unended);
    if (lost > 0)
        ilf__log(d->f, ILF_LEVEL_ERROR,
                 "stop: lost %llu records that the sink did not take within %s: set "
                 "Spool.Path or DeadLetters.Path to keep them",
                 (unsigned long long)lost, d->lingers ? "HandoverTimeout" : "StopTimeout");
    pthread_mutex_lock(&d->lock);
    ilf__delivery_end_waiting(d);
}

static void release_stores(struct ilf__delivery *d)
{
    struct ilf__payload *used;
    struct ilf__spool *spool;

    ilf__metrics_lock(); /* they ask the spool, outside of the other lock */
    pthread_mutex_lock(&d->lock);
    spool = d->spool;
    used = d->used;
    d->spool = NULL;
    d->used = NULL;
    pthread_mutex_unlock(&d->lock);
    ilf__metrics_unlock();
    if (spool)
        ilf__spool_close(spool, d);
    if (d->letters)
        ilf__deadletters_close(d->letters);
    d->letters = NULL;
    ilf__payload_free_all(used);
}

void ilf__delivery_close(struct ilf__delivery *d)
{
    ilf_error err = {""};

    if (d->f->ops->stop &&
        ilf__hook_status(d->f->ops->stop(d->f->self, &err), "stop", &err) != ILF_OK)
        ilf__log(d->f, ILF_LEVEL_WARN, "stop: %s", err.text);
    ilf__report_end(d->f);
    release_stores(d);
}
