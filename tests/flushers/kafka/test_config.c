/* Tests of flushers/kafka/config.c: which properties the options stand for. */
#include "kafka_test.h"

static struct rig quiet; /* whose log says what kafka_configure warns of */

/* The options as they are without a configuration, with those of @json. */
static ilf_flusher *with(const char *json)
{
    ilf_error err;
    ilf_flusher *f = ilf_flusher_new("flusher_c_kafka", NULL, &err);

    if (ilf_flusher_configure(f, json, strlen(json), &err) != ILF_OK)
        fail_msg("%s", err.text);
    return f;
}

static ilf_status configure(ilf_flusher *f, bool ordered, rd_kafka_conf_t **conf, ilf_error *err)
{
    quiet.host = (ilf_host){.context = &quiet, .log = test_rig_log};
    quiet.log.len = 0;
    quiet.log.text[0] = '\0';
    return kafka_configure(&((struct kafka_flusher *)f->self)->options, ordered, &quiet.host, conf,
                           err);
}

/* @json must make these properties, in pairs with a NULL behind. */
static void makes(const char *json, bool ordered, const char *const *want)
{
    ilf_flusher *f = with(json);
    rd_kafka_conf_t *conf;

    assert_works(configure(f, ordered, &conf, &err));
    for (; *want; want += 2) {
        char got[256];
        size_t size = sizeof(got);

        if (rd_kafka_conf_get(conf, want[0], got, &size) != RD_KAFKA_CONF_OK)
            fail_msg("%s: not there", want[0]);
        if (strcmp(want[1], got) != 0)
            fail_msg("%s: want %s, got %s", want[0], want[1], got);
    }
    rd_kafka_conf_destroy(conf);
    ilf_flusher_free(f);
}

#define MAKES(json, ordered, ...) makes(json, ordered, (const char *const[]){__VA_ARGS__, NULL})

static void refuses(const char *json, const char *why)
{
    ilf_flusher *f = with(json);
    rd_kafka_conf_t *conf = NULL;

    assert_fails(ILF_ERR_CONFIG, why, configure(f, false, &conf, &err));
    assert_null(conf);
    ilf_flusher_free(f);
}

#define BASE "\"Brokers\":[\"b1:9092\",\"[::1]:9093\",\"b3\"],\"Topic\":\"t\""

static void waits_for_all_replicas_and_loses_nothing_by_default(void **state)
{
    (void)state;
    MAKES("{" BASE "}", false, "bootstrap.servers", "b1:9092,[::1]:9093,b3", "client.id",
          "LogtailPlugin", "enable.idempotence", "true", "acks", "-1", "enable.gapless.guarantee",
          "false", "message.timeout.ms", "0", "max.in.flight", "5", "batch.num.messages", "2048",
          "message.max.bytes", "1000000", "socket.timeout.ms", "30000", "request.timeout.ms",
          "10000", "topic.metadata.refresh.interval.ms", "600000", "metadata.max.age.ms", "1800000",
          "queue.buffering.max.messages", "0", "compression.codec", "none",
          "statistics.interval.ms", "5000", "partitioner", "random", "retry.backoff.ms", "1000");
    MAKES("{" BASE "}", true, "enable.gapless.guarantee", "true");
}

static void translates_native_options(void **state)
{
    (void)state;
    MAKES("{" BASE ",\"ClientID\":\"me\",\"Timeout\":5000000000,\"BrokerTimeout\":\"3s\","
          "\"RequiredACKs\":1,\"MaxMessageBytes\":5000,\"BulkMaxSize\":0,\"MaxOpenRequests\":9,"
          "\"Compression\":\"GZIP\",\"CompressionLevel\":9,\"KeepAlive\":-1,"
          "\"PartitionerType\":\"hash\","
          "\"Metadata\":{\"Full\":true,\"RefreshFrequency\":0,\"Retry\":{\"Backoff\":\"1ms\"}},"
          "\"Backoff\":{\"Init\":\"2s\"},\"StatisticsInterval\":0,\"MaxRetries\":9,"
          "\"ChanBufferSize\":9,\"Version\":\"2.8.1\"}",
          false, "client.id", "me", "socket.timeout.ms", "5000", "request.timeout.ms", "3000",
          "acks", "1", "enable.idempotence", "false", "message.timeout.ms", "0",
          "message.max.bytes", "5000", "batch.num.messages", "10000", "max.in.flight", "9",
          "compression.codec", "gzip", "compression.level", "9", "socket.keepalive.enable", "false",
          "partitioner", "fnv1a", "topic.metadata.refresh.sparse", "false",
          "topic.metadata.refresh.interval.ms", "-1", "topic.metadata.refresh.fast.interval.ms",
          "1", "retry.backoff.ms", "2000", "statistics.interval.ms", "0");
    MAKES("{" BASE ",\"Compression\":\"zstd\",\"PartitionerType\":\"murmur2_random\"}", false,
          "compression.level", "4", "partitioner", "murmur2_random");
    MAKES("{" BASE ",\"Compression\":\"lz4\"}", false, "compression.level", "-1");
}

static void keeps_idempotence_and_order_possible(void **state)
{
    (void)state;
    MAKES("{" BASE ",\"MaxOpenRequests\":9}", false, "max.in.flight", "5");
    assert_non_null(strstr(quiet.log.text, "MaxOpenRequests 9 is taken as 5"));
    MAKES("{" BASE ",\"RequiredACKs\":1}", true, "max.in.flight", "1", "enable.gapless.guarantee",
          "false");
}

static void takes_further_properties(void **state)
{
    (void)state;
    MAKES("{" BASE ",\"Librdkafka\":{\"linger.ms\":50,\"socket.nagle.disable\":false}}", false,
          "linger.ms", "50", "socket.nagle.disable", "false");
    MAKES("{" BASE ",\"Librdkafka\":{\"request.required.acks\":\"1\","
          "\"enable.idempotence\":\"false\"}}",
          true, "acks", "1", "enable.gapless.guarantee", "false");
    MAKES("{" BASE ",\"TransactionalID\":\"me\"}", false, "transactional.id", "me",
          "message.timeout.ms", "300000");
}

static void refuses_properties_that_options_set_too(void **state)
{
    (void)state;
    refuses("{" BASE ",\"ClientID\":\"a\",\"Librdkafka\":{\"client.id\":\"b\"}}",
            "detail.Librdkafka.client.id: detail.ClientID sets it already: leave one of the two "
            "out");
    refuses("{" BASE ",\"Compression\":\"lz4\",\"Librdkafka\":{\"compression.type\":\"gzip\"}}",
            "detail.Librdkafka.compression.type: detail.Compression sets it already: leave one of "
            "the two out");
    refuses("{" BASE ",\"Librdkafka\":{\"metadata.broker.list\":\"b\"}}",
            "detail.Librdkafka.metadata.broker.list: detail.Brokers sets it already: leave one of "
            "the two out");
    refuses("{" BASE
            ",\"PartitionerType\":\"roundrobin\",\"Librdkafka\":{\"partitioner\":\"random\"}}",
            "detail.Librdkafka.partitioner: detail.PartitionerType sets it already: leave one of "
            "the two out");
    refuses("{" BASE ",\"RequiredACKs\":0,\"Librdkafka\":{\"enable.idempotence\":\"true\"}}",
            "detail.Librdkafka.enable.idempotence: detail.RequiredACKs sets it already: leave one "
            "of the two out");
    refuses("{" BASE ",\"Librdkafka\":{\"transactional.id\":\"x\"}}",
            "detail.Librdkafka.transactional.id: can't be set: use TransactionalID");
    refuses("{" BASE ",\"Librdkafka\":{\"delivery.report.only.error\":\"true\"}}",
            "detail.Librdkafka.delivery.report.only.error: can't be set: each record's report is "
            "needed");
}

static void hands_on_what_librdkafka_says_except_for_secrets(void **state)
{
    (void)state;
    refuses("{" BASE ",\"Librdkafka\":{\"no.such\":\"1\"}}",
            "detail.Librdkafka: No such configuration property: \"no.such\"");
    refuses(
        "{" BASE ",\"Librdkafka\":{\"linger.ms\":\"many\"}}",
        "detail.Librdkafka: Invalid value for configuration property \"queue.buffering.max.ms\"");
    refuses("{" BASE ",\"Librdkafka\":{\"sasl.passwords\":\"hunter2\"}}",
            "detail.Librdkafka: librdkafka rejects it");
}

static void pairs_of_options_that_cannot_work_are_refused(void **state)
{
    (void)state;
    refuses("{" BASE ",\"TransactionalID\":\"x\",\"RequiredACKs\":1}",
            "detail.TransactionalID: needs RequiredACKs -1, which is its default");
    refuses("{" BASE ",\"TransactionalID\":\"x\",\"Librdkafka\":{\"enable.idempotence\":false}}",
            "detail.TransactionalID: needs enable.idempotence, which detail.Librdkafka sets to "
            "false: leave it out");
    refuses("{" BASE ",\"Librdkafka\":{\"request.required.acks\":1}}",
            "detail.Librdkafka.request.required.acks: idempotence needs the acknowledgements of "
            "all: use RequiredACKs, which sets both");
    MAKES("{" BASE ",\"TransactionalID\":\"x\",\"Librdkafka\":{\"acks\":\"all\"}}", false, "acks",
          "-1");
}

static void says_which_version_is_none(void **state)
{
    (void)state;
    for (const char *const *v =
             (const char *const[]){"abc", "1", "1.", "1..2", ".1", "1.2.3.4.5", "", NULL};
         *v; v++) {
        char json[128], why[128];

        (void)snprintf(json, sizeof(json), "{" BASE ",\"Version\":\"%s\"}", *v);
        (void)snprintf(why, sizeof(why),
                       "detail.Version: want a version of Kafka such as 1.0.0, got '%s'", *v);
        refuses(json, why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_for_all_replicas_and_loses_nothing_by_default),
        cmocka_unit_test(translates_native_options),
        cmocka_unit_test(keeps_idempotence_and_order_possible),
        cmocka_unit_test(takes_further_properties),
        cmocka_unit_test(refuses_properties_that_options_set_too),
        cmocka_unit_test(hands_on_what_librdkafka_says_except_for_secrets),
        cmocka_unit_test(pairs_of_options_that_cannot_work_are_refused),
        cmocka_unit_test(says_which_version_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
