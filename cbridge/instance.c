/* The life of an instance: every call of the contract, in order, one at a time. */
#include "instance.h"

#include <stdlib.h>
#include <string.h>

#include "budget.h"
#include "delivery.h"
#include "handover.h"
#include "hook.h"
#include "option_changes.h"
#include "options.h"
#include "registry.h"
#include "report.h"
#include "same_sink.h"

/* --- One call at a time ---------------------------------------------------------------------- */

ilf_status ilf__enter(ilf_flusher *f, enum ilf__state state, const char *verb, ilf_error *err)
{
    ilf_status status = ILF_OK;

    pthread_mutex_lock(&f->lock);
    while (f->busy && !f->stopping)
        pthread_cond_wait(&f->wake, &f->lock);
    if (f->state != state || f->stopping)
        status =
            ilf_fail(err, ILF_ERR_CONFIG, "%s: %s called %s", f->ops->name, verb,
                     f->state == ILF__NEW                       ? "before init"
                     : f->state == ILF__STARTED && !f->stopping ? "after init"
                                                                : "after stop or a failed init");
    else
        f->busy = true;
    pthread_mutex_unlock(&f->lock);
    return status;
}

void ilf__leave(ilf_flusher *f, enum ilf__state state)
{
    pthread_mutex_lock(&f->lock);
    f->state = state;
    f->busy = false;
    pthread_cond_broadcast(&f->wake);
    pthread_mutex_unlock(&f->lock);
}

void ilf__aim(struct ilf__target targets[3], const ilf_flusher_ops *ops, void *self,
              struct ilf__common_options *common)
{
    static const ilf_option none[] = {{0}};

    targets[0] = (struct ilf__target){ops->options ? ops->options : none, self};
    targets[1] = (struct ilf__target){ilf__common_options(ops), common};
    targets[2] = (struct ilf__target){NULL, NULL};
}

static ilf_status configure(ilf_flusher *f, const char *json, size_t len, ilf_error *err)
{
    const struct ilf__complaint to = {.who = f->ops->name, .err = err};
    struct ilf__target targets[3];
    ilf_status status = ilf__enter(f, ILF__NEW, "configure", err);

    if (status != ILF_OK)
        return status;
    ilf__arena_dispose(&f->config);
    ilf__aim(targets, f->ops, f->self, &f->options);
    status = ilf__configure(targets, &to, json, len, &f->config);
    f->configured = status;
    ilf__leave(f, ILF__NEW);
    return status;
}

/* --- Making and freeing ---------------------------------------------------------------------- */

bool ilf__init_wake(pthread_cond_t *wake)
{
    pthread_condattr_t attr;
    bool ok;

    if (pthread_condattr_init(&attr) != 0)
        return false;
    ok = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
         pthread_cond_init(wake, &attr) == 0;
    pthread_condattr_destroy(&attr);
    return ok;
}

ilf_flusher *ilf__flusher_new(const ilf_flusher_ops *ops, const ilf_host *host, ilf_error *err)
{
    ilf_flusher *f;

    if (ilf__check_ops(ops, err) != ILF_OK)
        return NULL;
    f = calloc(1, sizeof(*f));
    if (!f)
        goto out_of_memory;
    f->self = calloc(1, ops->instance_size > 0 ? ops->instance_size : 1);
    if (!f->self)
        goto out_free;
    if (pthread_mutex_init(&f->lock, NULL) != 0)
        goto out_free_self;
    if (!ilf__init_wake(&f->wake))
        goto out_destroy_lock;
    if (pthread_rwlock_init(&f->embedded, NULL) != 0)
        goto out_destroy_wake;
    f->ops = ops;
    if (ops->send) {
        f->delivery = ilf__delivery_new(f);
        if (!f->delivery)
            goto out_destroy_embedded;
    }
    if (host)
        memcpy(&f->embedder, host,
               host->struct_size < sizeof(*host) ? host->struct_size : sizeof(*host));
    ilf__host_init(&f->host, f);
    ilf__metrics_register(f);
    (void)configure(f, "null", 4, NULL); /* init says what is missing, if anything */
    return f;

out_destroy_embedded:
    pthread_rwlock_destroy(&f->embedded);
out_destroy_wake:
    pthread_cond_destroy(&f->wake);
out_destroy_lock:
    pthread_mutex_destroy(&f->lock);
out_free_self:
    free(f->self);
out_free:
    free(f);
out_of_memory:
    ilf_fail(err, ILF_ERR_NOMEM, "%s: out of memory", ops->name);
    return NULL;
}

ilf_flusher *ilf_flusher_new(const char *name, const ilf_host *host, ilf_error *err)
{
    const ilf_flusher_ops *ops = ilf__find(name, err);

    return ops ? ilf__flusher_new(ops, host, err) : NULL;
}

void ilf__flusher_dispose(ilf_flusher *f)
{
    ilf__metrics_unregister(f);
    ilf__delivery_free(f->delivery);
    if (f->embedder.release)
        f->embedder.release(f->embedder.context);
    pthread_rwlock_destroy(&f->embedded);
    pthread_cond_destroy(&f->wake);
    pthread_mutex_destroy(&f->lock);
    ilf__arena_dispose(&f->batch);
    ilf__arena_dispose(&f->config);
    free(f->self);
    free(f);
}

void ilf_flusher_free(ilf_flusher *f)
{
    if (!f)
        return;
    (void)ilf_flusher_stop(f, NULL);
    if (!ilf__handover_abandon(f))
        ilf__flusher_dispose(f);
}

const char *ilf_flusher_description(const ilf_flusher *f)
{
    return f->ops->description;
}

ilf_error *ilf__clear_error(ilf_error *err, ilf_error *unseen)
{
    err = err ? err : unseen;
    err->text[0] = '\0';
    return err;
}

/* --- Configuration, start, stop -------------------------------------------------------------- */

ilf_status ilf_flusher_configure(ilf_flusher *f, const char *json, size_t len, ilf_error *err)
{
    ilf_status status = configure(f, json, len, err);

    f->refused = status != ILF_OK;
    return status;
}

/* The rest of init, which takes back that of the flusher when it fails. */
static ilf_status start_delivery(ilf_flusher *f, ilf_error *err)
{
    ilf_status status;

    if (!f->delivery) {
        ilf__tune(&f->options, f->ops, NULL);
        return ILF_OK;
    }
    status = ilf__delivery_start(f->delivery, err);
    if (status != ILF_OK && f->ops->stop)
        (void)f->ops->stop(f->self, &(ilf_error){""});
    return status;
}

enum { ILF__CHANGES = 768 }; /* bytes of a line about them */

/* Before the flusher's init, which may change its options. */
static void find_changes(ilf_flusher *f, char changes[ILF__CHANGES])
{
    struct ilf__page page = ilf__page(changes, ILF__CHANGES);
    struct ilf__target targets[3];

    ilf__aim(targets, f->ops, f->self, &f->options);
    ilf__put_changes(&page, targets);
}

/* Find out by @route (NULL: none) and the options, before init may change them, which instances have
 * the same pipeline and sink. */
static void identify(ilf_flusher *f, const ilf_route *route)
{
    uint64_t key = ILF__HASH;

    if (!f->delivery)
        return;
    if (route) {
        key = ilf__hash(key, route->project);
        key = ilf__hash(key, route->logstore);
        key = ilf__hash(key, route->config);
    }
    f->delivery->heritage.key = ilf__hash_options(key, f->ops->options, f->self);
}

ilf_status ilf_flusher_init(ilf_flusher *f, const ilf_route *route, ilf_error *err)
{
    ilf_status status = ILF_OK;
    ilf_error unseen;
    char changes[ILF__CHANGES];

    if (f->refused)
        return ilf_fail(err, ILF_ERR_CONFIG, "%s: init after its configuration was rejected",
                        f->ops->name);
    if (f->configured != ILF_OK) /* by the defaults alone: find out again what is missing */
        status = configure(f, "null", 4, err);
    if (status == ILF_OK)
        status = ilf__enter(f, ILF__NEW, "init", err);
    if (status != ILF_OK)
        return status;
    if (route)
        ilf__metrics_label(f, route);
    find_changes(f, changes);
    identify(f, route);
    err = ilf__clear_error(err, &unseen);
    if (f->ops->init)
        status = ilf__hook_status(f->ops->init(f->self, &f->host, err), "init", err);
    if (status == ILF_OK)
        status = start_delivery(f, err);
    if (status == ILF_OK) {
        ilf__handover_started();
        ilf__report_start(f, changes);
    }
    ilf__leave(f, status == ILF_OK ? ILF__STARTED : ILF__ENDED);
    return status;
}

/* Set the clock of a stop that is for good, or of a reload. Under the lock. */
static void set_deadline(ilf_flusher *f)
{
    uint64_t now = ilf__monotonic(), deadline;

    f->urgent_at = f->urgent_at > 0 ? f->urgent_at : now;
    if (f->state != ILF__STARTED) /* init may be at the options */
        return;
    if (f->deadline == 0)
        f->deadline = f->urgent_at + (uint64_t)f->options.stop_timeout;
    if (f->reloading || f->ending)
        return;
    deadline = ilf__budget_begin(now, (uint64_t)f->options.stop_timeout);
    if (f->delivery || deadline < f->deadline) /* retries of a direct one get no more time */
        f->deadline = deadline;
    f->ending = true;
}

void ilf_flusher_set_urgent(ilf_flusher *f, bool exiting)
{
    uint64_t deadline;
    bool call;

    pthread_mutex_lock(&f->lock);
    f->urgent = true;
    if (!f->stopping) /* which goes by what it was told; an end for good can't be taken back */
        f->reloading = !exiting && !f->ending;
    set_deadline(f);
    deadline = f->reloading ? 0 : f->deadline;
    call = (f->ops->set_urgent || f->delivery) && f->state == ILF__STARTED && !f->stopping;
    f->urgent_calls += call;
    pthread_cond_broadcast(&f->wake);
    pthread_mutex_unlock(&f->lock);
    if (!call)
        return;
    if (f->delivery)
        ilf__delivery_hurry(f->delivery, deadline);
    if (f->ops->set_urgent)
        f->ops->set_urgent(f->self, exiting);
    pthread_mutex_lock(&f->lock);
    f->urgent_calls--;
    pthread_cond_broadcast(&f->wake);
    pthread_mutex_unlock(&f->lock);
}

/* The end of what init has started, now or later. */
static ilf_status end(ilf_flusher *f, ilf_error *err)
{
    bool last = ilf__handover_stopping(f->reloading ? 0 : f->deadline);
    bool lingers = f->delivery && f->reloading;
    ilf_status status = ILF_OK;

    if (lingers)
        ilf__handover_linger(f->delivery);
    else if (f->delivery)
        ilf__delivery_stop(f->delivery);
    if (f->ops->stop && !lingers)
        status = ilf__hook_status(f->ops->stop(f->self, err), "stop", err);
    if (!lingers)
        ilf__report_end(f);
    if (last)
        ilf__handover_finish(f->deadline);
    if (f->ending)
        ilf__budget_end(ilf__monotonic());
    return status;
}

ilf_status ilf_flusher_stop(ilf_flusher *f, ilf_error *err)
{
    ilf_status status = ILF_OK;
    ilf_error unseen;
    bool mine;

    pthread_mutex_lock(&f->lock);
    while (f->busy || f->urgent_calls > 0 || (f->state == ILF__STARTED && !f->stopping)) {
        if (f->state == ILF__STARTED && !f->stopping) { /* maybe only now: init was running */
            f->stopping = true;
            set_deadline(f);
            if (f->delivery) /* a flush that waits for room */
                ilf__delivery_hurry(f->delivery, f->reloading ? 0 : f->deadline);
            pthread_cond_broadcast(&f->wake);
        } else {
            pthread_cond_wait(&f->wake, &f->lock);
        }
    }
    mine = f->state == ILF__STARTED;
    f->state = mine ? ILF__ENDED : f->state;
    f->busy = f->busy || mine;
    pthread_mutex_unlock(&f->lock);
    if (!mine)
        return ILF_OK;
    status = end(f, ilf__clear_error(err, &unseen));
    ilf__leave(f, ILF__ENDED);
    return status;
}

bool ilf_flusher_is_ready(ilf_flusher *f, const ilf_route *route)
{
    bool ready, ask;

    pthread_mutex_lock(&f->lock);
    ready = f->state == ILF__STARTED && !f->stopping && !f->busy;
    ask = ready && !f->urgent && (f->ops->is_ready || f->delivery);
    f->busy = f->busy || ask;
    pthread_mutex_unlock(&f->lock);
    if (!ask)
        return ready;
    ready = f->delivery ? ilf__delivery_is_ready(f->delivery)
                        : f->ops->is_ready(f->self, route ? route : &(const ilf_route){0});
    ilf__leave(f, ILF__STARTED);
    return ready;
}
