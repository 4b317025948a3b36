/* What an instance counts, and the text in which Prometheus reads it: exposition format 0.0.4,
 * https://prometheus.io/docs/instrumenting/exposition_formats/ */
#include "metrics.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "gauges.h"
#include "instance.h"
#include "metrics_text.h"
#include "page.h"

static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static ilf_flusher *all; /* every instance, newest first */
static uint64_t last_id;

static const struct family {
    const char *name;
    const char *labels; /* of this series beside the instance's */
    const char *help;   /* NULL: same family as the row before */
    size_t offset;
} families[] = {
#define ROW(name, labels, help, member)                                                            \
    {                                                                                              \
        name, labels, help, offsetof(struct ilf__metrics, member)                                  \
    }
    ROW("ilf_flushes_total", "", "Calls of flush and export.", flushes),
    ROW("ilf_records_accepted_total", "", "Logs and events taken from the host.", records),
    ROW("ilf_bytes_accepted_total", "", "Bytes of keys and values taken from the host.", bytes),
    ROW("ilf_records_delivered_total", "", "Records that the sink has.", delivered),
    ROW("ilf_records_dropped_total", ",reason=\"refused\"", "Records lost.", dropped),
    ROW("ilf_records_dropped_total", ",reason=\"gave_up\"", NULL, given_up),
    ROW("ilf_records_dropped_total", ",reason=\"no_equivalent\"", NULL, unconvertible),
    ROW("ilf_records_dropped_total", ",reason=\"unencoded\"", NULL, unencoded),
    ROW("ilf_batches_malformed_total", "", "Batches of protobuf that could not be read.",
        malformed),
    ROW("ilf_retries_total", "", "Batches given to the flusher again.", retries),
    ROW("ilf_flush_seconds_total", "", "Time spent in flush and export.", busy_ns),
#undef ROW
};

void ilf__metrics_lock(void)
{
    pthread_mutex_lock(&all_lock);
}

void ilf__metrics_unlock(void)
{
    pthread_mutex_unlock(&all_lock);
}

void ilf__metrics_register(ilf_flusher *f)
{
    pthread_mutex_lock(&all_lock);
    f->metrics.labels.id = ++last_id;
    f->metrics.next = all;
    if (all)
        all->metrics.prev = f;
    all = f;
    pthread_mutex_unlock(&all_lock);
}

void ilf__metrics_unregister(ilf_flusher *f)
{
    struct ilf_counter *counter, *next;

    pthread_mutex_lock(&all_lock);
    if (f->metrics.prev)
        f->metrics.prev->metrics.next = f->metrics.next;
    else
        all = f->metrics.next;
    if (f->metrics.next)
        f->metrics.next->metrics.prev = f->metrics.prev;
    pthread_mutex_unlock(&all_lock);
    for (counter = atomic_load(&f->metrics.counters); counter; counter = next) {
        next = counter->next;
        free(counter->name);
        free(counter->help);
        free(counter);
    }
    ilf__gauges_dispose(f);
}

void ilf__metrics_copy_label(char *out, size_t size, ilf_str label)
{
    size_t n = label.len < size - 1 ? label.len : size - 1;
    json_t *valid;

    while (label.ptr && n < label.len && n > 0 && ((unsigned char)label.ptr[n] & 0xc0) == 0x80)
        n--; /* cut between characters */
    n = label.ptr ? n : 0;
    if (n > 0)
        memcpy(out, label.ptr, n);
    out[n] = '\0';
    valid =
        json_string(out); /* refuses what is no UTF-8, for which Prometheus drops the whole page */
    for (char *p = out; *p && !valid; p++)
        if ((unsigned char)*p >= 0x80)
            *p = '?';
    json_decref(valid);
}

void ilf__metrics_label(ilf_flusher *f, const ilf_route *route)
{
    struct ilf__labels *labels = &f->metrics.labels;

    pthread_mutex_lock(&all_lock);
    ilf__metrics_copy_label(labels->project, sizeof(labels->project), route->project);
    ilf__metrics_copy_label(labels->logstore, sizeof(labels->logstore), route->logstore);
    ilf__metrics_copy_label(labels->config, sizeof(labels->config), route->config);
    pthread_mutex_unlock(&all_lock);
}

bool ilf__metrics_is_name(const char *name)
{
    return name && *name && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

static struct ilf_counter *find_counter(ilf_flusher *f, const char *name)
{
    struct ilf_counter *counter = atomic_load(&f->metrics.counters);

    while (counter && strcmp(counter->name, name) != 0)
        counter = counter->next;
    return counter;
}

bool ilf__counters_have(const char *name)
{
    ilf_flusher *f = all;

    while (f && !find_counter(f, name))
        f = f->metrics.next;
    return f;
}

struct ilf_counter *ilf__metrics_counter(ilf_flusher *f, const char *name, const char *help)
{
    static struct ilf_counter nowhere;
    struct ilf_counter *counter, *found = NULL;
    char text[ILF__HELP_SIZE];
    size_t n = 0;

    if (!ilf__metrics_is_name(name) || strlen(name) >= ILF__NAME_SIZE)
        return &nowhere;
    ilf__metrics_copy_label(text, sizeof(text),
                            (ilf_str){help, help ? strnlen(help, sizeof(text)) : 0});
    pthread_mutex_lock(&all_lock);
    for (counter = atomic_load(&f->metrics.counters); counter && !found; counter = counter->next)
        if (n++, strcmp(counter->name, name) == 0)
            found = counter;
    if (!found && n < ILF__COUNTERS && !ilf__gauges_have(all, name)) {
        counter = calloc(1, sizeof(*counter));
        if (counter) {
            counter->name = strdup(name);
            counter->help = strdup(text);
        }
        if (counter && counter->name && counter->help) {
            counter->next = atomic_load(&f->metrics.counters);
            atomic_store(&f->metrics.counters, counter);
            found = counter;
        } else if (counter) {
            free(counter->name);
            free(counter->help);
            free(counter);
        }
    }
    pthread_mutex_unlock(&all_lock);
    return found ? found : &nowhere;
}

/* --- All of them ---------------------------------------------------------------------------------- */

/* All series of a family must stand together, so @counter is written by the first instance that has
 * it, for all the instances that have it. */
static void put_own(struct ilf__page *w, ilf_flusher *f, const struct ilf_counter *counter)
{
    const char *own = counter->name;

    for (ilf_flusher *before = all; before != f; before = before->metrics.next)
        if (find_counter(before, own))
            return;
    ilf__put_header(w, "ilf_flusher_", own, counter->help, "counter");
    for (; f; f = f->metrics.next) {
        counter = find_counter(f, own);
        if (counter)
            ilf__put_series(w, "ilf_flusher_", own, "", f,
                            atomic_load_explicit(&counter->value, memory_order_relaxed));
    }
}

size_t ilf_metrics(char *buf, size_t size)
{
    struct ilf__page w = ilf__page(buf, size);

    pthread_mutex_lock(&all_lock);
    for (size_t i = 0; all && i < sizeof(families) / sizeof(families[0]); i++) {
        const struct family *family = &families[i];

        if (family->help)
            ilf__put_header(&w, "", family->name, family->help, "counter");
        for (ilf_flusher *f = all; f; f = f->metrics.next) {
            ilf__count *count = (ilf__count *)((char *)&f->metrics + family->offset);
            uint64_t value = atomic_load_explicit(count, memory_order_relaxed);

            if (family->offset == offsetof(struct ilf__metrics, busy_ns))
                ilf__put_seconds(&w, family->name, f, value);
            else
                ilf__put_series(&w, "", family->name, family->labels, f, value);
        }
        if (family->offset == offsetof(struct ilf__metrics, unencoded))
            ilf__put_dropped(&w, all); /* further series of the same family */
    }
    ilf__put_delivery(&w, all);
    for (ilf_flusher *f = all; f; f = f->metrics.next)
        for (struct ilf_counter *c = atomic_load(&f->metrics.counters); c; c = c->next)
            put_own(&w, f, c);
    ilf__gauges_put(&w, all);
    pthread_mutex_unlock(&all_lock);
    return w.len;
}
