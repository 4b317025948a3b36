/* Tests of flushers/kafka/stats.c. */
#include "../../../flushers/kafka/stats.h"

#include <math.h>

#include "ilf_test.h"

/* A host that writes down "counter NAME +N" and "gauge NAME LABEL... = VALUE". */
struct shown {
    ilf_host host;
    struct stats s;
    uint64_t seen[STATS_COUNTERS];
    const char *names[STATS_COUNTERS];
    size_t n_names;
    char text[8192];
};

static void add(struct shown *s, const char *format, ...)
{
    size_t used = strlen(s->text);
    va_list args;

    va_start(args, format);
    (void)vsnprintf(s->text + used, sizeof(s->text) - used, format, args);
    va_end(args);
}

static ilf_counter *counter(void *context, const char *name, const char *help)
{
    struct shown *s = context;

    assert_true(*help && s->n_names < STATS_COUNTERS);
    s->names[s->n_names] = name;
    return (ilf_counter *)(void *)&s->names[s->n_names++];
}

static void counter_add(void *context, ilf_counter *counter, uint64_t n)
{
    add(context, "%s +%llu\n", *(const char **)(void *)counter, (unsigned long long)n);
}

static bool gauge(void *context, const char *name, const char *help, const ilf_kv *labels, size_t n,
                  double value)
{
    assert_true(*help);
    add(context, "%s", name);
    for (size_t i = 0; i < n; i++)
        add(context, " %.*s=%.*s", (int)labels[i].key.len, labels[i].key.ptr,
            (int)labels[i].value.len, labels[i].value.ptr);
    if (isnan(value))
        add(context, " gone\n");
    else
        add(context, " %g\n", value);
    return true;
}

static struct shown *start(void)
{
    struct shown *s = calloc(1, sizeof(*s));

    s->host =
        (ilf_host){.context = s, .counter = counter, .counter_add = counter_add, .gauge = gauge};
    stats_init(&s->s, &s->host);
    return s;
}

static const char *show(struct shown *s, const char *json)
{
    s->text[0] = '\0';
    stats_show(&s->s, json, strlen(json), s->seen);
    return s->text;
}

static void end(struct shown *s)
{
    stats_dispose(&s->s);
    free(s);
}

static void counts_what_has_come_since_the_last_time(void **state)
{
    struct shown *s = start();

    (void)state;
    assert_string_equal(
        "kafka_tx_bytes_total +30\nkafka_requests_total +3\nkafka_disconnects_total +1\n",
        show(s, "{\"brokers\":{\"a\":{\"nodeid\":-1,\"txbytes\":10,\"tx\":1,\"disconnects\":1},"
                "\"b\":{\"nodeid\":-1,\"txbytes\":20,\"tx\":2}}}"));
    assert_string_equal("kafka_tx_bytes_total +5\n",
                        show(s, "{\"brokers\":{\"a\":{\"nodeid\":-1,\"txbytes\":15,\"tx\":1,"
                                "\"disconnects\":1},"
                                "\"b\":{\"nodeid\":-1,\"txbytes\":20,\"tx\":2}}}"));
    show(s, "{\"brokers\":{}}"); /* a broker that goes takes nothing back */
    assert_string_equal("", s->text);
    end(s);
}

static void counts_on_when_brokers_go_and_come_back(void **state)
{
    struct shown *s = start();

    (void)state;
    show(s, "{\"brokers\":{\"a\":{\"nodeid\":-1,\"tx\":10},\"b\":{\"nodeid\":-1,\"tx\":20}}}");
    assert_string_equal("kafka_requests_total +5\n",
                        show(s, "{\"brokers\":{\"b\":{\"nodeid\":-1,\"tx\":25}}}"));
    assert_string_equal(
        "kafka_requests_total +3\n",
        show(s, "{\"brokers\":{\"a\":{\"nodeid\":-1,\"tx\":3},\"b\":{\"nodeid\":-1,\"tx\":25}}}"));
    assert_string_equal(
        "kafka_requests_total +2\n",
        show(s, "{\"brokers\":{\"a\":{\"nodeid\":-1,\"tx\":2},\"b\":{\"nodeid\":-1,\"tx\":25}}}"));
    memset(s->seen, 0, sizeof(s->seen)); /* another client */
    assert_string_equal("kafka_requests_total +4\n",
                        show(s, "{\"brokers\":{\"b\":{\"nodeid\":-1,\"tx\":4}}}"));
    end(s);
}

static void shows_brokers_while_they_are_there(void **state)
{
    struct shown *s = start();

    (void)state;
    assert_string_equal(
        "kafka_broker_rtt_seconds broker=b 0.0015\nkafka_broker_throttle_seconds broker=b 0.002\n"
        "kafka_broker_requests_to_send broker=b 3\nkafka_broker_requests_in_flight broker=b 4\n",
        show(s, "{\"brokers\":{\"b\":{\"nodeid\":1,\"rtt\":{\"avg\":1500},"
                "\"throttle\":{\"avg\":2},\"outbuf_cnt\":3,\"waitresp_cnt\":4}}}"));
    show(s, "{\"brokers\":{}}");
    assert_non_null(strstr(s->text, "kafka_broker_rtt_seconds broker=b gone\n"));
    assert_string_equal("", show(s, "{\"brokers\":{}}"));
    end(s);
}

static void shows_how_far_topics_and_partitions_lag_behind(void **state)
{
    struct shown *s = start();

    (void)state;
    assert_string_equal(
        "kafka_partition_lag_records topic=t partition=0 6\nkafka_topic_lag_records topic=t 16\n",
        show(s, "{\"topics\":{\"t\":{\"partitions\":{"
                "\"0\":{\"msgq_cnt\":1,\"xmit_msgq_cnt\":2,\"msgs_inflight\":3},"
                "\"-1\":{\"msgq_cnt\":10}}}}}"));
    assert_string_equal("kafka_partition_lag_records topic=t partition=0 gone\n"
                        "kafka_partition_lag_records topic=t partition=-1 "
                        "gone\nkafka_topic_lag_records topic=t gone\n",
                        show(s, "{\"topics\":{}}"));
    end(s);
}

static void takes_anything_for_statistics(void **state)
{
    static const char *const texts[] = {"",
                                        "{",
                                        "[]",
                                        "null",
                                        "{\"brokers\":[]}",
                                        "{\"brokers\":{\"b\":1}}",
                                        "{\"brokers\":{\"b\":{\"nodeid\":\"x\",\"rtt\":[]}}}",
                                        "{\"topics\":{\"t\":1,\"u\":{\"partitions\":[1]}}}"};
    struct shown *s = start();

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        show(s, texts[i]);
    end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_what_has_come_since_the_last_time),
        cmocka_unit_test(counts_on_when_brokers_go_and_come_back),
        cmocka_unit_test(shows_brokers_while_they_are_there),
        cmocka_unit_test(shows_how_far_topics_and_partitions_lag_behind),
        cmocka_unit_test(takes_anything_for_statistics),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
