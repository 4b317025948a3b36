/* Tests of flushers/kafka/producer.c. */
#include <jansson.h>

#include "kafka_test.h"

static rd_kafka_conf_t *conf_of(const char *name, const char *value)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    test_set(conf, "bootstrap.servers", "127.0.0.1:1");
    test_set(conf, "log_level", "0");
    test_set(conf, name, value);
    return conf;
}

static void takes_its_batch_size_from_the_properties_unless_told_otherwise(void **state)
{
    rd_kafka_conf_t *conf = conf_of("batch.size", "12345");
    struct producer *p;

    (void)state;
    assert_works(producer_new(&p, conf, 0, false, NULL, &err));
    assert_int_equal(12345, p->batch_size);
    producer_free(p);
    assert_works(producer_new(&p, conf, 100, false, NULL, &err)); /* the conf is still there */
    assert_int_equal(100, p->batch_size);
    producer_free(p);
    rd_kafka_conf_destroy(conf);
    producer_free(NULL);
}

static void says_what_does_not_fit_together(void **state)
{
    rd_kafka_conf_t *conf = conf_of("enable.idempotence", "true");
    struct producer *p = NULL;

    (void)state;
    test_set(conf, "acks", "1");
    assert_fails(ILF_ERR_CONFIG,
                 "librdkafka: `acks` must be set to `all` when `enable.idempotence` is true",
                 producer_new(&p, conf, 0, false, NULL, &err));
    assert_null(p);
    rd_kafka_conf_destroy(conf);
}

static void knows_topics_by_their_names(void **state)
{
    rd_kafka_conf_t *conf = conf_of("client.id", "test");
    struct producer *p;
    char name[16];

    (void)state;
    assert_works(producer_new(&p, conf, 0, true, NULL, &err));
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 600; i++) { /* more than there are buckets */
            rd_kafka_topic_t *topic;

            (void)snprintf(name, sizeof(name), "t%d", i);
            assert_int_equal(round, producer_knows(p, (ilf_str){name, strlen(name)}));
            topic = producer_topic(p, (ilf_str){name, strlen(name)});
            assert_string_equal(name, rd_kafka_topic_name(topic));
        }
    assert_int_equal(600, p->n_topics);
    assert_false(producer_knows(p, S("t")));
    producer_free(p);
    rd_kafka_conf_destroy(conf);
}

static void is_buried_by_another_thread(void **state)
{
    rd_kafka_conf_t *conf = conf_of("client.id", "test");
    struct producer *p, *graves = NULL;

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_works(producer_new(&p, conf, 0, false, NULL, &err));
        producer_bury(p, &graves);
    }
    assert_non_null(graves);
    producer_free_graves(&graves);
    assert_null(graves);
    rd_kafka_conf_destroy(conf);
}

static void round_robin_takes_each_partition_in_turn(void **state)
{
    static const char *const set[] = {"sticky.partitioning.linger.ms", "0", NULL};
    struct rig *r = test_rig(1, 4, false, set);
    struct test_payload *p;
    const char *got;

    (void)state;
    r->s.round_robin = true;
    test_begin(r);
    /* While the leaders become known they are not all there to be chosen. */
    assert_int_equal(ILF_DELIVERED, test_wait(r, test_send_one(r, "a", NULL, "first"))->verdict);
    p = test_payload(r, "a");
    for (int i = 0; i < 8; i++)
        test_add(p, NULL, (const char *const[]){"0", "1", "2", "3", "4", "5", "6", "7"}[i]);
    sender_send(&r->s, &p->p);
    assert_int_equal(ILF_DELIVERED, test_wait(r, p)->verdict);
    got = test_read(r, "a", 4, 9);
    assert_true(strstr(got, "0;4;") && strstr(got, "1;5;") && strstr(got, "2;6;") &&
                strstr(got, "3;7;"));
    test_end(r);
}

/* --- Partitions of the native flusher --------------------------------------------------------- */

static unsigned char digit_of(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    return (unsigned char)(strchr(digits, c) - digits);
}

static size_t decode(const char *base64, char *out)
{
    size_t n = 0;
    unsigned bits = 0;

    for (size_t i = 0; base64[i] && base64[i] != '='; i++) {
        bits = bits << 6 | digit_of(base64[i]);
        if (i % 4 > 0)
            out[n++] = (char)(bits >> (6 - 2 * (i % 4)));
    }
    return n;
}

/* The partitioner that PartitionerType hash stands for, for every key and count of the vectors. */
static void hash_picks_the_native_partitions(void **state)
{
    const char *folder = getenv("ILF_VECTORS");
    char path[512];
    json_t *line, *message, *count;
    const char *n;
    size_t i, compared = 0;
    FILE *in;

    (void)state;
    (void)snprintf(path, sizeof(path), "%s/kafka_v2.jsonl",
                   folder && *folder ? folder : "tests/vectors");
    in = fopen(path, "r");
    assert_non_null(in);
    while ((line = json_loadf(in, JSON_DISABLE_EOF_CHECK, NULL))) {
        json_t *messages = json_object_get(json_object_get(line, "expect"), "messages");

        json_array_foreach(messages, i, message)
        {
            const char *base64 = json_string_value(json_object_get(message, "key_b64"));
            char key[4096];
            size_t len = base64 && strlen(base64) < sizeof(key) ? decode(base64, key) : 0;

            json_object_foreach(json_object_get(message, "partition_by_count"), n, count)
            {
                assert_int_equal(
                    json_integer_value(count),
                    rd_kafka_msg_partitioner_fnv1a(NULL, key, len, atoi(n), NULL, NULL));
                compared++;
            }
        }
        json_decref(line);
    }
    (void)fclose(in);
    assert_true(compared > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_its_batch_size_from_the_properties_unless_told_otherwise),
        cmocka_unit_test(says_what_does_not_fit_together),
        cmocka_unit_test(knows_topics_by_their_names),
        cmocka_unit_test(is_buried_by_another_thread),
        cmocka_unit_test(round_robin_takes_each_partition_in_turn),
        cmocka_unit_test(hash_picks_the_native_partitions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
