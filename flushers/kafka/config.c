/* The properties of librdkafka that the flusher's options stand for. */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>

#include "../common/text.h"

const char *const kafka_partitioners[] = {
    "random",     "roundrobin",        "hash",  "murmur2",      "murmur2_random",
    "consistent", "consistent_random", "fnv1a", "fnv1a_random", NULL};
const char *const kafka_compressions[] = {"none", "gzip", "snappy", "lz4", "zstd", NULL};

enum { GZIP = 1, ZSTD = 4 };

/* --- One property ----------------------------------------------------------------------------- */

/* Several properties have two names. */
static const char *canonical(const char *property)
{
    static const char *const names[][2] = {
        {"metadata.broker.list", "bootstrap.servers"},
        {"max.in.flight", "max.in.flight.requests.per.connection"},
        {"queue.buffering.max.ms", "linger.ms"},
        {"retries", "message.send.max.retries"},
        {"compression.type", "compression.codec"},
        {"request.required.acks", "acks"},
        {"delivery.timeout.ms", "message.timeout.ms"},
        {"sasl.mechanism", "sasl.mechanisms"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(property, names[i][0]) == 0)
            return names[i][1];
    return property;
}

static const ilf_kv *find(const ilf_str_map *map, const char *property)
{
    for (size_t i = 0; i < map->n; i++)
        if (strcmp(canonical(map->items[i].key.ptr), canonical(property)) == 0)
            return &map->items[i];
    return NULL;
}

/* librdkafka's texts quote the value, which must not be shown of these. */
static bool is_secret(const char *property)
{
    return strstr(property, "password") || strstr(property, "secret") || strstr(property, "pem") ||
           strstr(property, "oauthbearer.config") || strstr(property, "key");
}

static void set(struct kafka_properties *p, const char *option, const char *property,
                const char *value)
{
    char text[512] = "";

    if (p->status != ILF_OK ||
        rd_kafka_conf_set(p->conf, property, value, text, sizeof(text)) == RD_KAFKA_CONF_OK)
        return;
    p->status = ilf_fail(p->err, ILF_ERR_CONFIG, "detail.%s: %s", option,
                         is_secret(property) ? "librdkafka rejects it" : text);
}

void kafka_property(struct kafka_properties *p, const char *option, bool is_set,
                    const char *property, const char *value)
{
    const ilf_kv *users = find(p->more, property);

    if (p->status == ILF_OK && users && is_set)
        p->status = ilf_fail(p->err, ILF_ERR_CONFIG,
                             "detail.Librdkafka.%s: detail.%s sets it already: leave one of the "
                             "two out",
                             users->key.ptr, option);
    if (!users && value)
        set(p, option, property, value);
}

void kafka_property_int(struct kafka_properties *p, const char *option, bool is_set,
                        const char *property, int64_t value)
{
    char text[32];

    (void)snprintf(text, sizeof(text), "%lld", (long long)value);
    kafka_property(p, option, is_set, property, text);
}

/* Durations are rounded up to milliseconds within the property's bounds. */
static void set_ms(struct kafka_properties *p, const char *option, bool is_set,
                   const char *property, int64_t ns, int64_t least, int64_t most)
{
    int64_t ms = ns / 1000000 + (ns % 1000000 > 0);

    ms = ms < least ? least : ms > most ? most : ms;
    kafka_property_int(p, option, is_set, property, ms);
}

static void set_bool(struct kafka_properties *p, const char *option, bool is_set,
                     const char *property, bool value)
{
    kafka_property(p, option, is_set, property, value ? "true" : "false");
}

/* --- Groups of them --------------------------------------------------------------------------- */

static void set_connection(struct kafka_properties *p, const struct kafka_options *o)
{
    const bool timeout = o->timeout != 30000000000;
    int64_t refresh = o->metadata_refresh / 1000000;

    kafka_property(p, "ClientID", strcmp(o->client_id, "LogtailPlugin") != 0, "client.id",
                   o->client_id);
    set_ms(p, "Timeout", timeout, "socket.timeout.ms", o->timeout, 1000, 300000);
    set_ms(p, "Timeout", timeout, "socket.connection.setup.timeout.ms", o->timeout, 1000, 300000);
    set_bool(p, "KeepAlive", o->keep_alive != 0, "socket.keepalive.enable", o->keep_alive >= 0);
    kafka_property(p, "BulkFlushFrequency", false, "socket.nagle.disable", "true");
    set_ms(p, "Metadata.Retry.Backoff", o->metadata_backoff != 250000000,
           "topic.metadata.refresh.fast.interval.ms", o->metadata_backoff, 1, 60000);
    refresh = refresh <= 0 ? -1 : refresh > 3600000 ? 3600000 : refresh;
    kafka_property_int(p, "Metadata.RefreshFrequency", o->metadata_refresh != 600000000000,
                       "topic.metadata.refresh.interval.ms", refresh);
    /* At three times the refresh what is known of topics is forgotten: the default is for 5 min. */
    kafka_property_int(p, "Metadata.RefreshFrequency", false, "metadata.max.age.ms",
                       refresh > 300000 ? 3 * refresh : 900000);
    set_bool(p, "Metadata.Full", o->metadata_full, "topic.metadata.refresh.sparse",
             !o->metadata_full);
}

/* Nothing is given up before it was acknowledged: the runtime counts, bounds and keeps what waits. */
static void set_delivery(struct kafka_properties *p, const struct kafka_options *o, bool ordered,
                         const ilf_host *host)
{
    const bool all = o->required_acks == -1;
    int64_t open = o->max_open_requests;

    kafka_property_int(p, "RequiredACKs", !all, "acks", o->required_acks);
    set_bool(p, "RequiredACKs", !all, "enable.idempotence", all);
    if (all && ordered && !find(p->more, "enable.idempotence"))
        kafka_property(p, "Delivery.Order", true, "enable.gapless.guarantee", "true");
    if (all && open > 5) {
        ilf_logf(host, ILF_LEVEL_WARN,
                 "kafka: MaxOpenRequests %lld is taken as 5, the most that idempotence allows",
                 (long long)open);
        open = 5;
    }
    if (!all && ordered)
        open = 1; /* without idempotence, what is sent again arrives behind what followed it */
    kafka_property_int(p, "MaxOpenRequests", o->max_open_requests != 5,
                       "max.in.flight.requests.per.connection", open);
    if (!*o->transactional_id) /* librdkafka bounds it by the transaction's */
        kafka_property(p, "BrokerTimeout", false, "message.timeout.ms", "0");
    set_ms(p, "BrokerTimeout", o->broker_timeout != 10000000000, "request.timeout.ms",
           o->broker_timeout, 1, 900000);
    set_ms(p, "Backoff.Init", o->backoff_init != 1000000000, "retry.backoff.ms", o->backoff_init, 1,
           300000);
    if (rd_kafka_version() >= 0x02020000) /* before, the pauses do not grow */
        set_ms(p, "Backoff.Max", o->backoff_max != 60000000000, "retry.backoff.max.ms",
               o->backoff_max, 1, 300000);
}

static void set_batches(struct kafka_properties *p, const struct kafka_options *o)
{
    const bool level = o->compression_level != 4;
    int64_t most = o->bulk_max_size > 0 ? o->bulk_max_size : 10000;

    kafka_property_int(p, "MaxMessageBytes", o->max_message_bytes != 1000000, "message.max.bytes",
                       o->max_message_bytes);
    kafka_property_int(p, "BulkMaxSize", o->bulk_max_size != 2048, "batch.num.messages", most);
    /* The runtime has collected what librdkafka gets, so there is little to wait for. */
    kafka_property(p, "BulkFlushFrequency", false, "linger.ms", "5");
    kafka_property(p, "Compression", o->compression != 0, "compression.codec",
                   kafka_compressions[o->compression]);
    if (o->compression == GZIP || o->compression == ZSTD || level)
        kafka_property_int(p, "CompressionLevel", level, "compression.level", o->compression_level);
    kafka_property(p, "Queue", true, "queue.buffering.max.messages", "0");
    kafka_property(p, "Queue", true, "queue.buffering.max.kbytes", "2147483647");
    set_ms(p, "StatisticsInterval", o->statistics_interval != 5000000000, "statistics.interval.ms",
           o->statistics_interval, 0, 86400000);
}

static void set_partitioner(struct kafka_properties *p, const struct kafka_options *o)
{
    const char *name = kafka_partitioners[o->partitioner];

    /* Sarama's hash is librdkafka's fnv1a: both take the absolute value of the hash as an int32. */
    if (o->partitioner == KAFKA_HASH)
        name = "fnv1a";
    if (o->partitioner == KAFKA_ROUND_ROBIN) { /* which is a function of ours */
        if (find(p->more, "partitioner"))
            kafka_property(p, "PartitionerType", true, "partitioner", name);
        /* Else records without a key stay with one partition for a while, to fill its batch. */
        kafka_property(p, "PartitionerType", true, "sticky.partitioning.linger.ms", "0");
        return;
    }
    kafka_property(p, "PartitionerType", o->partitioner != KAFKA_RANDOM, "partitioner", name);
}

/* What can't go together, in the words of our options: librdkafka knows those of its properties. */
static void check_pairs(struct kafka_properties *p, const struct kafka_options *o)
{
    const ilf_kv *idempotence = find(p->more, "enable.idempotence"), *acks = find(p->more, "acks");

    if (p->status != ILF_OK)
        return;
    if (*o->transactional_id && o->required_acks != -1)
        p->status = ilf_fail(p->err, ILF_ERR_CONFIG,
                             "detail.TransactionalID: needs RequiredACKs -1, which is its default");
    else if (*o->transactional_id && idempotence && strcmp(idempotence->value.ptr, "true") != 0)
        p->status = ilf_fail(p->err, ILF_ERR_CONFIG,
                             "detail.TransactionalID: needs enable.idempotence, which "
                             "detail.Librdkafka sets to false: leave it out");
    else if (acks && !idempotence && o->required_acks == -1 && strcmp(acks->value.ptr, "-1") != 0 &&
             strcmp(acks->value.ptr, "all") != 0)
        p->status = ilf_fail(p->err, ILF_ERR_CONFIG,
                             "detail.Librdkafka.%s: idempotence needs the acknowledgements of all: "
                             "use RequiredACKs, which sets both",
                             acks->key.ptr);
}

/* What the user has set beside. */
static void set_more(struct kafka_properties *p)
{
    static const char *const ours[][2] = {
        {"delivery.report.only.error", "each record's report is needed"},
        {"queuing.strategy", "records keep their order"},
        {"enabled_events", "the flusher sets it"},
        {"log.queue", "the flusher sets it"},
        {"transactional.id", "use TransactionalID"},
        {"enable.gapless.guarantee", "Delivery.Order decides about it"},
    };

    for (size_t i = 0; i < p->more->n && p->status == ILF_OK; i++) {
        const char *property = p->more->items[i].key.ptr;

        for (size_t k = 0; k < sizeof(ours) / sizeof(ours[0]); k++)
            if (strcmp(property, ours[k][0]) == 0)
                p->status =
                    ilf_fail(p->err, ILF_ERR_CONFIG, "detail.Librdkafka.%s: can't be set: %s",
                             property, ours[k][1]);
        set(p, "Librdkafka", property, p->more->items[i].value.ptr);
    }
}

/* Digits and dots. What it names does not matter: librdkafka asks each broker what it can. */
static ilf_status check_version(const char *version, ilf_error *err)
{
    size_t dots = 0, len = strlen(version);
    bool wrong = false;

    for (size_t i = 0; i < len; i++) {
        if (version[i] == '.' && i > 0 && version[i - 1] != '.' && i + 1 < len)
            dots++;
        else
            wrong = wrong || !isdigit((unsigned char)version[i]);
    }
    if (wrong || dots < 1 || dots > 3)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "detail.Version: want a version of Kafka such as 1.0.0, got '%.64s'",
                        version);
    return ILF_OK;
}

ilf_status kafka_configure(const struct kafka_options *options, bool ordered, const ilf_host *host,
                           rd_kafka_conf_t **conf, ilf_error *err)
{
    struct kafka_properties p = {.more = &options->librdkafka, .err = err};

    *conf = NULL;
    p.status = check_version(options->version, err);
    if (p.status != ILF_OK)
        return p.status;
    p.conf = rd_kafka_conf_new();
    if (!p.conf)
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    kafka_broker_properties(&p, &options->brokers, host->checking);
    set_connection(&p, options);
    set_delivery(&p, options, ordered, host);
    set_batches(&p, options);
    set_partitioner(&p, options);
    kafka_auth_properties(&p, &options->auth);
    check_pairs(&p, options);
    if (*options->transactional_id)
        set(&p, "TransactionalID", "transactional.id", options->transactional_id);
    set_more(&p);
    if (p.status != ILF_OK) {
        rd_kafka_conf_destroy(p.conf);
        return p.status;
    }
    *conf = p.conf;
    return ILF_OK;
}
