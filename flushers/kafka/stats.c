/* librdkafka's statistics as metrics (its STATISTICS.md has the fields). */
#include "stats.h"

#include <math.h>
#include <stdlib.h>

#include <jansson.h>

static const struct {
    const char *field, *name, *help;
} counters[STATS_COUNTERS] = {
    {"txbytes", "kafka_tx_bytes_total", "Bytes sent to brokers, all requests."},
    {"tx", "kafka_requests_total", "Requests sent to brokers."},
    {"txerrs", "kafka_request_errors_total", "Requests that could not be sent."},
    {"txretries", "kafka_request_retries_total", "Requests sent again."},
    {"req_timeouts", "kafka_request_timeouts_total", "Requests without an answer in time."},
    {"connects", "kafka_connects_total", "Connections tried."},
    {"disconnects", "kafka_disconnects_total", "Connections closed, by whomever."},
};

static const struct {
    const char *object, *field; /* a number, or one within an object */
    double unit;
    const char *name, *help;
} gauges[] = {
    {"rtt", "avg", 1e-6, "kafka_broker_rtt_seconds", "Mean time until a broker answers."},
    {"throttle", "avg", 1e-3, "kafka_broker_throttle_seconds",
     "Mean time for which a broker's quota holds us back."},
    {NULL, "outbuf_cnt", 1, "kafka_broker_requests_to_send", "Requests that wait to be sent."},
    {NULL, "waitresp_cnt", 1, "kafka_broker_requests_in_flight", "Requests that wait for answers."},
};

void stats_init(struct stats *s, const ilf_host *host)
{
    s->host = host;
    for (size_t i = 0; i < STATS_COUNTERS; i++)
        s->counters[i] = host->counter(host->context, counters[i].name, counters[i].help);
}

void stats_dispose(struct stats *s)
{
    json_decref(s->last);
    s->last = NULL;
}

static double number(const json_t *object, const char *field)
{
    return json_number_value(json_object_get(object, field));
}

/* A broker that librdkafka forgets (from 2.10 on: who is in no metadata any more, and those of Brokers)
 * takes along what it had counted; if it comes back it begins at 0. What is larger than @seen was the
 * client's before this one. */
static void forget(const json_t *last, const json_t *brokers, uint64_t seen[STATS_COUNTERS])
{
    const char *name;
    json_t *broker;

    json_object_foreach((json_t *)last, name, broker)
    {
        for (size_t i = 0; i < STATS_COUNTERS; i++) {
            double had = number(broker, counters[i].field);

            if (had > 0 && had <= (double)seen[i] &&
                number(json_object_get(brokers, name), counters[i].field) < had)
                seen[i] -= (uint64_t)had;
        }
    }
}

static void count(struct stats *s, const json_t *brokers, uint64_t seen[STATS_COUNTERS])
{
    uint64_t sums[STATS_COUNTERS] = {0};
    const char *name;
    json_t *broker;

    json_object_foreach((json_t *)brokers, name, broker)
    {
        for (size_t i = 0; i < STATS_COUNTERS; i++)
            sums[i] += (uint64_t)number(broker, counters[i].field);
    }
    for (size_t i = 0; i < STATS_COUNTERS; i++) {
        if (sums[i] > seen[i])
            s->host->counter_add(s->host->context, s->counters[i], sums[i] - seen[i]);
        seen[i] = sums[i];
    }
}

/* Set the gauges of a broker, or with @gone take them away. */
static void show_broker(struct stats *s, const char *name, const json_t *broker, bool gone)
{
    const ilf_kv label = {{"broker", 6}, {name, strlen(name)}};

    for (size_t i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++) {
        const json_t *object =
            gauges[i].object ? json_object_get(broker, gauges[i].object) : broker;

        s->host->gauge(s->host->context, gauges[i].name, gauges[i].help, &label, 1,
                       gone ? NAN : number(object, gauges[i].field) * gauges[i].unit);
    }
}

/* Those that are a broker: others are groups, and those of Brokers until their ids are known. */
static bool is_broker(const json_t *broker)
{
    return broker && number(broker, "nodeid") >= 0;
}

/* Records that librdkafka has of a partition: not sent, or not acknowledged. */
static double lag(const json_t *partition)
{
    return number(partition, "msgq_cnt") + number(partition, "xmit_msgq_cnt") +
           number(partition, "msgs_inflight");
}

static void show_partition(struct stats *s, const char *topic, const char *partition, double value)
{
    const ilf_kv labels[] = {{{"topic", 5}, {topic, strlen(topic)}},
                             {{"partition", 9}, {partition, strlen(partition)}}};

    s->host->gauge(s->host->context, "kafka_partition_lag_records",
                   "Records of a partition that are not acknowledged yet.", labels, 2, value);
}

static void show_topic(struct stats *s, const char *topic, double value)
{
    const ilf_kv label = {{"topic", 5}, {topic, strlen(topic)}};

    s->host->gauge(
        s->host->context, "kafka_topic_lag_records",
        "Records of a topic that are not acknowledged yet, without a partition included.", &label,
        1, value);
}

static void show_lag(struct stats *s, const json_t *topics)
{
    const char *name, *id;
    json_t *topic, *partition;

    json_object_foreach((json_t *)topics, name, topic)
    {
        double sum = 0;

        json_object_foreach(json_object_get(topic, "partitions"), id, partition)
        {
            sum += lag(partition);
            if (*id != '-') /* which is where those wait whose partition is not known */
                show_partition(s, name, id, lag(partition));
        }
        show_topic(s, name, sum);
    }
}

/* Take away what @now has no more. */
static void hide_gone(struct stats *s, json_t *now)
{
    json_t *brokers = json_object_get(now, "brokers"), *topics = json_object_get(now, "topics");
    json_t *broker, *topic, *partition, *there;
    const char *name, *id;

    json_object_foreach(json_object_get(s->last, "brokers"), name, broker)
    {
        if (is_broker(broker) && !is_broker(json_object_get(brokers, name)))
            show_broker(s, name, broker, true);
    }
    json_object_foreach(json_object_get(s->last, "topics"), name, topic)
    {
        there = json_object_get(json_object_get(topics, name), "partitions");
        json_object_foreach(json_object_get(topic, "partitions"), id, partition)
        {
            if (!json_object_get(there, id))
                show_partition(s, name, id, NAN);
        }
        if (!there)
            show_topic(s, name, NAN);
    }
}

void stats_show(struct stats *s, const char *text, size_t len, uint64_t seen[STATS_COUNTERS])
{
    json_t *now = json_loadb(text, len, 0, NULL), *broker;
    const char *name;

    if (!now)
        return;
    hide_gone(s, now);
    forget(json_object_get(s->last, "brokers"), json_object_get(now, "brokers"), seen);
    count(s, json_object_get(now, "brokers"), seen);
    json_object_foreach(json_object_get(now, "brokers"), name, broker)
    {
        if (is_broker(broker))
            show_broker(s, name, broker, false);
    }
    show_lag(s, json_object_get(now, "topics"));
    json_decref(s->last);
    s->last = now;
}
