/* The services that a flusher may ask for, on top of those that the library was given. */
#include <limits.h>
#include <string.h>
#include <time.h>

#include "delivery.h"
#include "gauges.h"
#include "instance.h"

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec ts;

    clock_gettime(clock, &ts);
    return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

uint64_t ilf__monotonic(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

static const ilf_host *enter_embedder(void *context)
{
    ilf_flusher *f = context;

    pthread_rwlock_rdlock(&f->embedded);
    return &f->embedder;
}

static void leave_embedder(void *context)
{
    pthread_rwlock_unlock(&((ilf_flusher *)context)->embedded);
}

void ilf__host_forget(ilf_flusher *f)
{
    pthread_rwlock_wrlock(&f->embedded);
    f->embedder = (ilf_host){0};
    pthread_rwlock_unlock(&f->embedded);
}

static void host_log(void *context, ilf_level level, ilf_str text)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    const ilf_host *embedder = enter_embedder(context);

    if (!text.ptr || text.len > INT_MAX)
        text.len = text.ptr ? INT_MAX : 0;
    if (embedder->log) /* which knows no other levels than ours */
        embedder->log(embedder->context, (unsigned)level > ILF_LEVEL_ERROR ? ILF_LEVEL_WARN : level,
                      text);
    else if (level > ILF_LEVEL_DEBUG && level <= ILF_LEVEL_ERROR)
        fprintf(stderr, "%s: %.*s\n", names[level], (int)text.len, text.ptr ? text.ptr : "");
    leave_embedder(context);
}

static uint64_t host_now(void *context)
{
    const ilf_host *embedder = enter_embedder(context);
    uint64_t now = embedder->now ? embedder->now(embedder->context) : clock_ns(CLOCK_REALTIME);

    leave_embedder(context);
    return now;
}

static ilf_counter *host_counter(void *context, const char *name, const char *help)
{
    return ilf__metrics_counter(context, name, help);
}

static void host_counter_add(void *context, ilf_counter *counter, uint64_t n)
{
    (void)context;
    if (counter)
        ilf__metrics_add(&counter->value, n);
}

static void host_tune(void *context, const ilf_tuning *tuning)
{
    struct ilf__delivery *delivery = ((ilf_flusher *)context)->delivery;

    if (delivery)
        ilf__delivery_tune(delivery, tuning);
}

static void host_complete(void *context, const ilf_payload *payload, const ilf_result *result)
{
    struct ilf__delivery *delivery = ((ilf_flusher *)context)->delivery;

    if (delivery)
        ilf__delivery_complete(delivery, payload, result);
}

static bool host_gauge(void *context, const char *name, const char *help, const ilf_kv *labels,
                       size_t n_labels, double value)
{
    return ilf__gauge_set(context, name, help, labels, n_labels, value);
}

static bool host_ordered(void *context)
{
    const ilf_flusher *f = context;

    return f->delivery && f->options.delivery.order != ILF__ORDER_NONE;
}

static int64_t host_time_left(void *context)
{
    ilf_flusher *f = context;
    uint64_t left = UINT64_MAX, now;

    pthread_mutex_lock(&f->lock);
    if (f->deadline > 0) {
        now = ilf__monotonic();
        left = now < f->deadline ? f->deadline - now : 0;
    }
    pthread_mutex_unlock(&f->lock);
    return left < INT64_MAX ? (int64_t)left : INT64_MAX;
}

void ilf__host_init(ilf_host *host, ilf_flusher *f)
{
    *host = (ilf_host){
        .struct_size = sizeof(*host),
        .context = f,
        .log = host_log,
        .now = host_now,
        .counter = host_counter,
        .counter_add = host_counter_add,
        .tune = host_tune,
        .complete = host_complete,
        .gauge = host_gauge,
        .ordered = host_ordered,
        .time_left = host_time_left,
    };
}

void ilf__log(ilf_flusher *f, ilf_level level, const char *format, ...)
{
    char text[ILF_ERROR_SIZE + 128];
    va_list args;
    int head, body;

    head = snprintf(text, sizeof(text), "%.100s: ", f->ops->name);
    va_start(args, format);
    body = vsnprintf(text + head, sizeof(text) - (size_t)head, format, args);
    va_end(args);
    if (body < 0)
        return;
    host_log(f, level, (ilf_str){text, strlen(text)});
}
