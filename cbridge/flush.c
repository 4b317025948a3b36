/* The data of an instance: flushes of either generation, given to the flusher or to its delivery. */
#include "instance.h"

#include <string.h>

#include "convert.h"
#include "delivery.h"
#include "hook.h"
#include "letter_read.h"
#include "pb.h"

static ilf_status call_flush(ilf_flusher *f, void *data, uint32_t attempt, ilf_error *err)
{
    ilf_batch *batch = data;

    batch->attempt = attempt;
    return ilf__hook_status(f->ops->flush(f->self, batch, err), "flush", err);
}

static ilf_status call_encode(ilf_flusher *f, void *data, uint32_t attempt, ilf_error *err)
{
    ilf_batch *batch = data;

    batch->attempt = attempt;
    return ilf__hook_status(f->ops->encode(f->self, batch, ilf__delivery_encoder(f->delivery), err),
                            "encode", err);
}

static ilf_status queue_groups(ilf_flusher *f, void *data, uint32_t attempt, ilf_error *err)
{
    return ilf__delivery_flush(f->delivery, call_encode, data, attempt, err);
}

static ilf_status call_export(ilf_flusher *f, void *data, uint32_t attempt, ilf_error *err)
{
    ilf_event_batch *batch = data;

    batch->attempt = attempt;
    return ilf__hook_status(f->ops->export_events(f->self, batch, err), "export_events", err);
}

static ilf_status call_encode_events(ilf_flusher *f, void *data, uint32_t attempt, ilf_error *err)
{
    ilf_event_batch *batch = data;

    batch->attempt = attempt;
    return ilf__hook_status(
        f->ops->encode_events(f->self, batch, ilf__delivery_encoder(f->delivery), err),
        "encode_events", err);
}

static ilf_status queue_events(ilf_flusher *f, void *data, uint32_t attempt, ilf_error *err)
{
    return ilf__delivery_flush(f->delivery, call_encode_events, data, attempt, err);
}

/* A dead letter's record is in the sink's format already. */
static ilf_status put_letter(ilf_flusher *f, void *data, uint32_t attempt, ilf_error *err)
{
    const struct ilf__letter *letter = data;
    const ilf_encoder *to = ilf__delivery_encoder(f->delivery);

    (void)attempt;
    (void)err;
    return to->put(to->context, &(const ilf_record){.body = letter->body,
                                                    .destination = letter->destination,
                                                    .n_events = letter->n_events});
}

static ilf_status queue_letter(ilf_flusher *f, void *data, uint32_t attempt, ilf_error *err)
{
    return ilf__delivery_flush(f->delivery, put_letter, data, attempt, err);
}

/* A queued batch is counted record by record, when each has ended; except for what encode has made
 * no record of, or more records than there were. */
static void count_queued(ilf_flusher *f, uint64_t n)
{
    uint64_t taken = ilf__delivery_taken(f->delivery);

    if (taken < n)
        ilf__metrics_add(&f->metrics.unencoded, n - taken);
    else
        ilf__metrics_add(&f->metrics.records, taken - n);
}

/* Give @n records to the flusher by @call, and count what became of them. */
static ilf_status deliver(ilf_flusher *f, ilf__call call, void *data, uint64_t n, ilf_error *err)
{
    ilf_status status = ilf__retry(f, call, data, err);

    if (status == ILF_OK && f->delivery)
        count_queued(f, n);
    else if (status == ILF_OK)
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
    if (f->ops->flush || f->ops->encode)
        return deliver(f, f->delivery ? queue_groups : call_flush, batch, n, err);
    if (ilf__to_events(&f->batch, batch, &events) != ILF_OK)
        return fail_memory(f, n, err);
    return deliver(f, f->delivery ? queue_events : call_export, &events, n, err);
}

static ilf_status export_groups(ilf_flusher *f, ilf_event_batch *events, ilf_error *err)
{
    ilf_batch batch;
    uint64_t n = 0, refused;

    for (size_t i = 0; i < events->n_groups; i++)
        n += events->groups[i].n_events;
    count_in(f, n, events->n_bytes);
    if (f->ops->export_events || f->ops->encode_events)
        return deliver(f, f->delivery ? queue_events : call_export, events, n, err);
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
    return deliver(f, f->delivery ? queue_groups : call_flush, &batch, n - refused, err);
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
    ilf__leave(f, ILF__STARTED);
}

ilf_status ilf_flusher_flush(ilf_flusher *f, const ilf_batch *batch, ilf_error *err)
{
    uint64_t started = ilf__monotonic();
    ilf_error unseen;
    ilf_batch taken;
    ilf_status status;

    err = ilf__clear_error(err, &unseen);
    status = take(&taken, sizeof(taken), offsetof(ilf_batch, n_bytes), batch, f, err);
    if (status == ILF_OK)
        status = ilf__enter(f, ILF__STARTED, "flush", err);
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

    err = ilf__clear_error(err, &unseen);
    status = take(&taken, sizeof(taken), offsetof(ilf_event_batch, n_bytes), batch, f, err);
    if (status == ILF_OK)
        status = ilf__enter(f, ILF__STARTED, "export", err);
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

    err = ilf__clear_error(err, &unseen);
    status = ilf__enter(f, ILF__STARTED, "flush_pb", err);
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

static ilf_status replay(ilf_flusher *f, struct ilf__letter *letter, ilf_error *err)
{
    if (strcmp(letter->flusher, f->ops->name) != 0)
        return ilf_fail(err, ILF_ERR_DROP, "is a dead letter of %.100s, which must replay it",
                        letter->flusher);
    if (!letter->encoded)
        return ilf_fail(err, ILF_ERR_DROP,
                        "can't be sent: it never had the sink's form (\"encoded\" is false)");
    if (letter->n_events == 0)
        letter->n_events = 1; /* so that its end shows in the counters */
    count_in(f, letter->n_events, letter->body.len);
    return deliver(f, queue_letter, letter, letter->n_events, err);
}

ilf_status ilf_flusher_replay(ilf_flusher *f, const char *line, size_t len, ilf_error *err)
{
    uint64_t started = ilf__monotonic();
    struct ilf__read_letter read;
    ilf_error unseen;
    ilf_status status;

    err = ilf__clear_error(err, &unseen);
    if (!f->delivery)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "%s: replay: this flusher sends at once, and writes no dead letters",
                        f->ops->name);
    status = ilf__enter(f, ILF__STARTED, "replay", err);
    if (status != ILF_OK)
        return status;
    status = ilf__letter_read(&read, (ilf_str){line, len}, err);
    if (status == ILF_OK) {
        status = replay(f, &read.letter, err);
        ilf__letter_dispose(&read);
    }
    finish(f, started);
    return status;
}
