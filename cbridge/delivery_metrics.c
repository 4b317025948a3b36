/* The metrics of delivered flushers as text. */
#include "delivery_parts.h"
#include "metrics_text.h"

/* --- What there is to show ---------------------------------------------------------------------- */

struct ilf__counts *ilf__delivery_counts(struct ilf__delivery *d)
{
    return &d->counts;
}

/* When the oldest payload was accepted, those being sent included; 0: there is none. Under the lock. */
static uint64_t oldest(const struct ilf__delivery *d)
{
    uint64_t at = ilf__queue_oldest(&d->queue);

    for (size_t i = 0; i < d->n_flights; i++) {
        const struct ilf__flight *flight = &d->flights[i];

        if (flight->p && !flight->done && /* else it is being settled, and may be gone */
            flight->p->shown.accepted_at < at)
            at = flight->p->shown.accepted_at;
    }
    return at == UINT64_MAX ? 0 : at;
}

void ilf__delivery_gauges(struct ilf__delivery *d, struct ilf__delivery_gauges *g)
{
    *g = (struct ilf__delivery_gauges){0};
    pthread_mutex_lock(&d->lock);
    g->queued = d->queue.held;
    g->queued.payloads += d->open.payloads;
    g->queued.records += d->open.records;
    g->queued.events += d->open.events + d->storing;
    g->queued.bytes += d->open.bytes;
    g->oldest = oldest(d);
    g->in_flight = d->in_flight;
    g->limit = d->limiter.limit;
    g->n_endpoints = d->breakers.n;
    g->has_spool = d->spool;
    pthread_mutex_unlock(&d->lock);
    if (g->has_spool)
        ilf__spool_stats(d->spool, &g->spool);
}

const char *ilf__delivery_endpoint(struct ilf__delivery *d, size_t i, int *breaker)
{
    pthread_mutex_lock(&d->lock);
    *breaker = (int)ilf__breakers_show(&d->breakers, i, ilf__monotonic());
    pthread_mutex_unlock(&d->lock);
    return d->tuning.endpoints[i];
}

bool ilf__delivery_is_conserved(struct ilf__delivery *d)
{
    struct ilf__counts *n = &d->counts;
    uint64_t in, out;

    pthread_mutex_lock(&d->lock);
    in = n->accepted + n->recovered + n->handed_in;
    out = n->parked + n->handed_out + d->queue.held.events + d->open.events + d->storing;
    for (size_t i = 0; i < ILF__ENDS; i++)
        out += n->ends[i];
    pthread_mutex_unlock(&d->lock);
    return in == out;
}

/* --- Dropped ----------------------------------------------------------------------------------- */

static uint64_t read_count(const ilf__count *count)
{
    return atomic_load_explicit(count, memory_order_relaxed);
}

static ilf_flusher *next_delivered(ilf_flusher *f)
{
    while (f && !f->delivery)
        f = f->metrics.next;
    return f;
}

#define each_delivered(f, first)                                                                   \
    (ilf_flusher *f = next_delivered(first); f; f = next_delivered(f->metrics.next))

void ilf__put_dropped(struct ilf__page *w, ilf_flusher *first)
{
    for
        each_delivered(f, first) for (int end = ILF__END_REJECTED; end < ILF__ENDS; end++)
        {
            char reason[64];

            (void)snprintf(reason, sizeof(reason), ",reason=\"%s\"",
                           ilf__end_name((enum ilf__end)end));
            ilf__put_series(w, "", "ilf_records_dropped_total", reason, f,
                            read_count(&ilf__delivery_counts(f->delivery)->ends[end]));
        }
}

/* --- Counters --------------------------------------------------------------------------------- */

static const struct counter {
    const char *name, *help;
    size_t offset; /* in struct ilf__counts */
} counters[] = {
#define ROW(name, help, member)                                                                    \
    {                                                                                              \
        name, help, offsetof(struct ilf__counts, member)                                           \
    }
    ROW("ilf_records_dead_lettered_total", "Records written to the dead letters.",
        ends[ILF__END_DEAD]),
    ROW("ilf_dead_letters_deleted_total", "Dead letters deleted with the oldest file.",
        letters_deleted),
    ROW("ilf_records_spooled_total", "Records written to the spool.", spooled),
    ROW("ilf_records_recovered_total", "Records read back from the spool.", recovered),
    ROW("ilf_records_handed_out_total", "Records that a reload has passed to another instance.",
        handed_out),
    ROW("ilf_records_handed_in_total", "Records that a reload has passed to this instance.",
        handed_in),
    ROW("ilf_records_retried_total", "Records to be sent again, each time.", retried),
    ROW("ilf_records_repeated_total", "Records sent that may have arrived before.", repeated),
    ROW("ilf_bytes_delivered_total", "Bytes of records delivered, before compression.", raw),
    ROW("ilf_wire_bytes_total", "The same as sent over the wire.", wire),
#undef ROW
};

static void put_counters(struct ilf__page *w, ilf_flusher *first)
{
    for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
        ilf__put_header(w, "", counters[i].name, counters[i].help, "counter");
        for
            each_delivered(f, first) ilf__put_series(
                w, "", counters[i].name, "", f,
                read_count((ilf__count *)((char *)ilf__delivery_counts(f->delivery) +
                                          counters[i].offset)));
    }
}

/* --- Gauges ----------------------------------------------------------------------------------- */

struct snapshot {
    struct ilf__delivery_gauges g;
    uint64_t now;
};

static double age(uint64_t of, uint64_t now)
{
    return of > 0 && now > of ? (double)(now - of) / 1e9 : 0;
}

static double queue_age(const struct snapshot *s)
{
    return age(s->g.oldest, s->now);
}

static double spool_age(const struct snapshot *s)
{
    return age(s->g.spool.oldest, s->now);
}

#define VALUE(name, expression)                                                                    \
    static double name(const struct snapshot *s)                                                   \
    {                                                                                              \
        return (double)(expression);                                                               \
    }
VALUE(queue_payloads, s->g.queued.payloads)
VALUE(queue_records, s->g.queued.events)
VALUE(queue_bytes, s->g.queued.bytes)
VALUE(in_flight, s->g.in_flight)
VALUE(limit, s->g.limit)
VALUE(spool_payloads, s->g.spool.payloads)
VALUE(spool_records, s->g.spool.events)
VALUE(spool_bytes, s->g.spool.bytes)
VALUE(spool_damaged, s->g.spool.damaged)
#undef VALUE

static const struct gauge {
    const char *name, *help, *type;
    bool spool; /* of those only that have one */
    double (*value)(const struct snapshot *s);
} gauges[] = {
    {"ilf_queue_payloads", "Payloads in memory.", "gauge", false, queue_payloads},
    {"ilf_queue_records", "Records in memory.", "gauge", false, queue_records},
    {"ilf_queue_bytes", "Memory that they take.", "gauge", false, queue_bytes},
    {"ilf_queue_age_seconds", "Age of the oldest payload in memory.", "gauge", false, queue_age},
    {"ilf_in_flight", "Payloads being sent.", "gauge", false, in_flight},
    {"ilf_concurrency_limit", "Payloads that may be sent at once now.", "gauge", false, limit},
    {"ilf_spool_payloads", "Payloads in the spool.", "gauge", true, spool_payloads},
    {"ilf_spool_records", "Records in the spool.", "gauge", true, spool_records},
    {"ilf_spool_bytes", "Bytes of the spool that are in use.", "gauge", true, spool_bytes},
    {"ilf_spool_age_seconds", "Age of the oldest payload in the spool.", "gauge", true, spool_age},
    {"ilf_spool_damaged_total", "Payloads of the spool set aside as damaged.", "counter", true,
     spool_damaged},
};

static void put_gauges(struct ilf__page *w, ilf_flusher *first)
{
    for (size_t i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++) {
        bool any = false;

        for
            each_delivered(f, first)
            {
                struct snapshot s = {.now = f->host.now(f)};

                ilf__delivery_gauges(f->delivery, &s.g);
                if (gauges[i].spool && !s.g.has_spool)
                    continue;
                if (!any)
                    ilf__put_header(w, "", gauges[i].name, gauges[i].help, gauges[i].type);
                any = true;
                ilf__put_number(w, gauges[i].name, "", f, gauges[i].value(&s));
            }
    }
}

static void put_breakers(struct ilf__page *w, ilf_flusher *first)
{
    ilf__put_header(w, "", "ilf_breaker_state",
                    "Circuit of each endpoint; 0: closed, 1: half-open, 2: open.", "gauge");
    for
        each_delivered(f, first)
        {
            struct ilf__delivery_gauges g;

            ilf__delivery_gauges(f->delivery, &g);
            for (size_t i = 0; i < g.n_endpoints; i++) {
                int state;
                const char *name = ilf__delivery_endpoint(f->delivery, i, &state);
                char label[512], short_name[201];
                struct ilf__page text = ilf__page(label, sizeof(label));

                (void)snprintf(short_name, sizeof(short_name), "%s", name);
                if (!*name)
                    (void)snprintf(short_name, sizeof(short_name), "%zu", i);
                ilf__put_label(&text, "endpoint", short_name);
                ilf__put_series(w, "", "ilf_breaker_state", label, f, (uint64_t)state);
            }
        }
}

/* --- Latency ---------------------------------------------------------------------------------- */

static void put_latency(struct ilf__page *w, ilf_flusher *first)
{
    const char *name = "ilf_send_duration_seconds";

    ilf__put_header(w, "", name, "Time that sends took.", "histogram");
    for
        each_delivered(f, first)
        {
            const struct ilf__counts *n = ilf__delivery_counts(f->delivery);
            uint64_t sum = 0;

            for (size_t i = 0; i <= ILF__LATENCY_BUCKETS; i++) {
                char bound[32] = ",le=\"+Inf\"";

                if (i < ILF__LATENCY_BUCKETS)
                    (void)snprintf(bound, sizeof(bound), ",le=\"%g\"", ilf__latency_bounds[i]);
                sum += read_count(&n->latency[i]);
                ilf__put_series(w, name, "_bucket", bound, f, sum);
            }
            ilf__put_number(w, "ilf_send_duration_seconds_sum", "", f,
                            (double)read_count(&n->send_ns) / 1e9);
            ilf__put_series(w, name, "_count", "", f, sum); /* what the buckets have said */
        }
}

void ilf__put_delivery(struct ilf__page *w, ilf_flusher *first)
{
    first = next_delivered(first);
    if (!first)
        return;
    put_counters(w, first);
    put_gauges(w, first);
    put_breakers(w, first);
    put_latency(w, first);
}
