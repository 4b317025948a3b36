/* Tests of flushers/kafka/teller.c. */
#include <syslog.h>

#include "kafka_test.h"

struct telling {
    struct rig rig;
    struct teller t;
    uint64_t now;
};

static uint64_t telling_now(void *context)
{
    return ((struct telling *)context)->now;
}

static struct telling *start(void)
{
    struct telling *t = calloc(1, sizeof(*t));

    t->now = 1000000000;
    t->rig.host = (ilf_host){.context = t, .log = test_rig_log, .now = telling_now};
    teller_init(&t->t, &t->rig.host);
    return t;
}

static void end(struct telling *t)
{
    teller_dispose(&t->t);
    free(t);
}

static void assert_log(struct telling *t, const char *want)
{
    assert_string_equal(want, t->rig.log.text);
    t->rig.log.len = 0;
    t->rig.log.text[0] = '\0';
}

static void says_which_step_has_failed_and_what_to_look_at(void **state)
{
    static const struct {
        rd_kafka_resp_err_t code;
        const char *text, *begins;
    } rows[] = {
        {RD_KAFKA_RESP_ERR__RESOLVE, "h:1/bootstrap: Failed to resolve 'h:1': No address",
         "2 kafka: resolve: h:1/bootstrap: Failed to resolve 'h:1': No address: look at Brokers"},
        {RD_KAFKA_RESP_ERR__TRANSPORT,
         "h:1/1: Connect to ipv4#1.2.3.4:1 failed: Connection refused (after 0ms in state CONNECT)",
         "2 kafka: connect: h:1/1: Connect to"},
        {RD_KAFKA_RESP_ERR__SSL, "ssl://h:1/1: SSL handshake failed: certificate verify failed",
         "2 kafka: TLS: ssl://h:1/1: "},
        {RD_KAFKA_RESP_ERR__TRANSPORT,
         "ssl://h:2/1: Disconnected (after 3ms in state SSL_HANDSHAKE)", "2 kafka: TLS: ssl://h:2"},
        {RD_KAFKA_RESP_ERR__AUTHENTICATION, "h:1/1: SASL authentication error: no",
         "2 kafka: SASL: h:1/1: "},
        {RD_KAFKA_RESP_ERR__AUTHENTICATION,
         "h:1/1: SASL(-1): GSSAPI Error: No credentials (after 0ms in state AUTH_REQ)",
         "2 kafka: Kerberos: h:1/1: SASL(-1): GSSAPI Error: No credentials (after 0ms in state "
         "AUTH_REQ): look at ServiceName"},
        {RD_KAFKA_RESP_ERR__AUTHENTICATION,
         "h:1/1: SASL(-4): No worthy mechs found (after 0ms in state AUTH_REQ)",
         "2 kafka: Kerberos: h:1/1: SASL(-4): No worthy mechs found (after 0ms in state AUTH_REQ): "
         "install the module for GSSAPI of Cyrus SASL (Debian: libsasl2-modules-gssapi-mit)"},
        {RD_KAFKA_RESP_ERR__AUTHENTICATION,
         "Failed to acquire SASL OAUTHBEARER token: POST http://id: HTTP 401",
         "2 kafka: SASL: Failed to acquire SASL OAUTHBEARER token: POST http://id: HTTP 401: "
         "records wait; look at Authentication.OAuthBearer"},
        {RD_KAFKA_RESP_ERR__AUTHENTICATION,
         "h:1/1: SASL authentication error: {\"status\":\"invalid_token\"}",
         "2 kafka: SASL: h:1/1: SASL authentication error: {\"status\":\"invalid_token\"}: look "
         "at the audience"},
        {RD_KAFKA_RESP_ERR__TRANSPORT, "h:1/1: Disconnected (after 3ms in state APIVERSION_QUERY)",
         "2 kafka: first request: h:1/1: "},
        {RD_KAFKA_RESP_ERR__TIMED_OUT, "h:1/1: Timed out MetadataRequest in flight",
         "2 kafka: metadata: h:1/1: "},
        {RD_KAFKA_RESP_ERR__TIMED_OUT, "h:1/1: Timed out ProduceRequest in flight",
         "2 kafka: produce: h:1/1: "},
        {RD_KAFKA_RESP_ERR__TIMED_OUT, "h:1/1: 3 request(s) timed out: disconnect",
         "2 kafka: connection: h:1/1: "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct telling *t = start();

        teller_error(&t->t, rows[i].code, rows[i].text);
        if (strncmp(t->rig.log.text, rows[i].begins, strlen(rows[i].begins)) != 0)
            fail_msg("want %s, got %s", rows[i].begins, t->rig.log.text);
        end(t);
    }
}

static void says_it_once_for_each_broker_and_step(void **state)
{
    static const char connect[] = "h:1/1: Connect failed (after 0ms in state CONNECT)";
    static const char again[] = "h:1/1: Connect failed (after 9ms in state CONNECT)";
    static const char other[] = "h:2/2: Connect failed (after 0ms in state CONNECT)";
    struct telling *t = start();

    (void)state;
    teller_error(&t->t, RD_KAFKA_RESP_ERR__TRANSPORT, connect);
    assert_non_null(strstr(t->rig.log.text, "h:1/1"));
    assert_non_null(strstr(t->rig.log.text, "does the broker run"));
    t->rig.log.text[t->rig.log.len = 0] = '\0';
    for (int i = 0; i < 100; i++) {
        t->now += 1000000000;
        teller_error(&t->t, RD_KAFKA_RESP_ERR__TRANSPORT, again);
    }
    assert_log(t, "");
    teller_error(&t->t, RD_KAFKA_RESP_ERR__TRANSPORT, other);
    teller_error(&t->t, RD_KAFKA_RESP_ERR__RESOLVE, "h:1/1: Failed to resolve");
    assert_int_equal(2, (int)(strstr(t->rig.log.text, "h:2/2") != NULL) +
                            (int)(strstr(t->rig.log.text, "kafka: resolve: h:1/1") != NULL));
    t->rig.log.text[t->rig.log.len = 0] = '\0';
    t->now += 300000000000; /* for those who have missed it */
    teller_error(&t->t, RD_KAFKA_RESP_ERR__TRANSPORT, again);
    assert_non_null(strstr(t->rig.log.text, "h:1/1"));
    end(t);
}

static void says_when_no_broker_is_reached_and_when_one_is_again(void **state)
{
    const ilf_str a = {"a", 1};
    struct telling *t = start();

    (void)state;
    teller_delivered(&t->t);
    assert_log(t, "");
    teller_error(&t->t, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "3/3 brokers are down");
    teller_waiting(&t->t, a, 2);
    teller_delivered(&t->t); /* it was a moment only */
    teller_waiting(&t->t, a, 29);
    assert_log(t, "");
    for (uint64_t i = 0; i < 3; i++) {
        teller_error(&t->t, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "3/3 brokers are down");
        teller_waiting(&t->t, a, 3 + i);
    }
    assert_log(t, "3 kafka: no broker is reachable: records are kept and retried\n");
    for (int i = 0; i < 3; i++)
        teller_delivered(&t->t);
    assert_log(t, "1 kafka: brokers are reachable again\n");
    teller_error(&t->t, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "3/3 brokers are down");
    teller_waiting(&t->t, a, 3);
    assert_log(t, "3 kafka: no broker is reachable: records are kept and retried\n");
    end(t);
}

static void says_once_for_each_topic_that_acknowledgements_take_long(void **state)
{
    struct telling *t = start();

    (void)state;
    teller_waiting(&t->t, (ilf_str){"a", 1}, 30);
    assert_log(t, "2 kafka: topic 'a': records wait for 30 s to be acknowledged, and are not lost: "
                  "is each partition led by a broker, are as many in sync as min.insync.replicas "
                  "wants, and can they keep up?\n");
    teller_waiting(&t->t, (ilf_str){"a", 1}, 31);
    assert_log(t, "");
    teller_waiting(&t->t, (ilf_str){"b", 1}, 31);
    assert_non_null(strstr(t->rig.log.text, "topic 'b'"));
    t->rig.log.text[t->rig.log.len = 0] = '\0';
    teller_error(&t->t, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "3/3 brokers are down");
    teller_waiting(&t->t, (ilf_str){"c", 1}, 30); /* why is known */
    assert_log(t, "3 kafka: no broker is reachable: records are kept and retried\n");
    teller_delivered(&t->t);
    t->rig.log.text[t->rig.log.len = 0] = '\0';
    t->now += 29000000000;
    teller_waiting(&t->t, (ilf_str){"c", 1}, 59); /* they come now, one after another */
    assert_log(t, "");
    t->now += 1000000000;
    teller_waiting(&t->t, (ilf_str){"c", 1}, 60);
    assert_non_null(strstr(t->rig.log.text, "topic 'c': records wait for 60 s"));
    end(t);
}

static void does_not_mind_an_idle_connection_that_was_closed(void **state)
{
    struct telling *t = start();

    (void)state;
    teller_error(&t->t, RD_KAFKA_RESP_ERR__TRANSPORT,
                 "h:1/1: Disconnected (after 600000ms in state UP)");
    assert_log(t, "");
    end(t);
}

static void remembers_the_newest_of_many(void **state)
{
    struct telling *t = start();
    char text[64];

    (void)state;
    for (int i = 0; i < 3 * TELLER_LINES; i++) {
        (void)snprintf(text, sizeof(text), "h:%d/1: x (after 0ms in state CONNECT)", i);
        teller_error(&t->t, RD_KAFKA_RESP_ERR__TRANSPORT, text);
    }
    t->rig.log.text[t->rig.log.len = 0] = '\0';
    teller_error(&t->t, RD_KAFKA_RESP_ERR__TRANSPORT, text);
    assert_log(t, "");
    end(t);
}

static void maps_lines_of_librdkafka_to_levels_and_leaves_out_what_events_tell(void **state)
{
    struct telling *t = start();
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char text[256];
    rd_kafka_t *rk;

    (void)state;
    rd_kafka_conf_set_opaque(conf, &t->t);
    rd_kafka_conf_set_log_cb(conf, teller_log);
    test_set(conf, "bootstrap.servers", "127.0.0.1:1");
    test_set(conf, "log_level", "0");
    rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
    t->rig.log.text[t->rig.log.len = 0] = '\0';
    teller_log(rk, LOG_ERR, "FAIL", "[thrd:h:1/1]: h:1/1: Connect failed");
    teller_log(rk, LOG_EMERG, "FATAL", "[thrd:main]: Fatal error");
    teller_log(rk, LOG_ERR, "LIBSASL", "[thrd:h:1/1]: h:1/1: GSSAPI Error: no");
    teller_log(rk, LOG_WARNING, "CONFWARN", "[thrd:app]: enable.gapless.guarantee is experimental");
    assert_log(t, "");
    teller_log(rk, LOG_INFO, "FAIL", "[thrd:h:1/1]: h:1/1: Disconnected (after 9ms in state UP)");
    assert_log(t, "");
    teller_log(rk, LOG_INFO, "FAIL",
               "[thrd:h:1/1]: h:1/1: Disconnected (after 0ms in state APIVERSION_QUERY)");
    teller_error(&t->t, RD_KAFKA_RESP_ERR__TRANSPORT,
                 "h:1/1: Disconnected (after 0ms in state APIVERSION_QUERY)");
    assert_log(t, "2 kafka: first request: h:1/1: Disconnected (after 0ms in state "
                  "APIVERSION_QUERY): does this port want TLS or SASL (see Authentication), and is "
                  "it a Kafka broker?\n");
    teller_log(rk, LOG_WARNING, "CONFWARN", "[thrd:app]: something else");
    teller_log(rk, LOG_ERR, "X", "[thrd:main]: bad");
    teller_log(rk, LOG_ERR, "X", "[thrd:main]: bad again");
    teller_log(rk, LOG_INFO, "Y", "no thread");
    teller_log(rk, LOG_DEBUG, "Z", "[thrd:main]: detail");
    teller_log(rk, LOG_DEBUG, "Z", "[thrd:main]: detail");
    assert_log(t, "2 kafka: CONFWARN: something else\n"
                  "3 kafka: X: bad\n"
                  "1 kafka: Y: no thread\n"
                  "0 kafka: Z: [thrd:main]: detail\n"
                  "0 kafka: Z: [thrd:main]: detail\n");
    rd_kafka_destroy(rk);
    end(t);
}

static void says_why_there_are_no_tickets(void **state)
{
    struct telling *t = start();
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char text[512];
    rd_kafka_t *rk;

    (void)state;
    rd_kafka_conf_set_opaque(conf, &t->t);
    rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
    teller_log(rk, LOG_ERR, "SASLREFRESH",
               "[thrd:a]: ticket refresh failed: k: exited with code 127");
    teller_log(rk, LOG_ERR, "SASLREFRESH",
               "[thrd:b]: ticket refresh failed: k: exited with code 1");
    teller_log(rk, LOG_WARNING, "SASLREFRESH", "[thrd:b]: Slow ticket refresh: 6000ms: k");
    assert_log(t,
               "3 kafka: kinit: ticket refresh failed: k: exited with code 127: install kinit "
               "(Debian: krb5-user) and timeout (coreutils)\n"
               "3 kafka: kinit: ticket refresh failed: k: exited with code 1: the reason is on "
               "the agent's standard error: look at Username, Realm, the key tab, and whether the "
               "KDC answers\n"
               "2 kafka: kinit: Slow ticket refresh: 6000ms: k\n");
    rd_kafka_destroy(rk);
    end(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_which_step_has_failed_and_what_to_look_at),
        cmocka_unit_test(says_it_once_for_each_broker_and_step),
        cmocka_unit_test(says_when_no_broker_is_reached_and_when_one_is_again),
        cmocka_unit_test(says_once_for_each_topic_that_acknowledgements_take_long),
        cmocka_unit_test(does_not_mind_an_idle_connection_that_was_closed),
        cmocka_unit_test(remembers_the_newest_of_many),
        cmocka_unit_test(maps_lines_of_librdkafka_to_levels_and_leaves_out_what_events_tell),
        cmocka_unit_test(says_why_there_are_no_tickets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
