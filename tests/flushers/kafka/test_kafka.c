/* Tests of flushers/kafka/kafka.c: the flusher as a host has it. */
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "kafka_test.h"

#define MOCK "\"Librdkafka\":{\"test.mock.num.brokers\":\"2\"}"

static struct test_log logged;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

static void log_line(void *context, ilf_level level, ilf_str text)
{
    pthread_mutex_lock(&log_lock); /* librdkafka's threads log too */
    test_log_line(context, level, text);
    pthread_mutex_unlock(&log_lock);
}

static const ilf_host host = {.struct_size = sizeof(host), .context = &logged, .log = log_line};

static int forget(void **state)
{
    (void)state;
    logged.len = 0;
    logged.text[0] = '\0';
    return 0;
}

static void flush(ilf_flusher *f, const char *value)
{
    const ilf_kv kv = {S_CONST("k"), {value, strlen(value)}};
    const ilf_log log = {.time = 1, .contents = &kv, .n_contents = 1};
    const ilf_group group = {.logs = &log, .n_logs = 1};
    const ilf_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};

    assert_works(ilf_flusher_flush(f, &batch, &err));
}

static void delivers_what_it_is_given_before_it_stops(void **state)
{
    ilf_flusher *f = test_start("flusher_c_kafka", &host,
                                "{\"Brokers\":[\"b:1\"],\"Topic\":\"logs-%{content.k}\"," MOCK "}");

    (void)state;
    for (int i = 0; i < 20; i++)
        flush(f, i % 2 ? "a" : "b");
    assert_works(ilf_flusher_stop(f, &err));
    assert_int_equal(20, test_count(&f->metrics.delivered));
    ilf_flusher_free(f);
}

static void delivers_in_transactions(void **state)
{
    ilf_flusher *f =
        test_start("flusher_c_kafka", &host,
                   "{\"Brokers\":[\"b:1\"],\"Topic\":\"t\",\"TransactionalID\":\"me\"," MOCK "}");

    (void)state;
    for (int i = 0; i < 20; i++)
        flush(f, "v");
    assert_works(ilf_flusher_stop(f, &err));
    assert_int_equal(20, test_count(&f->metrics.delivered));
    ilf_flusher_free(f);
}

static void takes_native_headers(void **state)
{
    ilf_flusher *f = ilf_flusher_new("flusher_c_kafka", &host, NULL);
    const char *json =
        "{\"Brokers\":[\"b:1\"],\"Topic\":\"t\",\"Headers\":[{\"Key\":\"a\",\"Value\":"
        "\"1\"},{\"Key\":\"a\",\"Value\":\"%{content.k}\"},{\"Key\":\"\",\"Value\":"
        "\"x\"}]," MOCK "}";
    struct kafka_flusher *kafka;
    const char *name;
    const void *value;
    size_t len;

    (void)state;
    assert_works(ilf_flusher_configure(f, json, strlen(json), &err));
    assert_works(ilf_flusher_init(f, NULL, &err));
    kafka = f->self;
    assert_int_equal(2, rd_kafka_header_cnt(kafka->sender.headers));
    assert_int_equal(0, rd_kafka_header_get_all(kafka->sender.headers, 1, &name, &value, &len));
    assert_string_equal("a", name);
    assert_int_equal(12, len);
    assert_memory_equal("%{content.k}", value, 12); /* no template, as natively */
    ilf_flusher_free(f);
}

static void starts_without_a_broker_and_stops_in_time(void **state)
{
    ilf_flusher *f = test_start("flusher_c_kafka", &host,
                                "{\"Brokers\":[\"127.0.0.1:1\"],\"Topic\":\"t\","
                                "\"StopTimeout\":\"100ms\"}");

    (void)state;
    flush(f, "v");
    usleep(200000);
    assert_works(ilf_flusher_stop(f, &err));
    assert_int_equal(0, test_count(&f->metrics.delivered));
    assert_non_null(strstr(logged.text, "kafka: connect: 127.0.0.1:1/bootstrap: "));
    ilf_flusher_free(f);
}

static void says_what_is_wrong_with_its_configuration(void **state)
{
    static const char *const rows[][2] = {
        {"{\"Topic\":\"t\"}",
         "flusher_c_kafka: detail.Brokers: is missing, and there is no default for it"},
        {"{\"Brokers\":[\"b\"]}",
         "flusher_c_kafka: detail.Topic: is missing, and there is no default for it"},
        {"{\"Brokers\":[\"b\"],\"Topic\":\"t\",\"PartitionerType\":\"murmur\"}",
         "flusher_c_kafka: detail.PartitionerType: want one of \"random\", \"roundrobin\", "
         "\"hash\", "},
        {"{\"Brokers\":[\"b\"],\"Topic\":\"t\",\"HashKeys\":[\"app\"],\"PartitionerType\":"
         "\"hash\"}",
         "%{app}: protocol custom_single has no such field; want content.NAME or tag.NAME"},
        {"{\"Brokers\":[\"b\"],\"Topic\":\"t\",\"Librdkafka\":{\"ssl.ca.location\":\"/no/such\","
         "\"security.protocol\":\"ssl\"}}",
         "librdkafka: ssl.ca.location failed: "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ilf_flusher *f = ilf_flusher_new("flusher_c_kafka", &host, NULL);
        ilf_error err;
        ilf_status status = ilf_flusher_configure(f, rows[i][0], strlen(rows[i][0]), &err);

        if (status == ILF_OK)
            status = ilf_flusher_init(f, NULL, &err);
        assert_int_equal(ILF_ERR_CONFIG, status);
        if (!strstr(err.text, rows[i][1]))
            fail_msg("want %s, got %s", rows[i][1], err.text);
        ilf_flusher_free(f);
    }
}

static void asks_whether_order_is_wanted(void **state)
{
    ilf_flusher *f =
        test_start("flusher_c_kafka", &host, "{\"Brokers\":[\"b:1\"],\"Topic\":\"t\"," MOCK "}");

    (void)state;
    assert_false(((struct kafka_flusher *)f->self)->sender.ordered);
    ilf_flusher_free(f);
    f = test_start("flusher_c_kafka", &host,
                   "{\"Brokers\":[\"b:1\"],\"Topic\":\"t\",\"Delivery\":{\"Order\":\"key\"}," MOCK
                   "}");
    assert_true(((struct kafka_flusher *)f->self)->sender.ordered);
    ilf_flusher_free(f);
}

/* A port that listens: @port becomes its number. */
static int listen_somewhere(unsigned *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(0, bind(fd, (struct sockaddr *)&address, sizeof(address)));
    assert_int_equal(0, listen(fd, 8));
    assert_int_equal(0, getsockname(fd, (struct sockaddr *)&address, &len));
    *port = ntohs(address.sin_port);
    return fd;
}

static void a_check_connects_to_nobody(void **state)
{
    static const char *const more[] = {
        "",
        ",\"TransactionalID\":\"x\"",
        ",\"Authentication\":{\"OAuthBearer\":{\"TokenURL\":\"http://127.0.0.1:%u/\","
        "\"ClientID\":\"a\",\"ClientSecret\":\"b\"}}",
    };
    unsigned port;
    struct pollfd asked = {.fd = listen_somewhere(&port), .events = POLLIN};

    (void)state;
    for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        char extra[256], json[512], said[512] = "";

        (void)snprintf(extra, sizeof(extra), more[i], port);
        (void)snprintf(json, sizeof(json), "{\"Brokers\":[\"127.0.0.1:%u\"],\"Topic\":\"t\"%s}",
                       port, extra);
        (void)ilf_check("flusher_c_kafka", json, strlen(json), said, sizeof(said));
        assert_string_equal("", said);
        assert_int_equal(0, poll(&asked, 1, 100));
    }
    (void)close(asked.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(delivers_what_it_is_given_before_it_stops, forget),
        cmocka_unit_test_setup(delivers_in_transactions, forget),
        cmocka_unit_test_setup(takes_native_headers, forget),
        cmocka_unit_test_setup(starts_without_a_broker_and_stops_in_time, forget),
        cmocka_unit_test_setup(says_what_is_wrong_with_its_configuration, forget),
        cmocka_unit_test_setup(asks_whether_order_is_wanted, forget),
        cmocka_unit_test_setup(a_check_connects_to_nobody, forget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
