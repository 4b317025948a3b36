/* What the tests of flusher_c_kafka share: librdkafka's mock cluster, and a host that keeps what
 * became of payloads. */
#ifndef ILF_TESTS_KAFKA_TEST_H
#define ILF_TESTS_KAFKA_TEST_H

#include <librdkafka/rdkafka.h>

#include <librdkafka/rdkafka_mock.h> /* wants the other first */
#include <time.h>

#include "../../../flushers/kafka/flusher.h"
#include "../../../flushers/kafka/frame.h"
#include "ilf_test.h"

enum { TEST_PRODUCE = 0, TEST_TIMEOUT = 60 }; /* the number of a request; seconds */

/* What became of a payload. */
struct test_ended {
    bool ended;
    ilf_verdict verdict;
    uint32_t flags;
    int32_t code;
    char reason[512];
    uint8_t records[4096];
    bool by_record;
    char reasons[4][512]; /* of its first records */
};

struct test_payload {
    ilf_payload p;
    struct ilf__text bytes;
    ilf_record_end ends[4096];
    struct test_ended ended;
};

struct rig {
    struct test_log log;
    ilf_host host;
    struct sender s;
    rd_kafka_t *rk; /* which runs the cluster */
    rd_kafka_mock_cluster_t *cluster;
    struct test_payload *payloads[256];
    size_t n_payloads;
    uint64_t gauges;
};

static inline uint64_t test_now(void *context)
{
    struct timespec ts;

    (void)context;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static inline ilf_counter *test_counter(void *context, const char *name, const char *help)
{
    (void)name;
    (void)help;
    return context;
}

static inline void test_counter_add(void *context, ilf_counter *counter, uint64_t n)
{
    (void)context;
    (void)counter;
    (void)n;
}

static inline bool test_gauge(void *context, const char *name, const char *help,
                              const ilf_kv *labels, size_t n_labels, double value)
{
    (void)name;
    (void)help;
    (void)labels;
    (void)n_labels;
    (void)value;
    ((struct rig *)context)->gauges++;
    return true;
}

static inline void test_rig_log(void *context, ilf_level level, ilf_str text)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

    pthread_mutex_lock(&lock); /* librdkafka's threads log too */
    test_log_line(&((struct rig *)context)->log, level, text);
    pthread_mutex_unlock(&lock);
}

static inline void test_complete(void *context, const ilf_payload *payload,
                                 const ilf_result *result)
{
    struct test_payload *p = (struct test_payload *)(void *)payload; /* its first member */
    struct test_ended *e = &p->ended;

    (void)context;
    assert_false(e->ended);
    *e = (struct test_ended){.ended = true,
                             .verdict = result->verdict,
                             .flags = result->flags,
                             .code = result->code,
                             .by_record = result->records};
    (void)snprintf(e->reason, sizeof(e->reason), "%.*s", (int)result->reason.len,
                   result->reason.ptr ? result->reason.ptr : "");
    for (size_t i = 0; i < payload->n_records; i++)
        e->records[i] = result->records ? result->records[i] : (uint8_t)result->verdict;
    for (size_t i = 0; i < payload->n_records && i < 4 && result->reasons; i++)
        (void)snprintf(e->reasons[i], sizeof(e->reasons[i]), "%.*s", (int)result->reasons[i].len,
                       result->reasons[i].ptr ? result->reasons[i].ptr : "");
}

static inline void test_set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char text[256];

    if (rd_kafka_conf_set(conf, name, value, text, sizeof(text)) != RD_KAFKA_CONF_OK)
        fail_msg("%s", text);
}

/* A cluster of @brokers with @partitions in each topic, and a sender with the options that `set` gives
 * its properties, in pairs with a NULL behind. Ordered means gapless, as in config.c. */
static inline struct rig *test_rig(int brokers, int partitions, bool ordered,
                                   const char *const *set)
{
    static const char *const topics[] = {"a", "b", "c", NULL};
    struct rig *r = calloc(1, sizeof(*r));
    char text[256];

    r->host = (ilf_host){.struct_size = sizeof(ilf_host),
                         .context = r,
                         .log = test_rig_log,
                         .now = test_now,
                         .counter = test_counter,
                         .counter_add = test_counter_add,
                         .complete = test_complete,
                         .gauge = test_gauge};
    r->rk = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof(text));
    assert_non_null(r->rk);
    r->cluster = rd_kafka_mock_cluster_new(r->rk, brokers);
    assert_non_null(r->cluster);
    for (const char *const *topic = topics; *topic; topic++)
        assert_int_equal(0, rd_kafka_mock_topic_create(r->cluster, *topic, partitions, brokers));
    r->s.host = &r->host;
    r->s.ordered = ordered;
    r->s.max_topics = 1000;
    r->s.conf = rd_kafka_conf_new();
    test_set(r->s.conf, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(r->cluster));
    test_set(r->s.conf, "enable.idempotence", "true");
    test_set(r->s.conf, "enable.gapless.guarantee", ordered ? "true" : "false");
    test_set(r->s.conf, "message.timeout.ms", "0");
    test_set(r->s.conf, "retry.backoff.ms", "50");
    test_set(r->s.conf, "reconnect.backoff.max.ms", "200");
    test_set(r->s.conf, "linger.ms", "20");
    for (; set && *set; set += 2)
        test_set(r->s.conf, set[0], set[1]);
    return r;
}

static inline struct rig *test_begin(struct rig *r)
{
    ilf_error err;

    if (sender_init(&r->s, &err) != ILF_OK)
        fail_msg("%s", err.text);
    return r;
}

static inline void test_end(struct rig *r)
{
    sender_dispose(&r->s);
    rd_kafka_mock_cluster_destroy(r->cluster);
    rd_kafka_destroy(r->rk);
    for (size_t i = 0; i < r->n_payloads; i++) {
        ilf__text_dispose(&r->payloads[i]->bytes);
        free(r->payloads[i]);
    }
    free(r);
}

/* A payload for @topic without records. */
static inline struct test_payload *test_payload(struct rig *r, const char *topic)
{
    struct test_payload *p = calloc(1, sizeof(*p));

    assert_true(r->n_payloads < 256);
    r->payloads[r->n_payloads++] = p;
    p->p = (ilf_payload){.struct_size = sizeof(p->p),
                         .id = r->n_payloads,
                         .destination = {topic, strlen(topic)},
                         .ends = p->ends};
    return p;
}

static inline void test_add_bytes(struct test_payload *p)
{
    p->ends[p->p.n_records++] = (ilf_record_end){(uint32_t)p->bytes.len, 1};
    p->p.n_events++;
    p->p.bytes = (ilf_str){p->bytes.ptr, p->bytes.len};
}

/* Add a record; without @key it has none. */
static inline void test_add(struct test_payload *p, const char *key, const char *value)
{
    const ilf_str str = {key, key ? strlen(key) : 0};

    ilf__text_put(&p->bytes, value, strlen(value));
    frame_end(&p->bytes, key ? &str : NULL, (ilf_str){"", 0}, 0);
    test_add_bytes(p);
}

static inline struct test_payload *test_send_one(struct rig *r, const char *topic, const char *key,
                                                 const char *value)
{
    struct test_payload *p = test_payload(r, topic);

    test_add(p, key, value);
    sender_send(&r->s, &p->p);
    return p;
}

/* Poll until @p has ended. */
static inline struct test_ended *test_wait(struct rig *r, struct test_payload *p)
{
    time_t end = time(NULL) + TEST_TIMEOUT;

    while (!p->ended.ended && time(NULL) < end)
        sender_poll(&r->s, 100000000);
    if (!p->ended.ended)
        fail_msg("payload %llu does not end:\n%s", (unsigned long long)p->p.id, r->log.text);
    return &p->ended;
}

/* What the cluster has of @topic: of partition after partition "KEY=VALUE;". Waits for @n of them. */
static inline const char *test_read(struct rig *r, const char *topic, int partitions, size_t n)
{
    static char out[1 << 20];
    char text[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
    struct ilf__text of[16] = {{0}};
    time_t end = time(NULL) + TEST_TIMEOUT;
    rd_kafka_t *rk;
    size_t len = 0;

    test_set(conf, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(r->cluster));
    test_set(conf, "group.id", "reader");
    test_set(conf, "enable.partition.eof", "true");
    rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof(text));
    assert_non_null(rk);
    for (int i = 0; i < partitions; i++)
        rd_kafka_topic_partition_list_add(list, topic, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(rk, list);
    for (int ends = 0; (n > 0 || ends < partitions) && time(NULL) < end;) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(rk, 100);

        if (m && m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            ends++;
        if (m && !m->err) {
            struct ilf__text *t = &of[m->partition % 16];

            if (m->key) {
                ilf__text_put(t, m->key, m->key_len);
                ilf__text_put_char(t, '=');
            }
            ilf__text_put(t, m->payload, m->len);
            ilf__text_put_char(t, ';');
            n -= n > 0;
        }
        if (m)
            rd_kafka_message_destroy(m);
    }
    for (int i = 0; i < 16; i++) {
        if (of[i].len > 0)
            memcpy(out + len, of[i].ptr, of[i].len);
        len += of[i].len;
        ilf__text_dispose(&of[i]);
    }
    out[len] = '\0';
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(rk);
    return out;
}

#endif
