/* What an operator finds in the agent's log: a line when an instance starts, one when it has stopped,
 * and how its backlog does while records wait. */
#include "report.h"

#include "delivery_parts.h"
#include "page.h"

/* A backlog is worth a line when its oldest record has waited for so long; lines come after 30 s, 1, 2,
 * 4 minutes..., then every hour. */
static const uint64_t OLD = 30000000000, LONGEST_STEP = 3600000000000;

static unsigned long long count(const ilf__count *n)
{
    return (unsigned long long)atomic_load_explicit(n, memory_order_relaxed);
}

/* --- Start and end ---------------------------------------------------------------------------- */

static void put_endpoints(struct ilf__page *line, struct ilf__delivery *d)
{
    for (size_t i = 0; i < d->breakers.n; i++)
        if (*d->tuning.endpoints[i])
            ilf__page_put(line, "%s%s", i > 0 ? ", " : "; sends to ", d->tuning.endpoints[i]);
    if (d->spool) {
        struct ilf__spool_stats spool;

        ilf__spool_stats(d->spool, &spool);
        ilf__page_put(line, "; %llu records in the spool %s", (unsigned long long)spool.events,
                      d->options->spool.path);
    }
}

void ilf__report_start(ilf_flusher *f, const char *changes)
{
    char text[ILF_ERROR_SIZE];
    struct ilf__page line = ilf__page(text, sizeof(text));

    ilf__page_put(&line, "started: libilf %s", ilf_version());
    if (f->delivery)
        put_endpoints(&line, f->delivery);
    if (*changes)
        ilf__page_put(&line, "; %s", changes);
    ilf__log(f, ILF_LEVEL_INFO, "%s", text);
}

/* Events that are lost: no dead letter, and no spool has them. */
static unsigned long long dropped_of(ilf_flusher *f)
{
    const struct ilf__metrics *m = &f->metrics;
    unsigned long long n = count(&m->dropped) + count(&m->given_up) + count(&m->unconvertible);

    if (f->delivery) {
        struct ilf__counts *counts = ilf__delivery_counts(f->delivery);

        for (int end = ILF__END_REJECTED; end < ILF__ENDS; end++)
            n += count(&counts->ends[end]);
    }
    return n;
}

static void report_end_of_delivery(ilf_flusher *f, ilf_level level, unsigned long long dropped)
{
    struct ilf__counts *n = ilf__delivery_counts(f->delivery);
    char text[ILF_ERROR_SIZE];
    struct ilf__page line = ilf__page(text, sizeof(text));

    ilf__page_put(&line, "stopped: %llu records accepted, %llu from the spool", count(&n->accepted),
                  count(&n->recovered));
    if (count(&n->handed_in) > 0)
        ilf__page_put(&line, ", %llu from the instance before", count(&n->handed_in));
    ilf__page_put(&line,
                  "; %llu delivered, %llu dead-lettered, %llu dropped, %llu left in the spool",
                  count(&n->ends[ILF__END_DELIVERED]), count(&n->ends[ILF__END_DEAD]), dropped,
                  count(&n->parked));
    if (count(&n->handed_out) > 0)
        ilf__page_put(&line, ", %llu passed to the next instance", count(&n->handed_out));
    ilf__log(f, level, "%s", text);
}

void ilf__report_end(ilf_flusher *f)
{
    unsigned long long dropped = dropped_of(f);
    ilf_level level = dropped > 0 ? ILF_LEVEL_WARN : ILF_LEVEL_INFO;

    if (f->delivery) {
        report_end_of_delivery(f, level, dropped);
        return;
    }
    ilf__log(f, level, "stopped: %llu records accepted, %llu delivered, %llu dropped",
             count(&f->metrics.records), count(&f->metrics.delivered), dropped);
}

/* --- Backlog ---------------------------------------------------------------------------------- */

static double mib(uint64_t bytes)
{
    return (double)bytes / (1 << 20);
}

static void log_backlog(struct ilf__delivery *d, const struct ilf__delivery_gauges *g, uint64_t age)
{
    char text[ILF_ERROR_SIZE], failure[ILF__REASON];
    struct ilf__page line = ilf__page(text, sizeof(text));

    pthread_mutex_lock(&d->lock);
    memcpy(failure, d->failure, sizeof(failure));
    pthread_mutex_unlock(&d->lock);
    ilf__page_put(&line, "backlog: %llu records (%.1f MiB) in the queue",
                  (unsigned long long)g->queued.events, mib(g->queued.bytes));
    if (g->has_spool)
        ilf__page_put(&line, ", %llu (%.1f MiB) in the spool", (unsigned long long)g->spool.events,
                      mib(g->spool.bytes));
    ilf__page_put(&line, ", the oldest %llu s old", (unsigned long long)(age / 1000000000));
    if (*failure)
        ilf__page_put(&line, "; last failure: %s", failure);
    ilf__log(d->f, ILF_LEVEL_WARN, "%s", text);
}

void ilf__report_backlog(struct ilf__delivery *d, struct ilf__backlog_report *r, uint64_t now)
{
    struct ilf__delivery_gauges g;
    uint64_t oldest, today = d->f->host.now(d->f);

    if (now < r->at)
        return;
    ilf__delivery_gauges(d, &g);
    oldest = g.oldest == 0 || (g.spool.oldest > 0 && g.spool.oldest < g.oldest) ? g.spool.oldest
                                                                                : g.oldest;
    if (oldest > 0 && today > oldest && today - oldest >= OLD) {
        log_backlog(d, &g, today - oldest);
        r->step = r->step == 0 ? OLD : r->step < LONGEST_STEP / 2 ? 2 * r->step : LONGEST_STEP;
        r->at = now + r->step;
        return;
    }
    if (r->step > 0)
        ilf__log(d->f, ILF_LEVEL_INFO, "backlog: no record waits for longer than %llu s any more",
                 (unsigned long long)(OLD / 1000000000));
    *r = (struct ilf__backlog_report){.at = now + OLD / 6};
}
