/* Tests of flushers/kafka/brokers.c. */
#include "../../../flushers/kafka/config.h"

#include "ilf_test.h"

static ilf_status set(const char *broker, rd_kafka_conf_t *conf, ilf_error *err)
{
    const char *const items[] = {"first:9092", broker};
    const ilf_str_list list = {items, 2};
    const ilf_str_map more = {NULL, 0};
    struct kafka_properties p = {.conf = conf, .more = &more, .err = err};

    kafka_broker_properties(&p, &list, false);
    return p.status;
}

static void addresses_that_can_work_are_handed_on(void **state)
{
    static const char *const right[] = {
        "b",
        "b:1",
        "kafka-1.example.com:65535",
        "under_score:9092",
        "10.0.0.1",
        "10.0.0.1:9092",
        "[::1]",
        "[fe80::1%eth0]:9092",
        "b.dot.:92",
        "xn--bro-hoa:1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
        rd_kafka_conf_t *conf = rd_kafka_conf_new();
        char got[256], want[256];
        size_t size = sizeof(got);

        assert_works(set(right[i], conf, &err));
        assert_int_equal(RD_KAFKA_CONF_OK,
                         rd_kafka_conf_get(conf, "bootstrap.servers", got, &size));
        (void)snprintf(want, sizeof(want), "first:9092,%s", right[i]);
        assert_string_equal(want, got);
        rd_kafka_conf_destroy(conf);
    }
}

static void addresses_that_cannot_work_are_refused_with_the_reason(void **state)
{
    static const char *const wrong[][2] = {
        {"b:0", "the port is not between 1 and 65535"},
        {"b:65536", "the port is not between 1 and 65535"},
        {"b:4294976388", "the port is not between 1 and 65535"},
        {"b:x", "the port is not a number"},
        {"b:-1", "the port is not a number"},
        {"b:", "the port is not a number"},
        {":9092", "the host is missing"},
        {"", "the host is missing"},
        {"b:1,c:1", "it holds a blank or a comma: write an element for each broker"},
        {"b 1", "it holds a blank or a comma"},
        {" b:1", "it holds a blank or a comma"},
        {"b:1\n", "it holds a blank or a comma"},
        {"kafka://b:9092", "leave out what is in front of the host"},
        {"SASL_SSL://b:9092", "leave out what is in front of the host"},
        {"b/path:9092", "a host may hold letters"},
        {"b:9092/path", "the port is not a number"},
        {"user@b:9092", "a host may hold letters"},
        {"\"b\":9092", "a host may hold letters"},
        {"b\xc3\xbcro:9092", "a host may hold letters"},
        {"%{content.b}:9092", "a host may hold letters"},
        {"${BROKER}:9092", "a host may hold letters"},
        {"::1:9092", "an IPv6 address is written in [ ]"},
        {"[::1", "a ] is missing"},
        {"[::1]9092", "only a colon and the port may follow the ]"},
        {"[::1]:", "the port is not a number"},
        {"[]:9092", "the host is no IPv6 address"},
        {"[zz]:9092", "the host is no IPv6 address"},
        {"300.1.1.1:9092", "the host is no IPv4 address"},
        {"10.1:9092", "the host is no IPv4 address"},
        {"a..b:9092", "a part of the host's name is empty"},
        {".b:9092", "a part of the host's name is empty"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        rd_kafka_conf_t *conf = rd_kafka_conf_new();
        char want[200];
        ilf_error err;

        assert_int_equal(ILF_ERR_CONFIG, set(wrong[i][0], conf, &err));
        (void)snprintf(want, sizeof(want),
                       "detail.Brokers.1: want host:port, got '%s': ", wrong[i][0]);
        if (strncmp(err.text, want, strlen(want)) != 0 || !strstr(err.text, wrong[i][1]))
            fail_msg("want %s%s, got %s", want, wrong[i][1], err.text);
        rd_kafka_conf_destroy(conf);
    }
}

static void a_name_is_not_longer_than_dns_allows(void **state)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char name[300];

    (void)state;
    memset(name, 'a', sizeof(name));
    name[253] = '\0';
    assert_works(set(name, conf, &err));
    name[253] = 'a';
    name[254] = '\0';
    assert_int_equal(ILF_ERR_CONFIG, set(name, conf, NULL));
    rd_kafka_conf_destroy(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_that_can_work_are_handed_on),
        cmocka_unit_test(addresses_that_cannot_work_are_refused_with_the_reason),
        cmocka_unit_test(a_name_is_not_longer_than_dns_allows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
