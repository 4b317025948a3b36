/* The life of an instance: every call of the contract, in order, one at a time. */
#include "instance.h"

#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "pb.h"
#include "registry.h"

static const ilf_option retry_options[] = {
    ILF_OPTION(BOOL, struct ilf__retry_options, enable, "Enable", "true",
               "try again when the sink may take the batch later"),
    ILF_OPTION(INT, struct ilf__retry_options, max_retry_times, "MaxRetryTimes", "-1",
               "further tries for a batch before it is dropped; -1: no limit", .min = -1,
               .max = 1e9),
    ILF_OPTION(DURATION, struct ilf__retry_options, initial_delay, "InitialDelay", "1s",
               "longest pause before the first further try; doubles with each", .min = 1e6,
               .max = 86400e9),
    ILF_OPTION(DURATION, struct ilf__retry_options, max_delay, "MaxDelay", "30s",
               "bound of the pauses", .min = 1e6, .max = 86400e9),
    {0},
};

const ilf_option ilf__common_options[] = {
    ILF_OPTION(TABLE, struct ilf__common_options, retry, "Retry", NULL,
               "when the sink can't take a batch now", .table = retry_options),
    ILF_OPTION(DURATION, struct ilf__common_options, stop_timeout, "StopTimeout", "20s",
               "how long a stopping pipeline goes on trying; the host allows 30s for all of it",
               .max = 3600e9),
    {0},
};

/* --- One call at a time ---------------------------------------------------------------------- */

/* Wait for the turn of @verb, which needs the instance in @state. */
static ilf_status enter(ilf_flusher *f, enum ilf__state state, const char *verb, ilf_error *err)
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

static void leave(ilf_flusher *f, enum ilf__state state)
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
    targets[1] = (struct ilf__target){ilf__common_options, common};
    targets[2] = (struct ilf__target){NULL, NULL};
}

static ilf_status configure(ilf_flusher *f, const char *json, size_t len, ilf_error *err)
{
    const struct ilf__complaint to = {.who = f->ops->name, .err = err};
    struct ilf__target targets[3];
    ilf_status status = enter(f, ILF__NEW, "configure", err);

    if (status != ILF_OK)
        return status;
    ilf__arena_dispose(&f->config);
    ilf__aim(targets, f->ops, f->self, &f->options);
    status = ilf__configure(targets, &to, json, len, &f->config);
    f->configured = status;
    leave(f, ILF__NEW);
    return status;
}

/* --- Making and freeing ---------------------------------------------------------------------- */

static bool init_wake(pthread_cond_t *wake)
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
    if (!init_wake(&f->wake))
        goto out_destroy_lock;
    f->ops = ops;
    if (host)
        memcpy(&f->embedder, host,
               host->struct_size < sizeof(*host) ? host->struct_size : sizeof(*host));
    ilf__host_init(&f->host, f);
    ilf__metrics_register(f);
    (void)configure(f, "null", 4, NULL); /* init says what is missing, if anything */
    return f;

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

void ilf_flusher_free(ilf_flusher *f)
{
    if (!f)
        return;
    (void)ilf_flusher_stop(f, NULL);
    ilf__metrics_unregister(f);
    pthread_cond_destroy(&f->wake);
    pthread_mutex_destroy(&f->lock);
    ilf__arena_dispose(&f->batch);
    ilf__arena_dispose(&f->config);
    free(f->self);
    free(f);
}

const char *ilf_flusher_description(const ilf_flusher *f)
{
    return f->ops->description;
}

/* The error to work with: retrying adds to the text, which a flusher may have left as it was. */
static ilf_error *clear(ilf_error *err, ilf_error *unseen)
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

ilf_status ilf_flusher_init(ilf_flusher *f, const ilf_route *route, ilf_error *err)
{
    ilf_status status = ILF_OK;
    ilf_error unseen;

    if (f->refused)
        return ilf_fail(err, ILF_ERR_CONFIG, "%s: init after its configuration was refused",
                        f->ops->name);
    if (f->configured != ILF_OK) /* by the defaults alone: find out again what is missing */
        status = configure(f, "null", 4, err);
    if (status == ILF_OK)
        status = enter(f, ILF__NEW, "init", err);
    if (status != ILF_OK)
        return status;
    if (route)
        ilf__metrics_label(f, route);
    if (f->ops->init)
        status = f->ops->init(f->self, &f->host, clear(err, &unseen));
    leave(f, status == ILF_OK ? ILF__STARTED : ILF__ENDED);
    return status;
}

void ilf_flusher_set_urgent(ilf_flusher *f, bool exiting)
{
    bool call;

    pthread_mutex_lock(&f->lock);
    if (!f->urgent)
        f->urgent_at = ilf__monotonic();
    f->urgent = true;
    call = f->ops->set_urgent && f->state == ILF__STARTED && !f->stopping;
    f->urgent_calls += call;
    pthread_cond_broadcast(&f->wake);
    pthread_mutex_unlock(&f->lock);
    if (!call)
        return;
    f->ops->set_urgent(f->self, exiting);
    pthread_mutex_lock(&f->lock);
    f->urgent_calls--;
    pthread_cond_broadcast(&f->wake);
    pthread_mutex_unlock(&f->lock);
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
    if (f->ops->stop)
        status = f->ops->stop(f->self, clear(err, &unseen));
    leave(f, ILF__ENDED);
    return status;
}

bool ilf_flusher_is_ready(ilf_flusher *f, const ilf_route *route)
{
    bool ready, ask;

    pthread_mutex_lock(&f->lock);
    ready = f->state == ILF__STARTED && !f->stopping && !f->busy;
    ask = ready && !f->urgent && f->ops->is_ready;
    f->busy = f->busy || ask;
    pthread_mutex_unlock(&f->lock);
    if (!ask)
        return ready;
    ready = f->ops->is_ready(f->self, route ? route : &(const ilf_route){0});
    leave(f, ILF__STARTED);
    return ready;
}

/* --- Data ------------------------------------------------------------------------------------ */

static ilf_status call_flush(ilf_flusher *f, void *data, uint32_t attempt, ilf_error *err)
{
    ilf_batch *batch = data;

    batch->attempt = attempt;
    return f->ops->flush(f->self, batch, err);
}

static ilf_status call_export(ilf_flusher *f, void *data, uint32_t attempt, ilf_error *err)
{
    ilf_event_batch *batch = data;

    batch->attempt = attempt;
    return f->ops->export_events(f->self, batch, err);
}

/* Give @n records to the flusher by @call, and count what became of them. */
static ilf_status deliver(ilf_flusher *f, ilf__call call, void *data, uint64_t n, ilf_error *err)
{
    ilf_status status = ilf__retry(f, call, data, err);

    if (status == ILF_OK)
        ilf__metrics_add(&f->metrics.delivered, n);
    else if (status == ILF_ERR_RETRY || status == ILF_ERR_NOMEM)
        ilf__metrics_add(&f->metrics.given_up, n);
    else
        ilf__metrics_add(&f->metrics.dropped, n);
    return status;
}

static void count_in(ilf_flusher *f, uint64_t records, uint64_t bytes)
{
    ilf__metrics_add(&f->metrics.flushes, 1);
    ilf__metrics_add(&f->metrics.records, records);
    ilf__metrics_add(&f->metrics.bytes, bytes);
}

static ilf_status fail_memory(ilf_flusher *f, uint64_t n, ilf_error *err)
{
    ilf__metrics_add(&f->metrics.given_up, n);
    return ilf_fail(err, ILF_ERR_NOMEM, "%s: out of memory for %llu records", f->ops->name,
                    (unsigned long long)n);
}

static ilf_status flush_groups(ilf_flusher *f, ilf_batch *batch, ilf_error *err)
{
    ilf_event_batch events;
    uint64_t n = 0;

    for (size_t i = 0; i < batch->n_groups; i++)
        n += batch->groups[i].n_logs;
    count_in(f, n, batch->n_bytes);
    if (f->ops->flush)
        return deliver(f, call_flush, batch, n, err);
    if (ilf__to_events(&f->batch, batch, &events) != ILF_OK)
        return fail_memory(f, n, err);
    return deliver(f, call_export, &events, n, err);
}

static ilf_status export_groups(ilf_flusher *f, ilf_event_batch *events, ilf_error *err)
{
    ilf_batch batch;
    uint64_t n = 0, refused;

    for (size_t i = 0; i < events->n_groups; i++)
        n += events->groups[i].n_events;
    count_in(f, n, events->n_bytes);
    if (f->ops->export_events)
        return deliver(f, call_export, events, n, err);
    if (ilf__to_groups(&f->batch, events, &batch, &refused) != ILF_OK)
        return fail_memory(f, n, err);
    if (refused > 0) {
        ilf__metrics_add(&f->metrics.unconvertible, refused);
        ilf__log(
            f, ILF_LEVEL_WARN,
            "export: dropped %llu of %llu events: this flusher takes logs only, not metrics or "
            "spans",
            (unsigned long long)refused, (unsigned long long)n);
    }
    return deliver(f, call_flush, &batch, n - refused, err);
}

/* A struct that an older host has filled is shorter; what it lacks is zero. */
static ilf_status take(void *to, size_t size, size_t least, const void *from, ilf_flusher *f,
                       ilf_error *err)
{
    size_t given = *(const size_t *)from;

    if (given < least)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "%s: batch has struct_size %zu, want %zu: set it to its sizeof",
                        f->ops->name, given, size);
    memset(to, 0, size);
    memcpy(to, from, given < size ? given : size);
    *(size_t *)to = size;
    return ILF_OK;
}

static void finish(ilf_flusher *f, uint64_t started)
{
    ilf__arena_reset(&f->batch);
    ilf__metrics_add(&f->metrics.busy_ns, ilf__monotonic() - started);
    leave(f, ILF__STARTED);
}

ilf_status ilf_flusher_flush(ilf_flusher *f, const ilf_batch *batch, ilf_error *err)
{
    uint64_t started = ilf__monotonic();
    ilf_error unseen;
    ilf_batch taken;
    ilf_status status;

    err = clear(err, &unseen);
    status = take(&taken, sizeof(taken), offsetof(ilf_batch, n_bytes), batch, f, err);
    if (status == ILF_OK)
        status = enter(f, ILF__STARTED, "flush", err);
    if (status != ILF_OK)
        return status;
    status = flush_groups(f, &taken, err);
    finish(f, started);
    return status;
}

ilf_status ilf_flusher_export(ilf_flusher *f, const ilf_event_batch *batch, ilf_error *err)
{
    uint64_t started = ilf__monotonic();
    ilf_error unseen;
    ilf_event_batch taken;
    ilf_status status;

    err = clear(err, &unseen);
    status = take(&taken, sizeof(taken), offsetof(ilf_event_batch, n_bytes), batch, f, err);
    if (status == ILF_OK)
        status = enter(f, ILF__STARTED, "export", err);
    if (status != ILF_OK)
        return status;
    status = export_groups(f, &taken, err);
    finish(f, started);
    return status;
}

ilf_status ilf_flusher_flush_pb(ilf_flusher *f, const ilf_route *route, const void *pb, size_t len,
                                ilf_error *err)
{
    uint64_t started = ilf__monotonic();
    ilf_batch batch = {.struct_size = sizeof(batch)};
    ilf_error unseen;
    ilf_status status;

    err = clear(err, &unseen);
    status = enter(f, ILF__STARTED, "flush_pb", err);
    if (status != ILF_OK)
        return status;
    if (route)
        batch.route = *route;
    status = ilf__decode_pb(&f->batch, pb, len, &batch, err);
    if (status == ILF_OK)
        status = flush_groups(f, &batch, err);
    else if (status == ILF_ERR_DROP)
        ilf__metrics_add(&f->metrics.malformed, 1);
    finish(f, started);
    return status;
}
