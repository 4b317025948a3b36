/* A Kafka cluster without a JVM: librdkafka's mock, for tests in other processes. It prints where it
 * is, and then obeys the lines that it reads, until there are no more. With "version" it prints that of
 * librdkafka. Usage: kafka-mock BROKERS|version */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

enum { NAME = 256, PRODUCE = 0, INIT_PRODUCER_ID = 22 };

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "kafka-mock: %s: %s\n", what, why);
    exit(1);
}

/* topic PARTITIONS NAME: make one. Names may be such as a real broker does not take. */
static bool make_topic(rd_kafka_mock_cluster_t *cluster, const char *line)
{
    char name[NAME];
    int partitions;

    return sscanf(line, "topic %d %255[^\n]", &partitions, name) == 2 &&
           rd_kafka_mock_topic_create(cluster, name, partitions, 1) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* produce CODE TIMES, init CODE TIMES: answer the next requests with an error. */
static bool push_errors(rd_kafka_mock_cluster_t *cluster, const char *line)
{
    int code, times;
    int16_t api = PRODUCE;

    if (sscanf(line, "produce %d %d", &code, &times) != 2) {
        api = INIT_PRODUCER_ID;
        if (sscanf(line, "init %d %d", &code, &times) != 2)
            return false;
    }
    for (int i = 0; i < times; i++)
        rd_kafka_mock_push_request_errors(cluster, api, 1, (rd_kafka_resp_err_t)code);
    return true;
}

/* metadata NAME CODE: answer so what is asked about a topic; 0 heals. */
static bool fail_topic(rd_kafka_mock_cluster_t *cluster, const char *line)
{
    char name[NAME];
    int code;

    if (sscanf(line, "metadata %255s %d", name, &code) != 2)
        return false;
    rd_kafka_mock_topic_set_error(cluster, name, (rd_kafka_resp_err_t)code);
    return true;
}

/* slow BROKER MS: the time that an answer takes. */
static bool slow_down(rd_kafka_mock_cluster_t *cluster, const char *line)
{
    int broker, ms;

    return sscanf(line, "slow %d %d", &broker, &ms) == 2 &&
           rd_kafka_mock_broker_set_rtt(cluster, broker, ms) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* lead NAME PARTITION BROKER: move a leader. */
static bool move_leader(rd_kafka_mock_cluster_t *cluster, const char *line)
{
    char name[NAME];
    int partition, broker;

    return sscanf(line, "lead %255s %d %d", name, &partition, &broker) == 3 &&
           rd_kafka_mock_partition_set_leader(cluster, name, partition, broker) ==
               RD_KAFKA_RESP_ERR_NO_ERROR;
}

int main(int argc, char **argv)
{
    char why[512], line[NAME + 64];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_mock_cluster_t *cluster;
    rd_kafka_t *client;

    if (argc != 2)
        fail("usage", "kafka-mock BROKERS|version");
    if (strcmp(argv[1], "version") == 0) {
        unsigned version = (unsigned)rd_kafka_version();

        printf("%u.%u.%u\n", version >> 24, version >> 16 & 0xff, version >> 8 & 0xff);
        return 0;
    }
    /* The mock's thread is woken at most once in linger.ms, and otherwise sleeps for a second. */
    if (rd_kafka_conf_set(conf, "test.mock.num.brokers", argv[1], why, sizeof(why)) !=
            RD_KAFKA_CONF_OK ||
        rd_kafka_conf_set(conf, "linger.ms", "0", why, sizeof(why)) != RD_KAFKA_CONF_OK ||
        rd_kafka_conf_set(conf, "log_level", "3", why, sizeof(why)) != RD_KAFKA_CONF_OK)
        fail("configure", why);
    client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    if (!client)
        fail("start", why);
    cluster = rd_kafka_handle_mock_cluster(client);
    printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
    (void)fflush(stdout);
    while (fgets(line, sizeof(line), stdin)) {
        if (!make_topic(cluster, line) && !push_errors(cluster, line) &&
            !fail_topic(cluster, line) && !slow_down(cluster, line) && !move_leader(cluster, line))
            fail("can't obey", line);
        printf("ok\n");
        (void)fflush(stdout);
    }
    /* The client is not destroyed: with a thousand partitions that takes seconds. */
    return 0;
}
