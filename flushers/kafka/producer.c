/* A client of librdkafka, from its start to its end, with the topics that it knows. */
#include "producer.h"

#include <signal.h>
#include <stdlib.h>

#include "cloexec.h"

/* Signals are the agent's business: no thread that is started now shall handle them. (librdkafka sees
 * to that itself, but for its mock cluster.) */
static void block_signals(sigset_t *before)
{
    sigset_t all;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, before);
}

ilf_status producer_new(struct producer **out, const rd_kafka_conf_t *conf, uint64_t batch_size,
                        bool round_robin, const struct kafka_oauth *oauth, ilf_error *err)
{
    const bool tokens = oauth && *oauth->token_url;
    struct producer *p = calloc(1, sizeof(*p));
    rd_kafka_conf_t *copy = p ? rd_kafka_conf_dup(conf) : NULL;
    char text[512] = "", size[32];
    size_t len = sizeof(size);
    ilf_status status = ILF_OK;
    sigset_t before;

    if (!copy) {
        free(p);
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    }
    if (batch_size > 0) {
        (void)snprintf(size, sizeof(size), "%llu", (unsigned long long)batch_size);
        (void)rd_kafka_conf_set(copy, "batch.size", size, NULL, 0);
    }
    if (rd_kafka_conf_get(copy, "batch.size", size, &len) == RD_KAFKA_CONF_OK)
        p->batch_size = strtoull(size, NULL, 10);
    p->round_robin = round_robin;
    rd_kafka_conf_enable_sasl_queue(copy, tokens);
    kafka_close_on_exec(copy);
    block_signals(&before);
    p->rk = rd_kafka_new(RD_KAFKA_PRODUCER, copy, text, sizeof(text));
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!p->rk) {
        bool memory = rd_kafka_last_error() == RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE;

        rd_kafka_conf_destroy(copy);
        free(p);
        return ilf_fail(err, memory ? ILF_ERR_NOMEM : ILF_ERR_CONFIG, "librdkafka: %s", text);
    }
    kafka_close_pipes_on_exec();
    p->queue = rd_kafka_queue_get_main(p->rk);
    if (tokens)
        status = tokens_start(&p->tokens, p->rk, oauth, err);
    if (status == ILF_OK)
        *out = p;
    else
        producer_free(p);
    return status;
}

/* --- The end ---------------------------------------------------------------------------------- */

static void end(struct producer *p)
{
    tokens_stop(p->tokens);
    for (size_t i = 0; i < PRODUCER_BUCKETS; i++)
        for (struct producer_topic *topic = p->topics[i]; topic; topic = topic->chain)
            rd_kafka_topic_destroy(topic->rkt);
    rd_kafka_queue_destroy(p->queue);
    rd_kafka_destroy(p->rk);
    for (size_t i = 0; i < PRODUCER_BUCKETS; i++) { /* until now partitioners may have run */
        while (p->topics[i]) {
            struct producer_topic *topic = p->topics[i];

            p->topics[i] = topic->chain;
            free(topic);
        }
    }
}

void producer_free(struct producer *p)
{
    if (!p)
        return;
    end(p);
    free(p);
}

static void *run_end(void *producer)
{
    struct producer *p = producer;

    end(p);
    atomic_store(&p->ended, true);
    return NULL;
}

static void free_graves(struct producer **graves, bool all)
{
    while (*graves) {
        struct producer *p = *graves;

        if (!all && !atomic_load(&p->ended)) {
            graves = &p->next;
            continue;
        }
        pthread_join(p->grave, NULL);
        *graves = p->next;
        free(p);
    }
}

void producer_bury(struct producer *p, struct producer **graves)
{
    sigset_t before;
    int failed;

    free_graves(graves, false);
    block_signals(&before);
    failed = pthread_create(&p->grave, NULL, run_end, p);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        producer_free(p);
        return;
    }
    p->next = *graves;
    *graves = p;
}

void producer_free_graves(struct producer **graves)
{
    free_graves(graves, true);
}

/* --- Topics ----------------------------------------------------------------------------------- */

/* Each partition in turn, leaving out those that have no leader while others do. */
static int32_t round_robin(const rd_kafka_topic_t *rkt, const void *key, size_t key_len, int32_t n,
                           void *opaque, void *message)
{
    struct producer_topic *topic = opaque;
    int32_t partition = 0;

    (void)key;
    (void)key_len;
    (void)message;
    for (int32_t i = 0; i < n; i++) {
        partition = (int32_t)(atomic_fetch_add(&topic->turn, 1) % (uint32_t)n);
        if (rd_kafka_topic_partition_available(rkt, partition))
            break;
    }
    return partition;
}

static struct producer_topic *find(const struct producer *p, ilf_str name, size_t *bucket)
{
    uint32_t hash = 2166136261;
    struct producer_topic *topic;

    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.ptr[i]) * 16777619;
    *bucket = hash % PRODUCER_BUCKETS;
    topic = p->topics[*bucket];
    while (topic && (topic->len != name.len || memcmp(topic->name, name.ptr, name.len) != 0))
        topic = topic->chain;
    return topic;
}

bool producer_knows(const struct producer *p, ilf_str name)
{
    size_t bucket;

    return find(p, name, &bucket);
}

rd_kafka_topic_t *producer_topic(struct producer *p, ilf_str name)
{
    size_t bucket;
    struct producer_topic *topic = find(p, name, &bucket);
    rd_kafka_topic_conf_t *conf = NULL;

    if (topic)
        return topic->rkt;
    topic = calloc(1, sizeof(*topic) + name.len + 1);
    if (!topic)
        return NULL;
    topic->len = name.len;
    memcpy(topic->name, name.ptr, name.len);
    if (p->round_robin) {
        conf = rd_kafka_default_topic_conf_dup(p->rk);
        rd_kafka_topic_conf_set_opaque(conf, topic);
        rd_kafka_topic_conf_set_partitioner_cb(conf, round_robin);
    }
    topic->rkt = rd_kafka_topic_new(p->rk, topic->name, conf);
    if (!topic->rkt) {
        if (conf)
            rd_kafka_topic_conf_destroy(conf);
        free(topic);
        return NULL;
    }
    topic->chain = p->topics[bucket];
    p->topics[bucket] = topic;
    p->n_topics++;
    return topic->rkt;
}
