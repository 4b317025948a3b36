/* Encoding and sending, as the runtime asks for them but with nothing between. Memory for it is
 * static: to allocate would take part in the counts of what the flusher allocates. */
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <time.h>

#include "deliver.h"

enum { STALE = 64 << 20, SENDINGS = 4096, DELIVERIES = 256 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;
static struct sending sendings[SENDINGS];
static size_t n_sendings;
static struct delivery deliveries[DELIVERIES];

bool is_delivered(void)
{
    return loaded()->send != NULL;
}

void need_delivered(void)
{
    if (!is_delivered())
        skip("it has no send hook");
}

struct delivery *delivery_of(const struct instance *i)
{
    return &deliveries[i->id];
}

void delivery_reset(const struct instance *i)
{
    *delivery_of(i) = (struct delivery){0};
}

void *stale_alloc(size_t len)
{
    static char stale[STALE];
    static size_t used;
    size_t at;

    pthread_mutex_lock(&lock);
    if (len > STALE - used)
        used = 0;
    at = used;
    used += (len + 15) / 16 * 16;
    pthread_mutex_unlock(&lock);
    if (len > STALE)
        skip("%zu bytes do not fit", len);
    return memset(stale + at, 0, len);
}

static ilf_str keep(ilf_str str)
{
    char *copy = stale_alloc(str.len);

    if (str.len > 0)
        memcpy(copy, str.ptr,
               str.len); /* a crash here is the flusher's, whose string ends before */
    return (ilf_str){copy, str.len};
}

/* --- The encoder --------------------------------------------------------------------------------- */

/* Whose encode was called last: it goes on with that one when the context is wrong. */
static struct instance *encoding;

static struct outbox *outbox_of(const void *context, const char *verb)
{
    struct instance *i = instance_of(context);

    if (!i)
        note(ENCODER_CONTEXT, "called  %s(%p, ...), and not with the encoder's context", verb,
             context);
    return &delivery_of(i ? i : encoding)->outbox;
}

/* What this call of the encoder returns. */
static ilf_status count_call(struct outbox *box)
{
    if (box->failed) {
        box->calls_after++;
        return box->fail_with;
    }
    if (box->fail_at == 0 || box->puts + box->rejects < box->fail_at)
        return ILF_OK;
    box->failed = true;
    return box->fail_with;
}

static ilf_status take_record(void *context, const ilf_record *record)
{
    struct outbox *box = outbox_of(context, "put");
    ilf_record copy;

    box->puts++;
    box->events += record->n_events;
    if (record->reserved != 0)
        note(RECORD_RESERVED, "seen    a record whose reserved is %u", record->reserved);
    copy = (ilf_record){keep(record->body), keep(record->destination), keep(record->key),
                        record->n_events, 0};
    if (box->n_kept < KEPT_RECORDS)
        box->kept[box->n_kept++] = copy;
    return count_call(box);
}

static ilf_status take_reject(void *context, ilf_str text, uint32_t n_events, const char *why)
{
    struct outbox *box = outbox_of(context, "reject");
    size_t len = why ? strnlen(why, 201) : 0;

    box->rejects++;
    box->events += n_events;
    (void)keep(text);
    if (len == 0 || len > 200 || has_control(why, len) || !is_utf8(why, len))
        note(REJECT_WHY, "seen    reject with the why \"%.*s\"", (int)len, why ? why : "");
    look_for_secret("the why of a reject", (ilf_str){why, len});
    return count_call(box);
}

ilf_encoder *encoder_into(void *memory, struct instance *i)
{
    ilf_encoder *encoder = memory;

    *encoder = (ilf_encoder){sizeof(*encoder), i, take_record, take_reject};
    return encoder;
}

static const ilf_encoder *encoder_of(struct instance *i)
{
    struct outbox *box = &delivery_of(i)->outbox;
    ilf_encoder *encoder = box->encoder;
    unsigned fail_at = box->fail_at;
    ilf_status fail_with = box->fail_with;

    encoding = i;
    *box = (struct outbox){.encoder = encoder, .fail_at = fail_at, .fail_with = fail_with};
    return encoder ? encoder : encoder_into(stale_alloc(sizeof(*encoder)), i);
}

static ilf_status judge_encode(struct instance *i, const char *verb, int status, size_t logged)
{
    const struct outbox *box = &delivery_of(i)->outbox;

    if (!box->failed && status != ILF_OK && status != ILF_ERR_DROP && status != ILF_ERR_NOMEM)
        note(ENCODE_STATUS, "seen    %s returns %d, when all calls of the encoder were ILF_OK",
             verb, status);
    if (box->failed && status != (int)box->fail_with)
        note(ENCODE_HIDES,
             "called  %s, whose call %u of the encoder returns %d\nseen    %s returns %d", verb,
             box->fail_at, (int)box->fail_with, verb, status);
    if (box->calls_after > 0)
        note(ENCODE_GOES_ON,
             "called  %s, whose call %u of the encoder returns %d\nseen    %u calls of the encoder "
             "after that",
             verb, box->fail_at, (int)box->fail_with, box->calls_after);
    if (box->failed && status == (int)box->fail_with)
        return (ilf_status)status; /* the encoder's own failure needs no text */
    return judge(i, verb, status, logged);
}

ilf_status call_encode(struct instance *i, const ilf_batch *batch)
{
    const ilf_encoder *encoder = encoder_of(i);
    size_t logged = heard.log_len;

    before(i, "encode");
    return judge_encode(i, "encode", (int)the.ops->encode(i->self, batch, encoder, i->err), logged);
}

ilf_status call_encode_events(struct instance *i, const ilf_event_batch *batch)
{
    const ilf_encoder *encoder = encoder_of(i);
    size_t logged = heard.log_len;

    before(i, "encode_events");
    return judge_encode(i, "encode_events",
                        (int)the.ops->encode_events(i->self, batch, encoder, i->err), logged);
}

ilf_status encode(struct instance *i, struct sample *sample)
{
    return the.ops->encode ? call_encode(i, sample->batch) : call_encode_events(i, sample->events);
}

/* --- Payloads -------------------------------------------------------------------------------------- */

ilf_payload *payload_of(ilf_str destination, const ilf_str *bodies, size_t n)
{
    static uint64_t id;
    ilf_record_end *ends = stale_alloc(n * sizeof(*ends));
    ilf_payload *payload = stale_alloc(sizeof(*payload));
    size_t len = 0;
    char *bytes;

    for (size_t r = 0; r < n; r++) {
        len += bodies[r].len;
        ends[r] = (ilf_record_end){(uint32_t)len, 1};
    }
    bytes = stale_alloc(len);
    len = 0;
    id++;
    for (size_t r = 0; r < n; r++) {
        if (bodies[r].len > 0)
            memcpy(bytes + len, bodies[r].ptr, bodies[r].len);
        len += bodies[r].len;
    }
    id++;
    *payload = (ilf_payload){.struct_size = sizeof(*payload),
                             .id = id,
                             .destination = destination,
                             .bytes = {bytes, len},
                             .ends = ends,
                             .n_records = n,
                             .n_events = n,
                             .accepted_at = UINT64_C(1700000000000000000)};
    return payload;
}

ilf_payload *payload_new(struct instance *i)
{
    const struct outbox *box = &delivery_of(i)->outbox;

    if (encode(i, sample_new("the batch")) != ILF_OK || box->n_kept == 0)
        skip("encode makes no record of an ordinary batch");
    return payload_of(box->kept[0].destination, &box->kept[0].body, 1);
}

static void *guarded(const char *what, const void *ptr, size_t size, size_t align)
{
    void *copy = region_last(region_new(what, size > 0 ? size : 1), size, align);

    if (size > 0)
        memcpy(copy, ptr, size);
    return copy;
}

ilf_payload *payload_guard(const ilf_payload *payload)
{
    ilf_payload *copy = guarded("a payload", payload, sizeof(*payload), 8);

    copy->bytes.ptr = guarded("the bytes of a payload", copy->bytes.ptr, copy->bytes.len, 1);
    copy->destination.ptr =
        guarded("the destination of a payload", copy->destination.ptr, copy->destination.len, 1);
    copy->ends =
        guarded("the ends of a payload", copy->ends, copy->n_records * sizeof(*copy->ends), 4);
    return copy;
}

void payload_protect(const ilf_payload *payload, int prot, const char *what)
{
    /* Where an empty string lies is in no region's bytes, but nobody reads it either. */
    if (payload->bytes.len > 0)
        region_protect(region_of(payload->bytes.ptr), prot, what);
    if (payload->destination.len > 0)
        region_protect(region_of(payload->destination.ptr), prot, what);
    region_protect(region_of(payload->ends), prot, what);
    region_protect(region_of(payload), prot, what); /* last: it says where the others are */
}

/* --- Sending --------------------------------------------------------------------------------------- */

struct sending *call_send(struct instance *i, ilf_payload *payload, bool guard)
{
    struct sending *s;

    pthread_mutex_lock(&lock);
    s = &sendings[n_sendings++ % SENDINGS];
    *s = (struct sending){
        .i = i, .payload = payload, .n_records = payload->n_records, .guarded = guard};
    delivery_of(i)->under_way++;
    pthread_mutex_unlock(&lock);
    step("send");
    the.ops->send(i->self, payload);
    return s;
}

static unsigned under_way(struct instance *i)
{
    unsigned n;

    pthread_mutex_lock(&lock);
    n = delivery_of(i)->under_way;
    pthread_mutex_unlock(&lock);
    return n;
}

static void wait_for_threads(const struct instance *i)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 20000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&lock);
    if (delivery_of(i)->under_way > 0)
        (void)pthread_cond_timedwait(&ended, &lock, &until);
    pthread_mutex_unlock(&lock);
}

bool await(struct instance *i, double limit)
{
    double deadline = seconds() + limit;

    while (under_way(i) > 0) {
        if (seconds() > deadline)
            return false;
        step("poll, with a send in flight");
        if (the.ops->poll)
            the.ops->poll(i->self, 20000000);
        else
            wait_for_threads(i);
    }
    return true;
}

bool await_patiently(struct instance *i, double limit)
{
    double own = own_timeout();

    if (await(i, limit))
        return true;
    if (own > 0) {
        need_more(own + patience());
        if (await(i, own + patience()))
            return true;
    }
    if (!the.ops->cancel)
        return false;
    the.ops->cancel(i->self);
    return await(i, 2 * patience());
}

void must_end(struct instance *i)
{
    if (await(i, 3 * patience()))
        return;
    if (the.ops->cancel)
        the.ops->cancel(i->self);
    else if (own_timeout() > 0)
        need_more(own_timeout());
    if (!await(i, patience() + (the.ops->cancel ? 0 : own_timeout())))
        skip("a send does not end: see send.ends");
}

bool was_the_sinks(const struct sending *s)
{
    return s->verdict != ILF_DELIVERED &&
           (s->code != 0 || (s->flags & (ILF_RESULT_UNREACHED | ILF_RESULT_UNANSWERED)));
}

/* As the runtime does: neighbours of one destination together, as many as the flusher wants. */
static void send_encoded(struct instance *i)
{
    const struct delivery *d = delivery_of(i);
    const ilf_record *kept = d->outbox.kept;
    ilf_str bodies[KEPT_RECORDS];
    size_t most = d->tuned.max_records > 0 ? d->tuned.max_records : KEPT_RECORDS, n;

    for (size_t r = 0, sent = 0; r < d->outbox.n_kept && sent < 4; r += n, sent++) {
        for (n = 0; r + n < d->outbox.n_kept && n < most; n++) {
            if (!ilf_str_equal(kept[r].destination, kept[r + n].destination))
                break;
            bodies[n] = kept[r + n].body;
        }
        (void)call_send(i, payload_of(kept[r].destination, bodies, n), false);
    }
    must_end(i);
}

ilf_status deliver(struct instance *i, struct sample *sample, bool logs, bool events)
{
    ilf_status status = ILF_OK, other;

    if (logs && the.ops->encode) {
        status = call_encode(i, sample->batch);
        if (status == ILF_OK)
            send_encoded(i);
    }
    if (events && the.ops->encode_events) {
        other = call_encode_events(i, sample->events);
        if (other == ILF_OK)
            send_encoded(i);
        status = status != ILF_OK ? status : other;
    }
    return status;
}

/* --- Completions ------------------------------------------------------------------------------------ */

static bool is_line(ilf_str text)
{
    return text.len == 0 || (!has_control(text.ptr, text.len) && is_utf8(text.ptr, text.len));
}

/* Can all of @size bytes be read? Of each page one is tried. */
static bool is_there(const void *ptr, size_t size)
{
    const char *at = ptr;

    for (size_t n = 0; n < size; n += 4096)
        if (!is_readable(at + n))
            return false;
    return size == 0 || is_readable(at + size - 1);
}

static void judge_records(const struct sending *s, const ilf_result *result)
{
    for (size_t r = 0; result->records && r < s->n_records; r++) {
        if (!is_there(result->records, s->n_records) || result->records[r] > ILF_CANCELLED) {
            note(RESULT_RECORDS, "seen    records has no verdict at number %zu of %zu", r,
                 s->n_records);
            return;
        }
    }
    for (size_t r = 0; result->reasons && r < s->n_records; r++) {
        if (!is_there(result->reasons, s->n_records * sizeof(ilf_str)) ||
            !is_there(result->reasons[r].ptr, result->reasons[r].len) ||
            !is_line(result->reasons[r])) {
            note(RESULT_REASONS, "seen    reasons has no line of text at number %zu of %zu", r,
                 s->n_records);
            return;
        }
        look_for_secret("the reason of a record", result->reasons[r]);
    }
}

static void judge_result(struct sending *s, const ilf_result *result)
{
    const int shown = (int)(result->reason.len < 200 ? result->reason.len : 200);

    s->verdict = result->verdict;
    s->flags = result->flags;
    s->code = result->code;
    tell_send(result->verdict, result->reason);
    if (result->struct_size < sizeof(*result))
        note(RESULT_SIZE, "seen    a result whose struct_size is %zu", result->struct_size);
    if ((unsigned)result->verdict > ILF_CANCELLED)
        note(RESULT_VERDICT, "seen    verdict %d", (int)result->verdict);
    if ((result->flags & ~(ILF_RESULT_UNANSWERED | ILF_RESULT_UNREACHED)) || result->reserved != 0)
        note(RESULT_FLAGS, "seen    flags 0x%x, reserved %u", result->flags, result->reserved);
    if (result->retry_after < 0)
        note(RESULT_RETRY_AFTER, "seen    retry_after %lld", (long long)result->retry_after);
    if (!is_line(result->reason))
        note(RESULT_REASON, "seen    the reason \"%.*s\"", shown, result->reason.ptr);
    if (result->reason.len == 0 && result->verdict != ILF_DELIVERED &&
        result->verdict != ILF_CANCELLED)
        note(RESULT_SILENT, "seen    verdict %d without a reason", (int)result->verdict);
    look_for_secret("the reason of a result", result->reason);
    judge_records(s, result);
}

static struct sending *find_sending(const ilf_payload *payload)
{
    size_t n = n_sendings < SENDINGS ? n_sendings : SENDINGS;

    for (size_t back = 1; back <= n; back++) { /* the newest: addresses come again */
        struct sending *s = &sendings[(n_sendings - back) % SENDINGS];

        if (s->payload == payload)
            return s;
    }
    return NULL;
}

void host_complete(void *context, const ilf_payload *payload, const ilf_result *result)
{
    struct instance *i;
    struct sending *s;

    pthread_mutex_lock(&lock);
    i = owner(context, "complete");
    s = find_sending(payload);
    if (!s || (i && s->i != i)) {
        note(COMPLETE_FOREIGN, "called  host->complete with the payload %p, which was not sent",
             (const void *)payload);
    } else if (s->ended) {
        note(COMPLETE_TWICE, "called  host->complete a second time for one send");
    } else {
        judge_result(s, result);
        if (s->guarded)
            payload_protect(payload, PROT_NONE, "which is gone with its completion");
        s->ended = true;
        delivery_of(s->i)->under_way--;
        pthread_cond_broadcast(&ended);
    }
    pthread_mutex_unlock(&lock);
}

/* --- Tuning ---------------------------------------------------------------------------------------- */

static void judge_endpoints(struct tuned *tuned, const ilf_tuning *tuning)
{
    for (size_t e = 0; tuning->endpoints && e < tuning->n_endpoints; e++) {
        const char *label = tuning->endpoints[e];

        if (!label || !is_readable(label) || !*label || !is_line((ilf_str){label, strlen(label)})) {
            note(TUNE_ENDPOINTS, "seen    endpoint %zu of %zu has no name of one line", e,
                 tuning->n_endpoints);
            return;
        }
        look_for_secret("the name of an endpoint", (ilf_str){label, strlen(label)});
        if (e < 8)
            (void)snprintf(tuned->labels[e], sizeof(tuned->labels[e]), "%s", label);
    }
}

void host_tune(void *context, const ilf_tuning *tuning)
{
    struct instance *i = owner(context, "tune");
    struct delivery *d;

    if (!i)
        return;
    d = delivery_of(i);
    if (!is_delivered())
        note(TUNE_DIRECT, "called  host->tune, by a flusher that delivers itself");
    if (!d->starting)
        note(TUNE_LATE, "called  host->tune outside of init");
    if (d->tuned.times++ > 0)
        note(TUNE_TWICE, "called  host->tune a second time");
    if (tuning->struct_size < sizeof(*tuning))
        note(TUNE_SIZE, "seen    a tuning whose struct_size is %zu", tuning->struct_size);
    if (tuning->max_retry_times < -1)
        note(TUNE_RETRIES, "seen    max_retry_times %d", tuning->max_retry_times);
    d->tuned.max_records = tuning->max_payload_records;
    d->tuned.n_endpoints = tuning->n_endpoints;
    d->tuned.endpoints = tuning->endpoints;
    judge_endpoints(&d->tuned, tuning);
}
