/* What an instance counts, and the text in which Prometheus reads it. */
#ifndef ILF_CBRIDGE_METRICS_H
#define ILF_CBRIDGE_METRICS_H

#include <stdatomic.h>

#include <ilf/bridge.h>

typedef _Atomic(uint64_t) ilf__count;

/* Of the counters and gauges that a flusher asks for: bytes of a name and of a help, with the NUL,
 * and how many counters. Beyond that they count where nobody looks. */
enum { ILF__NAME_SIZE = 240, ILF__HELP_SIZE = 512, ILF__COUNTERS = 1024 };

/* A counter that a flusher has asked for. */
struct ilf_counter {
    struct ilf_counter *next;
    char *name;
    char *help;
    ilf__count value;
};

struct ilf__metrics {
    ilf__count flushes;       /* calls of flush and export */
    ilf__count records;       /* logs and events taken in */
    ilf__count bytes;         /* as the host counted them */
    ilf__count delivered;     /* records that the flusher has accepted */
    ilf__count dropped;       /* records that it has refused for good */
    ilf__count given_up;      /* records lost because retrying ended */
    ilf__count unconvertible; /* events without an equivalent in the flusher's generation */
    ilf__count unencoded;     /* events that a delivered flusher has made no record of */
    ilf__count
        malformed; /* batches of protobuf that were none, so that nobody knows their records */
    ilf__count retries;
    ilf__count busy_ns;                     /* time spent in flush and export, pauses included */
    _Atomic(struct ilf_counter *) counters; /* the flusher's own, newest first */
    struct ilf__gauge *gauges;              /* likewise */
    size_t n_gauges;
    struct ilf__labels {
        uint64_t id; /* of the instance; tells the two of a reload apart */
        char project[128], logstore[128], config[128];
    } labels;
    ilf_flusher *next, *prev; /* all instances, for ilf_metrics */
};

static inline void ilf__metrics_add(ilf__count *count, uint64_t n)
{
    atomic_fetch_add_explicit(count, n, memory_order_relaxed);
}

/* From here on ilf_metrics shows @f, until it is removed again. */
void ilf__metrics_register(ilf_flusher *f);
void ilf__metrics_unregister(ilf_flusher *f);

/* Take the labels that init has learnt. */
void ilf__metrics_label(ilf_flusher *f, const ilf_route *route);

/* The lock of all that ilf_metrics reads. */
void ilf__metrics_lock(void);
void ilf__metrics_unlock(void);

/* Has an instance a counter @name? Then no gauge may be called so. Under the lock. */
bool ilf__counters_have(const char *name);

/* Is it of a to z, 0 to 9 and _? */
bool ilf__metrics_is_name(const char *name);

/* Copy as much of @label as fits into the @size bytes at @out, as UTF-8. */
void ilf__metrics_copy_label(char *out, size_t size, ilf_str label);

/* The counter @name of @f, made if need be. Never NULL. */
struct ilf_counter *ilf__metrics_counter(ilf_flusher *f, const char *name, const char *help);

#endif
