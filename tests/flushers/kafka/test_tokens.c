/* Tests of flushers/kafka/tokens.c: a client of librdkafka's and a token server in a thread. */
#include "http_server.h"
#include "kafka_test.h"

#define TOKEN(life)                                                                                \
    "HTTP/1.1 200 OK\r\nConnection: "                                                              \
    "close\r\n\r\n{\"access_token\":\"abc.def\",\"expires_in\":" life                              \
    ",\"token_type\":\"Bearer\"}"

static struct kafka_oauth oauth_at(const char *url)
{
    static const ilf_kv extensions[] = {{S_CONST("tenant"), S_CONST("x y")},
                                        {S_CONST("zone"), S_CONST("b")}};

    return (struct kafka_oauth){
        .token_url = url,
        .client_id = "me",
        .client_secret = "hush",
        .scope = "a b",
        .extensions = {extensions, 2},
        .tls = {.ca_file = "", .cert_file = "", .key_file = "", .key_password = ""},
        .timeout = (int64_t)TEST_TIMEOUT * 1000000000,
    };
}

static void start_client(const struct kafka_oauth *oauth, struct producer **p)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    test_set(conf, "bootstrap.servers", "127.0.0.1:1");
    test_set(conf, "security.protocol", "sasl_plaintext");
    test_set(conf, "sasl.mechanisms", "OAUTHBEARER");
    test_set(conf, "log_level", "0");
    rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_OAUTHBEARER_TOKEN_REFRESH);
    assert_works(producer_new(p, conf, 0, false, oauth, &err));
    rd_kafka_conf_destroy(conf);
}

static void await_requests(struct test_server *server, size_t n)
{
    time_t end = time(NULL) + TEST_TIMEOUT;

    while (server_n_requests(server) < n && time(NULL) < end)
        nanosleep(&(struct timespec){0, 10000000}, NULL);
    assert_true(server_n_requests(server) >= n);
}

static bool is_refusal(rd_kafka_event_t *event)
{
    return rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__AUTHENTICATION;
}

/* The text of the first error about a token. */
static void await_error(struct producer *p, char *text, size_t size)
{
    time_t end = time(NULL) + TEST_TIMEOUT;

    *text = '\0';
    while (!*text && time(NULL) < end) {
        rd_kafka_event_t *event = rd_kafka_queue_poll(p->queue, 100);

        if (event && is_refusal(event))
            (void)snprintf(text, size, "%s", rd_kafka_event_error_string(event));
        if (event)
            rd_kafka_event_destroy(event);
    }
}

static void fetches_a_token_and_another_before_it_expires(void **state)
{
    static const char *const script = TOKEN("2");
    struct test_server server;
    struct kafka_oauth oauth;
    struct producer *p;

    (void)state;
    server_start(&server, &script, 1);
    oauth = oauth_at(server.url);
    start_client(&oauth, &p);
    await_requests(&server, 2);
    assert_non_null(strstr(server.requests[1], "\r\nAuthorization: Basic bWU6aHVzaA==\r\n"));
    assert_string_equal("grant_type=client_credentials&scope=a%20b",
                        strstr(server.requests[1], "\r\n\r\n") + 4);
    for (int i = 0; i < 3; i++) { /* it was taken */
        rd_kafka_event_t *event = rd_kafka_queue_poll(p->queue, 10);

        if (event && is_refusal(event))
            fail_msg("%s", rd_kafka_event_error_string(event));
        if (event)
            rd_kafka_event_destroy(event);
    }
    producer_free(p);
    server_end(&server);
}

static void says_why_there_is_no_token(void **state)
{
    static const struct {
        const char *script, *why;
    } cases[] = {
        {"HTTP/1.1 401 x\r\nConnection: close\r\n\r\n{\"error\":\"invalid_client\"}",
         ": HTTP 401: {\"error\":\"invalid_client\"}"},
        {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"access_token\":\"a\\u0001b\"}",
         "the answer of TokenURL holds no access_token"},
        {SERVER_CLOSES, "the server closed the connection without an answer"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct test_server server;
        struct kafka_oauth oauth;
        struct producer *p;
        char text[1024];

        server_start(&server, &cases[i].script, 1);
        oauth = oauth_at(server.url);
        oauth.scope = "";
        start_client(&oauth, &p);
        await_error(p, text, sizeof(text));
        if (strncmp(text, "Failed to acquire SASL OAUTHBEARER token: OAuth 2: ", 51) != 0 ||
            !strstr(text, cases[i].why) || strstr(text, "hush"))
            fail_msg("case %zu: %s", i, text);
        await_requests(&server, 1); /* see server_n_requests */
        assert_string_equal("grant_type=client_credentials",
                            strstr(server.requests[0], "\r\n\r\n") + 4);
        producer_free(p);
        server_end(&server);
    }
}

static void fetches_another_when_one_is_refused(void **state)
{
    static const char *const script = TOKEN("3600");
    struct test_server server;
    struct kafka_oauth oauth;
    struct producer *p;

    (void)state;
    server_start(&server, &script, 1);
    oauth = oauth_at(server.url);
    start_client(&oauth, &p);
    await_requests(&server, 1);
    for (int i = 0; i < 100; i++) /* they become one */
        tokens_refused(p->tokens);
    await_requests(&server, 2);
    assert_int_equal(2, server_n_requests(&server));
    producer_free(p);
    server_end(&server);
    tokens_refused(NULL);
}

static void ends_without_waiting_for_an_answer(void **state)
{
    static const char *const script = SERVER_STALLS;
    struct test_server server;
    struct kafka_oauth oauth;
    struct producer *p, *graves = NULL;
    time_t begin;

    (void)state;
    server_start(&server, &script, 1);
    oauth = oauth_at(server.url);
    start_client(&oauth, &p);
    await_requests(&server, 1);
    begin = time(NULL);
    producer_free(p);
    start_client(&oauth, &p); /* or before it has begun */
    producer_bury(p, &graves);
    producer_free_graves(&graves);
    assert_true(time(NULL) - begin < TEST_TIMEOUT / 2);
    server_end(&server);
}

static void fails_without_its_certificate(void **state)
{
    struct kafka_oauth oauth = oauth_at("https://127.0.0.1:1");
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    struct producer *p = NULL;

    (void)state;
    oauth.tls.ca_file = "/no/such";
    test_set(conf, "security.protocol", "sasl_plaintext");
    test_set(conf, "sasl.mechanisms", "OAUTHBEARER");
    test_set(conf, "log_level", "0");
    assert_fails(ILF_ERR_CONFIG, "TLS.CAFile: open '/no/such': No such file or directory",
                 producer_new(&p, conf, 0, false, &oauth, &err));
    assert_null(p);
    rd_kafka_conf_destroy(conf);
    tokens_stop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fetches_a_token_and_another_before_it_expires),
        cmocka_unit_test(says_why_there_is_no_token),
        cmocka_unit_test(fetches_another_when_one_is_refused),
        cmocka_unit_test(ends_without_waiting_for_an_answer),
        cmocka_unit_test(fails_without_its_certificate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
