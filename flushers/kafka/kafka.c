/* flusher_c_kafka - produce records to Kafka. Takes the options of the native flusher_kafka_v2. */
#include "flusher.h"

#define FLUSHER struct kafka_flusher
#define OPTIONS struct kafka_options

static const char *const times[] = {"producer", "log", NULL};

static const ilf_option retry_options[] = {
    ILF_OPTION(INT, OPTIONS, metadata_retries, "Max", "3",
               "ignored: metadata is asked for until it comes", .max = 1e9),
    ILF_OPTION(DURATION, OPTIONS, metadata_backoff, "Backoff", "250ms",
               "pause before unknown topics are looked up again", .max = 86400e9),
    {0},
};

static const ilf_option metadata_options[] = {
    {.name = "Retry", .type = ILF_OPT_TABLE, .help = "after a failure", .table = retry_options},
    ILF_OPTION(DURATION, OPTIONS, metadata_refresh, "RefreshFrequency", "10m",
               "how often leaders and partitions are looked up; 0: when something fails",
               .max = 86400e9),
    ILF_OPTION(BOOL, OPTIONS, metadata_full, "Full", "false", "of all topics, not only of ours"),
    {0},
};

static const ilf_option backoff_options[] = {
    ILF_OPTION(DURATION, OPTIONS, backoff_init, "Init", "1s",
               "pause before a request that a broker rejected is retried", .max = 86400e9),
    ILF_OPTION(DURATION, OPTIONS, backoff_max, "Max", "60s",
               "maximum of that pause, where librdkafka lets it grow (from 2.2 on)",
               .max = 86400e9),
    {0},
};

static const ilf_option options[] = {
    ILF_OPTION(LIST, FLUSHER, options.brokers, "Brokers", NULL, "brokers to begin with, host:port",
               .flags = ILF_OPT_REQUIRED),
    ILF_OPTION(STR, FLUSHER, options.topic, "Topic", NULL,
               "where to; %{content.x} and %{tag.x} are the record's", .flags = ILF_OPT_REQUIRED),
    ILF_OPTION(STR, FLUSHER, options.version, "Version", "1.0.0",
               "ignored: brokers are asked what they can", .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(STR, FLUSHER, options.client_id, "ClientID", "LogtailPlugin",
               "name in the brokers' logs and quotas", .flags = ILF_OPT_SAME_SINK),
    {.name = "Authentication",
     .type = ILF_OPT_TABLE,
     .offset = offsetof(FLUSHER, options.auth),
     .help = "who we are",
     .table = kafka_auth_options},
    ILF_OPTION(ENUM, FLUSHER, options.partitioner, "PartitionerType", "random",
               "how partitions are chosen; random and roundrobin set no key",
               .choices = kafka_partitioners),
    ILF_OPTION(LIST, FLUSHER, options.hash_keys, "HashKeys", NULL,
               "content.x and tag.x whose values, joined by ###, are the key"),
    ILF_OPTION(BOOL, FLUSHER, options.hash_once, "HashOnce", "false",
               "the first record's key is that of all"),
    ILF_OPTION(MAP, FLUSHER, options.headers, "Headers", NULL,
               "headers of each record, as [{\"Key\": \"k\", \"Value\": \"v\"}]",
               .flags = ILF_OPT_PAIRS),
    ILF_OPTION(MAP, FLUSHER, options.header_templates, "HeaderTemplates", NULL,
               "headers whose values hold %{content.x} and %{tag.x}"),
    ILF_OPTION(ENUM, FLUSHER, options.timestamp, "Timestamp", "producer",
               "a record's time: when it is sent, as natively, or the log's", .choices = times),
    ILF_OPTION(DURATION, FLUSHER, options.timeout, "Timeout", "30s",
               "timeout of connecting, and of requests", .min = 1e6, .max = 86400e9,
               .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(DURATION, FLUSHER, options.keep_alive, "KeepAlive", "0",
               "TCP's probes, at the system's intervals; negative: none", .min = -86400e9,
               .max = 86400e9, .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(DURATION, FLUSHER, options.broker_timeout, "BrokerTimeout", "10s",
               "how long a broker waits for its replicas", .min = 1e6, .max = 86400e9,
               .flags = ILF_OPT_SAME_SINK),
    {.name = "Metadata",
     .type = ILF_OPT_TABLE,
     .flags = ILF_OPT_SAME_SINK,
     .offset = offsetof(FLUSHER, options),
     .help = "which broker has what",
     .table = metadata_options},
    ILF_OPTION(INT, FLUSHER, options.max_message_bytes, "MaxMessageBytes", "1000000",
               "larger records go to the dead letters; the topic's limit counts too", .min = 1000,
               .max = 1e9, .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(INT, FLUSHER, options.required_acks, "RequiredACKs", "-1",
               "who must have a record: -1 all replicas in sync, with idempotence; 1 the leader; 0 "
               "nobody",
               .min = -1, .max = 1, .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(ENUM, FLUSHER, options.compression, "Compression", "none", "of batches",
               .choices = kafka_compressions, .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(INT, FLUSHER, options.compression_level, "CompressionLevel", "4",
               "of gzip and zstd; for lz4 if another is set", .min = -1, .max = 12,
               .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(INT, FLUSHER, options.max_open_requests, "MaxOpenRequests", "5",
               "maximum of requests in flight per broker; idempotence allows 5", .min = 1,
               .max = 1000000, .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(INT, FLUSHER, options.bulk_max_size, "BulkMaxSize", "2048",
               "records of a batch at most; 0: 10000", .max = 1000000, .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(DURATION, FLUSHER, options.bulk_flush_frequency, "BulkFlushFrequency", "0",
               "how long a record waits for others; 0: as Batch.MaxAge", .max = 86400e9,
               .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(INT, FLUSHER, options.max_retries, "MaxRetries", "3",
               "ignored: see Retry.MaxRetryTimes", .min = -1e9, .max = 1e9,
               .flags = ILF_OPT_SAME_SINK),
    {.name = "Backoff",
     .type = ILF_OPT_TABLE,
     .flags = ILF_OPT_SAME_SINK,
     .offset = offsetof(FLUSHER, options),
     .help = "between tries",
     .table = backoff_options},
    ILF_OPTION(INT, FLUSHER, options.channel_size, "ChanBufferSize", "256", "ignored: use Queue",
               .max = 1e9, .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(INT, FLUSHER, options.max_topics, "MaxTopics", "1000",
               "topics that are kept in mind; a further one starts the client anew", .min = 1,
               .max = 1000000, .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(DURATION, FLUSHER, options.statistics_interval, "StatisticsInterval", "5s",
               "how often librdkafka's statistics become metrics; 0: never", .max = 86400e9,
               .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(STR, FLUSHER, options.transactional_id, "TransactionalID", NULL,
               "send each payload in a transaction, as this client; empty: without",
               .flags = ILF_OPT_EXPAND),
    ILF_OPTION(MAP, FLUSHER, options.librdkafka, "Librdkafka", NULL,
               "further properties of librdkafka, as {\"linger.ms\": 50}",
               .flags = ILF_OPT_SECRET | ILF_OPT_SCALARS),
    {.name = "Convert",
     .type = ILF_OPT_TABLE,
     .offset = offsetof(FLUSHER, convert),
     .help = "format of the records",
     .table = ilf__format_options},
    {0},
};

/* --- Life ------------------------------------------------------------------------------------- */

static void tune(const struct kafka_flusher *f)
{
    const ilf_tuning tuning = {
        .struct_size = sizeof(tuning),
        .max_payload_bytes = 1 << 20,
        .max_payload_age =
            f->options.bulk_flush_frequency > 0 ? f->options.bulk_flush_frequency : 5000000,
        /* What is in flight is librdkafka's queue. Transactions come one by one; and where there is
         * order without idempotence librdkafka would go on behind a batch that was refused. */
        .concurrency =
            *f->options.transactional_id || (f->sender.ordered && f->options.required_acks == 1)
                ? 1
                : 256,
        .max_retry_times = -1,
        .keeps_order = true,
    };

    f->host->tune(f->host->context, &tuning);
}

/* Those that each record has. */
static ilf_status init_headers(struct kafka_flusher *f, ilf_error *err)
{
    const ilf_str_map *map = &f->options.headers;

    if (map->n == 0)
        return ILF_OK;
    f->sender.headers = rd_kafka_headers_new(map->n);
    for (size_t i = 0; i < map->n; i++)
        if (rd_kafka_header_add(f->sender.headers, map->items[i].key.ptr,
                                (ssize_t)map->items[i].key.len, map->items[i].value.ptr,
                                (ssize_t)map->items[i].value.len) != RD_KAFKA_RESP_ERR_NO_ERROR)
            return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    return ILF_OK;
}

static void release(struct kafka_flusher *f)
{
    sender_dispose(&f->sender);
    kafka_encode_dispose(f);
}

static ilf_status init(void *self, const ilf_host *host, ilf_error *err)
{
    struct kafka_flusher *f = self;
    struct sender *s = &f->sender;
    ilf_status status;

    f->host = s->host = host;
    f->options.auth.oauth.timeout = f->options.timeout;
    s->oauth = host->checking ? NULL : &f->options.auth.oauth;
    s->transactional = *f->options.transactional_id;
    s->round_robin = f->options.partitioner == KAFKA_ROUND_ROBIN;
    s->max_topics = (size_t)f->options.max_topics;
    s->ordered = host->ordered(host->context);
    status = kafka_encode_init(f, err);
    s->names_vary = f->topic.varies;
    if (status == ILF_OK)
        status = init_headers(f, err);
    if (status == ILF_OK)
        status = kafka_configure(&f->options, s->ordered, host, &s->conf, err);
    if (status == ILF_OK && !(host->checking && *f->options.auth.kerberos.service))
        status = sender_init(s, err); /* with Kerberos it would get a ticket */
    if (status != ILF_OK) {
        release(f);
        return status;
    }
    if (!f->has_key && (f->options.hash_keys.n > 0 || f->options.hash_once))
        ilf_logf(
            host, ILF_LEVEL_WARN,
            "kafka: HashKeys and HashOnce are ignored, since PartitionerType is %s, which sets "
            "no key: set it to hash",
            kafka_partitioners[f->options.partitioner]);
    tune(f);
    return ILF_OK;
}

static void start(void *self, const ilf_payload *payload)
{
    sender_send(&((struct kafka_flusher *)self)->sender, payload);
}

static void poll(void *self, int64_t timeout)
{
    sender_poll(&((struct kafka_flusher *)self)->sender, timeout);
}

static void wake(void *self)
{
    sender_wake(&((struct kafka_flusher *)self)->sender);
}

static void cancel(void *self)
{
    sender_cancel(&((struct kafka_flusher *)self)->sender);
}

static ilf_status stop(void *self, ilf_error *err)
{
    (void)err;
    release(self);
    return ILF_OK;
}

const ilf_flusher_ops ilf_flusher_kafka = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_c_kafka",
    .description = "produces records to Kafka",
    .instance_size = sizeof(struct kafka_flusher),
    .options = options,
    .init = init,
    .stop = stop,
    .encode = kafka_encode,
    .encode_events = kafka_encode_events,
    .send = start,
    .poll = poll,
    .wake = wake,
    .cancel = cancel,
};
