/* A delivered flusher whose sink is a script, for the tests of delivery. */
#ifndef ILF_TESTS_DELIVERY_TEST_H
#define ILF_TESTS_DELIVERY_TEST_H

#include <time.h>

#include "delivery_parts.h"
#include "ilf_test.h"

/* What the sink says, for how long it waits, and whether it waits for cancel. */
struct test_answer {
    ilf_result result;
    uint8_t records[4096];
    bool by_record;
    uint64_t after; /* nanoseconds; 0: during send */
    bool never;     /* only cancel ends it */
};

struct test_send {
    struct test_send *next;
    const ilf_host *host;
    const ilf_payload *payload;
    struct test_answer answer;
    uint64_t at;
};

/* All that the sink of a test knows. One at a time, as `sink`. */
struct test_sink {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    bool quit;
    struct test_send *sends; /* under way */
    unsigned under_way, most_under_way;

    /* The script: called under the lock, with how many sends were before. */
    void (*answer)(struct test_sink *sink, const ilf_payload *payload, struct test_answer *answer);
    void *script;
    ilf_tuning tuning;
    ilf_status encode; /* what encode returns, where it is no ILF_OK after the first record */
    bool cancels;      /* cancel ends sends under way */

    unsigned n_sends;
    uint64_t sent_at[1 << 12]; /* monotonic */
    size_t n_records[1 << 12], endpoints[1 << 12];
    uint32_t attempts[1 << 12];
    char delivered[1 << 20]; /* bodies in their order, each with a space behind */
    size_t delivered_len;
    unsigned *seen; /* how often number i was delivered, where the test has set it */
    size_t n_seen;
};

static struct test_sink *sink;

static inline void test_take(struct test_sink *s, const ilf_payload *p, const struct test_answer *a)
{
    for (size_t i = 0; i < p->n_records; i++) {
        ilf_str record = ilf_payload_record(p, i);
        unsigned verdict = a->by_record ? a->records[i] : (unsigned)a->result.verdict;

        if (verdict != ILF_DELIVERED)
            continue;
        if (s->seen) {
            size_t id = strtoul(record.ptr, NULL, 10); /* a : ends it */

            assert_true(id < s->n_seen);
            s->seen[id]++;
        } else if (s->delivered_len + record.len + 1 < sizeof(s->delivered)) {
            memcpy(s->delivered + s->delivered_len, record.ptr, record.len);
            s->delivered_len += record.len;
            s->delivered[s->delivered_len++] = ' ';
            s->delivered[s->delivered_len] = '\0';
        }
    }
}

static inline void test_complete(struct test_send *send)
{
    struct test_answer *a = &send->answer;

    a->result.struct_size = sizeof(a->result);
    if (a->by_record)
        a->result.records = a->records;
    send->host->complete(send->host->context, send->payload, &a->result);
    free(send);
}

/* Completes the sends that are due. */
static inline void *test_sink_run(void *context)
{
    struct test_sink *s = context;

    pthread_mutex_lock(&s->lock);
    while (!s->quit) {
        struct test_send **first = &s->sends, *send;
        uint64_t now = ilf__monotonic(), next = now + 100000000;

        for (struct test_send **link = first; *link; link = &(*link)->next)
            if ((*link)->at < (*first)->at)
                first = link;
        send = *first;
        if (send && send->at > now) {
            next = send->at < next ? send->at : next;
            send = NULL;
        }
        if (send) {
            *first = send->next;
            s->under_way--;
            test_take(s, send->payload, &send->answer);
            pthread_mutex_unlock(&s->lock);
            test_complete(send);
            pthread_mutex_lock(&s->lock);
        } else {
            const struct timespec at = {(time_t)(next / 1000000000), (long)(next % 1000000000)};

            (void)pthread_cond_timedwait(&s->changed, &s->lock, &at);
        }
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

static inline void test_answer_ok(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    (void)p;
    (void)a;
}

/* Change the script while it runs. */
static inline void test_set_answer(void (*answer)(struct test_sink *, const ilf_payload *,
                                                  struct test_answer *))
{
    pthread_mutex_lock(&sink->lock);
    sink->answer = answer;
    pthread_mutex_unlock(&sink->lock);
}

static inline int test_sink_open(void **state)
{
    (void)state;
    sink = calloc(1, sizeof(*sink));
    pthread_mutex_init(&sink->lock, NULL);
    ilf__init_wake(&sink->changed);
    sink->answer = test_answer_ok;
    sink->cancels = true;
    pthread_create(&sink->thread, NULL, test_sink_run, sink);
    return test_make_folder(state);
}

static inline int test_sink_close(void **state)
{
    pthread_mutex_lock(&sink->lock);
    sink->quit = true;
    pthread_cond_signal(&sink->changed);
    pthread_mutex_unlock(&sink->lock);
    pthread_join(sink->thread, NULL);
    while (sink->sends) { /* of a test that has failed */
        struct test_send *send = sink->sends;

        sink->sends = send->next;
        free(send);
    }
    pthread_cond_destroy(&sink->changed);
    pthread_mutex_destroy(&sink->lock);
    free(sink);
    return test_remove_folder(state);
}

#define test_with_sink(test) cmocka_unit_test_setup_teardown(test, test_sink_open, test_sink_close)

/* --- The flusher ------------------------------------------------------------------------------ */

struct test_delivered {
    const ilf_host *host;
    bool woken;
    pthread_mutex_t lock;
    pthread_cond_t cond;
};

static inline ilf_status test_init(void *self, const ilf_host *host, ilf_error *err)
{
    (void)err;
    ((struct test_delivered *)self)->host = host;
    sink->tuning.struct_size = sizeof(sink->tuning);
    host->tune(host->context, &sink->tuning);
    return ILF_OK;
}

/* A log is a record: its first value is the body, further pairs to, key and reject say more. */
static inline ilf_status test_encode(void *self, const ilf_batch *batch, const ilf_encoder *to,
                                     ilf_error *err)
{
    (void)self;
    for (size_t g = 0; g < batch->n_groups; g++)
        for (size_t l = 0; l < batch->groups[g].n_logs; l++) {
            const ilf_log *log = &batch->groups[g].logs[l];
            ilf_record record = {.n_events = 1};
            bool rejected = false;
            ilf_status status;

            for (size_t i = 0; i < log->n_contents; i++) {
                const ilf_kv *kv = &log->contents[i];

                if (ilf_str_equal(kv->key, S("to")))
                    record.destination = kv->value;
                else if (ilf_str_equal(kv->key, S("key")))
                    record.key = kv->value;
                else if (ilf_str_equal(kv->key, S("reject")))
                    rejected = true;
                else
                    record.body = kv->value;
            }
            status = rejected ? to->reject(to->context, record.body, 1, "has no form")
                              : to->put(to->context, &record);
            if (status != ILF_OK)
                return status;
            if (sink->encode != ILF_OK)
                return ilf_fail(err, sink->encode, "encode fails");
        }
    return ILF_OK;
}

static inline void test_send_payload(void *self, const ilf_payload *payload)
{
    struct test_delivered *f = self;
    struct test_send *send = calloc(1, sizeof(*send));

    assert_non_null(send);
    send->host = f->host;
    send->payload = payload;
    pthread_mutex_lock(&sink->lock);
    if (sink->n_sends < 1 << 12) {
        sink->sent_at[sink->n_sends] = ilf__monotonic();
        sink->n_records[sink->n_sends] = payload->n_records;
        sink->endpoints[sink->n_sends] = payload->endpoint;
        sink->attempts[sink->n_sends] = payload->attempt;
    }
    sink->answer(sink, payload, &send->answer);
    sink->n_sends++;
    if (send->answer.after == 0 && !send->answer.never) {
        test_take(sink, payload, &send->answer);
        pthread_mutex_unlock(&sink->lock);
        test_complete(send);
        return;
    }
    send->at = send->answer.never ? UINT64_MAX : ilf__monotonic() + send->answer.after;
    send->next = sink->sends;
    sink->sends = send;
    sink->under_way++;
    if (sink->under_way > sink->most_under_way)
        sink->most_under_way = sink->under_way;
    pthread_cond_signal(&sink->changed);
    pthread_mutex_unlock(&sink->lock);
}

/* All sends that are under way now, of @host unless that is NULL, end with @answer. Returns how many
 * there are. */
static inline unsigned test_sink_answer(const struct test_answer *answer, const ilf_host *host)
{
    unsigned n = 0;

    pthread_mutex_lock(&sink->lock);
    for (struct test_send *send = sink->sends; send; send = send->next) {
        if (host && send->host != host)
            continue;
        send->answer = *answer;
        send->at = 0;
        n++;
    }
    pthread_cond_signal(&sink->changed);
    pthread_mutex_unlock(&sink->lock);
    return n;
}

static inline void test_sink_answer_all(const struct test_answer *answer)
{
    (void)test_sink_answer(answer, NULL);
}

static inline void test_cancel(void *self)
{
    const struct test_answer cancelled = {.result = {.verdict = ILF_CANCELLED}};

    if (sink->cancels)
        (void)test_sink_answer(&cancelled, ((struct test_delivered *)self)->host);
}

static inline ilf_status test_stop(void *self, ilf_error *err)
{
    const struct test_answer cancelled = {.result = {.verdict = ILF_CANCELLED}};

    (void)err;
    /* As a flusher must, it has no send under way when it has stopped. */
    while (test_sink_answer(&cancelled, ((struct test_delivered *)self)->host) > 0)
        usleep(1000);
    usleep(1000); /* one may be on the way to its completion */
    return ILF_OK;
}

static const ilf_flusher_ops test_delivered = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_test",
    .description = "delivers to a script",
    .instance_size = sizeof(struct test_delivered),
    .init = test_init,
    .encode = test_encode,
    .send = test_send_payload,
    .cancel = test_cancel,
    .stop = test_stop,
};

static inline void test_no_log(void *context, ilf_level level, ilf_str text)
{
    (void)context;
    (void)level;
    (void)text;
}

/* --- What tests do with it -------------------------------------------------------------------- */

/* Flush one batch of the records in @text, which are separated by spaces. A record may be
 * "to/key/body", "key/body" or "body"; a body that begins with ! is rejected. */
static inline ilf_status test_flush(ilf_flusher *f, const char *text)
{
    ilf_kv kvs[512][4];
    ilf_log logs[512];
    ilf_group group = {.logs = logs};
    ilf_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};
    char *copy = strdup(text), *save = NULL;
    ilf_error err = {""};
    ilf_status status;

    for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        size_t n = group.n_logs++, m = 0;
        char *body = strrchr(word, '/'), *key = word, *slash;

        assert_true(n < 512);
        if (body) {
            *body++ = '\0';
            slash = strchr(word, '/');
            if (slash) {
                *slash = '\0';
                kvs[n][m++] = (ilf_kv){S("to"), {word, strlen(word)}};
                key = slash + 1;
            }
            kvs[n][m++] = (ilf_kv){S("key"), {key, strlen(key)}};
        } else {
            body = word;
        }
        if (*body == '!')
            kvs[n][m++] = (ilf_kv){S("reject"), S("")};
        kvs[n][m++] = (ilf_kv){S("body"), {body, strlen(body)}};
        logs[n] = (ilf_log){.contents = kvs[n], .n_contents = m};
        batch.n_bytes += strlen(body);
    }
    status = ilf_flusher_flush(f, &batch, &err);
    free(copy);
    return status;
}

/* Fail unless @condition becomes true within a few seconds. */
#define wait_until(condition)                                                                      \
    do {                                                                                           \
        int tries_ = 0;                                                                            \
                                                                                                   \
        while (!(condition)) {                                                                     \
            if (++tries_ > 20000)                                                                  \
                fail_msg("never: %s", #condition);                                                 \
            usleep(1000);                                                                          \
        }                                                                                          \
    } while (0)

static inline uint64_t test_end(ilf_flusher *f, enum ilf__end end)
{
    uint64_t n;

    pthread_mutex_lock(&f->delivery->lock); /* so that the sink's side of it is seen too */
    n = test_count(&ilf__delivery_counts(f->delivery)->ends[end]);
    pthread_mutex_unlock(&f->delivery->lock);
    return n;
}

static inline uint64_t test_queued(ilf_flusher *f)
{
    struct ilf__delivery_gauges gauges;

    ilf__delivery_gauges(f->delivery, &gauges);
    return gauges.queued.events;
}

static inline unsigned test_sends(void)
{
    unsigned n;

    pthread_mutex_lock(&sink->lock);
    n = sink->n_sends;
    pthread_mutex_unlock(&sink->lock);
    return n;
}

/* Stop and free @f, whose count of @end must then be @want. */
static inline void test_stop_with(ilf_flusher *f, enum ilf__end end, uint64_t want)
{
    assert_works(ilf_flusher_stop(f, &err));
    assert_true(ilf__delivery_is_conserved(f->delivery));
    assert_int_equal(want, test_end(f, end));
    ilf_flusher_free(f);
}

#endif
