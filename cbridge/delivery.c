/* Delivery: its start and stop, and what the host's threads do with it. */
#include "delivery_parts.h"

#include <signal.h>
#include <stdlib.h>

#include "common_options.h"
#include "encoder.h"
#include "handover.h"

enum { ENDPOINTS = 4096 }; /* of one flusher at most */

/* --- Making and freeing ----------------------------------------------------------------------- */

struct ilf__delivery *ilf__delivery_new(ilf_flusher *f)
{
    struct ilf__delivery *d = calloc(1, sizeof(*d));

    if (!d)
        return NULL;
    if (pthread_mutex_init(&d->lock, NULL) != 0)
        goto out_free;
    if (!ilf__init_wake(&d->work))
        goto out_destroy_lock;
    if (!ilf__init_wake(&d->room))
        goto out_destroy_work;
    d->f = f;
    d->options = &f->options;
    d->done_end = &d->done;
    d->oldest_open = UINT64_MAX;
    d->encoder = (ilf_encoder){.struct_size = sizeof(d->encoder),
                               .context = &d->collector,
                               .put = ilf__encoder_put,
                               .reject = ilf__encoder_reject};
    return d;

out_destroy_work:
    pthread_cond_destroy(&d->work);
out_destroy_lock:
    pthread_mutex_destroy(&d->lock);
out_free:
    free(d);
    return NULL;
}

void ilf__delivery_free(struct ilf__delivery *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->n_flights; i++) { /* sends that did not end before stop did */
        free(d->flights[i].p);
        free(d->flights[i].records);
    }
    if (d->spool)
        ilf__spool_close(d->spool, d);
    if (d->letters)
        ilf__deadletters_close(d->letters);
    ilf__waiting_free_all(d->letter_wait.head);
    free(d->flights);
    free(d->queue.lanes);
    free(d->breakers.of);
    ilf__actions_dispose(&d->actions);
    ilf__payload_free_all(d->used);
    ilf__collect_dispose(&d->collector);
    pthread_cond_destroy(&d->room);
    pthread_cond_destroy(&d->work);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

/* --- Start ------------------------------------------------------------------------------------ */

void ilf__delivery_tune(struct ilf__delivery *d, const ilf_tuning *tuning)
{
    size_t size = tuning ? tuning->struct_size : 0;
    const char *wrong;

    pthread_mutex_lock(&d->lock);
    wrong = size < sizeof(size) ? "without its struct_size"
            : d->sealed         ? "after init"
            : d->tuned          ? "a second time"
                                : NULL;
    if (!wrong) {
        memcpy(&d->tuning, tuning, size < sizeof(d->tuning) ? size : sizeof(d->tuning));
        d->tuned = true;
    }
    pthread_mutex_unlock(&d->lock);
    if (wrong)
        ilf__log(d->f, ILF_LEVEL_WARN, "tune was called %s, and is ignored", wrong);
}

static void log_spool(void *owner, ilf_level level, const char *text)
{
    ilf__log(((struct ilf__delivery *)owner)->f, level, "%s", text);
}

static ilf_status open_stores(struct ilf__delivery *d, ilf_error *err)
{
    const struct ilf__common_options *o = d->options;
    struct ilf__spool_options spool_options = o->spool;
    struct ilf__spool *spool = NULL;
    ilf_status status = ILF_OK;

    spool_options.pipeline = d->f->metrics.labels.config;

    if (*o->dead_letters.path)
        status = ilf__deadletters_open(&d->letters, &o->dead_letters, err);
    if (status == ILF_OK && *o->spool.path)
        status = ilf__spool_open(&spool, &spool_options, d->f->ops->name, log_spool, d, err);
    pthread_mutex_lock(&d->lock); /* metrics may be read meanwhile */
    d->spool = spool;
    pthread_mutex_unlock(&d->lock);
    return status;
}

/* The endpoints' names, which metrics need for longer than the flusher has them. */
static bool copy_names(struct ilf__delivery *d, size_t n)
{
    const char **names = ilf__arena_alloc(&d->f->config, n * sizeof(*names));

    for (size_t i = 0; names && i < n; i++) {
        const char *name = d->tuning.endpoints ? d->tuning.endpoints[i] : NULL;

        names[i] =
            ilf__arena_strdup(&d->f->config, (ilf_str){name ? name : "", name ? strlen(name) : 0});
        if (!names[i])
            return false;
    }
    d->tuning.endpoints = names;
    return names;
}

ilf_status ilf__delivery_prepare(struct ilf__delivery *d, ilf_error *err)
{
    const struct ilf__common_options *o = d->options;
    size_t n_endpoints = d->tuning.n_endpoints > 0 ? d->tuning.n_endpoints : 1;
    bool ordered = o->delivery.order != ILF__ORDER_NONE && !d->tuning.keeps_order;
    size_t n_lanes = !ordered ? 0 : o->delivery.order == ILF__ORDER_ALL ? 1 : ILF__LANES;

    struct ilf__flight *flights = calloc((size_t)o->delivery.concurrency, sizeof(*flights));
    struct ilf__lane *lanes = calloc(n_lanes > 0 ? n_lanes : 1, sizeof(*lanes));
    struct ilf__breaker *breakers = calloc(n_endpoints, sizeof(*breakers));

    if (!flights || !lanes || !breakers || !copy_names(d, n_endpoints)) {
        free(flights);
        free(lanes);
        free(breakers);
        return ilf_fail(err, ILF_ERR_NOMEM, "%s: out of memory", d->f->ops->name);
    }
    pthread_mutex_lock(&d->lock); /* metrics may be read meanwhile */
    d->flights = flights;
    d->n_flights = (size_t)o->delivery.concurrency;
    d->queue.lanes = lanes;
    d->queue.n_lanes = d->collector.n_lanes = n_lanes;
    d->queue.in_order = o->delivery.order != ILF__ORDER_NONE && d->tuning.keeps_order;
    d->collector.max_bytes = o->batch.max_bytes;
    d->collector.max_records = (uint64_t)o->batch.max_records;
    d->breakers = (struct ilf__breakers){
        .of = breakers,
        .n = n_endpoints,
        .round_robin = o->delivery.endpoints == ILF__ROUND_ROBIN,
        .threshold = (uint64_t)o->breaker.failures,
        .first_time = (uint64_t)o->breaker.open_time,
        .max_time = (uint64_t)o->breaker.max_open_time,
        .most_credit = d->n_flights > 8 ? d->n_flights : 8,
    };
    ilf__limiter_init(&d->limiter, (double)d->n_flights, o->delivery.adaptive, o->rate.records,
                      (double)o->rate.bytes, ilf__monotonic());
    pthread_mutex_unlock(&d->lock);
    return ilf__actions_parse(&d->actions, &o->retry.actions, d->f->ops->name, err);
}

/* Signals are the agent's business: none shall be handled on our thread. */
static int start_thread(struct ilf__delivery *d)
{
    sigset_t all, before;
    int failed;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&d->thread, NULL, ilf__delivery_run, d);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

ilf_status ilf__delivery_start(struct ilf__delivery *d, ilf_error *err)
{
    ilf_status status;
    int failed;

    pthread_mutex_lock(&d->lock);
    d->sealed = true; /* from here on the tuning is ours */
    pthread_mutex_unlock(&d->lock);
    if (d->tuning.n_endpoints > ENDPOINTS)
        return ilf_fail(err, ILF_ERR_CONFIG, "%s: tunes for %zu endpoints, and there may be %d",
                        d->f->ops->name, d->tuning.n_endpoints, ENDPOINTS);
    ilf__tune(&d->f->options, d->f->ops, &d->tuning);
    status = ilf__delivery_prepare(d, err);
    if (status == ILF_OK)
        status = open_stores(d, err);
    if (status == ILF_OK) {
        failed = start_thread(d);
        if (failed)
            status = ilf_fail(err, ILF_ERR_NOMEM, "%s: start a thread: %s", d->f->ops->name,
                              strerror(failed));
    }
    d->started = status == ILF_OK;
    if (d->started)
        ilf__handover_begin(d);
    return status;
}

/* --- While it runs ---------------------------------------------------------------------------- */

void ilf__delivery_nudge_and_unlock(struct ilf__delivery *d)
{
    bool polling = d->polling;

    d->nudged = true;
    pthread_cond_signal(&d->work);
    pthread_mutex_unlock(&d->lock);
    if (polling)
        d->f->ops->wake(d->f->self);
}

void ilf__delivery_leave_and_unlock(struct ilf__delivery *d)
{
    d->collecting = false;
    d->open = d->collector.open;
    d->oldest_open = ilf__collect_oldest(&d->collector);
    ilf__delivery_nudge_and_unlock(d);
}

static double level_of(const struct ilf__delivery *d)
{
    const struct ilf__queue_options *o = &d->options->queue;
    double bytes = (double)(d->queue.held.bytes + d->open.bytes) / (double)o->max_bytes;
    double records = 0;

    if (o->max_records > 0)
        records = (double)(d->queue.held.records + d->open.records) / (double)o->max_records;
    return bytes > records ? bytes : records;
}

bool ilf__delivery_is_ready(struct ilf__delivery *d)
{
    struct ilf__spool_stats stats;
    double level = 0;
    bool ready;

    if (d->spool) {
        ilf__spool_stats(d->spool, &stats);
        level = (double)stats.bytes / (double)d->options->spool.max_bytes;
    }
    pthread_mutex_lock(&d->lock);
    if (!d->spool)
        level = level_of(d);
    d->full = level >= (d->full ? 0.5 : 0.8); /* the watermarks */
    ready = !d->full || d->urgent;
    pthread_mutex_unlock(&d->lock);
    return ready;
}

const ilf_encoder *ilf__delivery_encoder(struct ilf__delivery *d)
{
    return &d->encoder;
}

uint64_t ilf__delivery_taken(const struct ilf__delivery *d)
{
    return d->taken;
}

ilf_status ilf__delivery_flush(struct ilf__delivery *d, ilf__call call, void *data,
                               uint32_t attempt, ilf_error *err)
{
    struct ilf__collector *c = &d->collector;
    ilf_status status;

    pthread_mutex_lock(&d->lock);
    d->collecting = true;
    if (!c->used) {
        c->used = d->used;
        d->used = NULL;
        d->used_bytes = 0;
    }
    pthread_mutex_unlock(&d->lock);
    ilf__collect_begin(c, d->f->host.now(d->f), ilf__monotonic());
    ilf__encoder_open(c);
    status = call(d->f, data, attempt, err);
    ilf__encoder_close(c);
    if (c->failed)
        status = ilf_fail(err, ILF_ERR_NOMEM, "out of memory for the records of a batch");
    ILF__POINT("accept-encoded");
    if (status == ILF_OK)
        return ilf__delivery_commit(d, err);
    ilf__collect_undo(c);
    pthread_mutex_lock(&d->lock);
    ilf__delivery_leave_and_unlock(d);
    return status;
}

/* --- Stop ------------------------------------------------------------------------------------- */

void ilf__delivery_hurry(struct ilf__delivery *d, uint64_t deadline)
{
    pthread_mutex_lock(&d->lock);
    d->urgent = true;
    if (deadline > 0) {
        if (!(d->hurried || d->lingers) || deadline < d->deadline)
            d->deadline = deadline;
        d->hurried = true;
        ilf__queue_hurry(&d->queue);
        ilf__breakers_hurry(&d->breakers);
    }
    pthread_cond_broadcast(&d->room);
    if (d->started)
        ilf__delivery_nudge_and_unlock(d);
    else
        pthread_mutex_unlock(&d->lock);
}

void ilf__delivery_stop(struct ilf__delivery *d)
{
    if (!d->started)
        return;
    ilf__handover_retire(d);
    pthread_mutex_lock(&d->lock);
    d->stopping = true;
    ilf__delivery_nudge_and_unlock(d);
    (void)pthread_join(d->thread, NULL);
    d->started = false;
}
