/* Tests of flushers/common/http_client.c, against a server in a thread. */
#include "../../../flushers/common/http_client.h"

#include <time.h>
#include <zlib.h>

#include "http_server.h"

/* What a request ended as. */
struct ended {
    int n;
    struct ilf__http_reply reply;
    char reason[ILF__HTTP_REASON], body[256];
};

static void keep(void *owner, const struct ilf__http_reply *reply)
{
    struct ended *e = owner;

    e->n++;
    e->reply = *reply;
    assert_true(reply->reason.len < sizeof(e->reason));
    memcpy(e->reason, reply->reason.ptr, reply->reason.len);
    e->reason[reply->reason.len] = '\0';
    assert_true(reply->body.len < sizeof(e->body));
    if (reply->body.len > 0)
        memcpy(e->body, reply->body.ptr, reply->body.len);
    e->body[reply->body.len] = '\0';
}

static struct ilf__http_options plain(void)
{
    return (struct ilf__http_options){
        .tls = {.ca_file = "",
                .cert_file = "",
                .key_file = "",
                .key_password = "",
                .min_version = ILF__TLS_1_2},
        .auth = {.username = "",
                 .password = "",
                 .bearer_token = "",
                 .oauth2 = {.token_url = "", .client_id = "", .client_secret = ""},
                 .aws = {.region = "",
                         .service = "",
                         .access_key = "",
                         .secret_key = "",
                         .session_token = ""}},
        .proxy = "none",
        .connect_timeout = 5000000000,
        .timeout = 5000000000,
    };
}

static const char *const no_headers[] = {NULL};

static struct ilf__http_client *client_of(const struct ilf__http_options *options)
{
    struct ilf__http_client *client;
    ilf_error err;

    if (ilf__http_client_new(&client, options, NULL, &err) != ILF_OK)
        fail_msg("%s", err.text);
    return client;
}

static void post(struct ilf__http_client *client, const char *url, const ilf_str *body,
                 const char *const *headers, struct ended *e)
{
    ilf_error err;

    *e = (struct ended){0};
    assert_int_equal(ILF_OK, ilf__http_post(client,
                                            &(struct ilf__http_request){.url = url,
                                                                        .headers = headers,
                                                                        .pieces = body,
                                                                        .n_pieces = 1,
                                                                        .max_reply = 100,
                                                                        .owner = e,
                                                                        .done = keep},
                                            &err));
}

/* Run until @e has ended, for ten seconds at most. */
static void run(struct ilf__http_client *client, const struct ended *e)
{
    time_t end = time(NULL) + 10;

    while (e->n == 0 && time(NULL) < end)
        ilf__http_poll(client, 1000000000);
    assert_int_equal(1, e->n);
}

static void post_and_run(const char *url, const char *script, struct ended *e)
{
    struct ilf__http_options options = plain();
    struct ilf__http_client *client = client_of(&options);
    const ilf_str body = S("body");
    struct test_server server;
    char where[256];

    server_start(&server, &script, 1);
    (void)snprintf(where, sizeof(where), "%s%s", server.url, url);
    options.timeout = 300000000;
    post(client, where, &body, no_headers, e);
    run(client, e);
    ilf__http_client_free(client);
    server_end(&server);
}

/* libcurl sends it once more by itself, and hears of the second only. */
static void says_that_a_request_may_have_arrived_before_its_answer(void **state)
{
    static const char *const scripts[] = {SERVER_OK, SERVER_CLOSES,
                                          "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"};
    struct ilf__http_options options = plain();
    struct ilf__http_client *client = client_of(&options);
    const ilf_str body = S("body");
    struct test_server server;
    struct ended e;

    (void)state;
    server_start(&server, scripts, 3);
    for (int i = 0; i < 2; i++) {
        post(client, server.url, &body, no_headers, &e);
        run(client, &e);
        assert_int_equal(i == 0 ? 200 : 503, e.reply.status);
        assert_int_equal(i == 1, e.reply.unanswered);
    }
    assert_int_equal(3, server_n_requests(&server));
    ilf__http_client_free(client);
    server_end(&server);
}

static void posts_the_body_and_returns_the_reply(void **state)
{
    static const char *const script = SERVER_OK;
    static const char *const headers[] = {"Content-Type: text/x", "X-A: b", NULL};
    struct ilf__http_options options = plain();
    struct ilf__http_client *client = client_of(&options);
    const ilf_str body = S("a\0b");
    struct test_server server;
    struct ended e;
    char url[128];

    (void)state;
    server_start(&server, &script, 1);
    (void)snprintf(url, sizeof(url), "%s/p?q=1", server.url);
    for (size_t i = 0; i < 3; i++) {
        post(client, url, &body, headers, &e);
        run(client, &e);
        assert_int_equal(200, e.reply.status);
        assert_string_equal("ok", e.body);
        assert_false(e.reply.unreached || e.reply.unanswered);
        assert_int_equal(3, e.reply.wire_bytes);
        assert_memory_equal("POST /p?q=1 HTTP/1.1\r\n", server.requests[i], 22);
        assert_non_null(strstr(server.requests[i], "\r\nContent-Type: text/x\r\nX-A: b\r\n"));
        assert_null(strcasestr(server.requests[i], "expect"));
        assert_memory_equal("\r\n\r\na\0b", server.requests[i] + server.lengths[i] - 7, 7);
    }
    assert_int_equal(1, server.n_connections); /* it was kept */
    ilf__http_client_free(client);
    server_end(&server);
}

static void a_changed_header_is_sent(void **state)
{
    static const char *const script = SERVER_OK;
    static const char *const one[] = {"X-A: 1", NULL}, *const two[] = {"X-A: 2", NULL};
    static const char *const both[] = {"X-A: 2", "X-B: 3", NULL};
    struct ilf__http_options options = plain();
    struct ilf__http_client *client = client_of(&options);
    const ilf_str body = S("");
    struct test_server server;
    struct ended e;

    (void)state;
    server_start(&server, &script, 1);
    post(client, server.url, &body, one, &e);
    run(client, &e);
    post(client, server.url, &body, two, &e);
    run(client, &e);
    post(client, server.url, &body, both, &e);
    run(client, &e);
    post(client, server.url, &body, two, &e);
    run(client, &e);
    assert_non_null(strstr(server.requests[0], "X-A: 1\r\n"));
    assert_non_null(strstr(server.requests[1], "X-A: 2\r\n"));
    assert_non_null(strstr(server.requests[2], "X-B: 3\r\n"));
    assert_null(strstr(server.requests[3], "X-B"));
    ilf__http_client_free(client);
    server_end(&server);
}

static void gathers_and_compresses_what_is_in_pieces(void **state)
{
    static const char *const script = SERVER_OK;
    struct ilf__http_options options = plain();
    const ilf_str pieces[] = {S("["), S("1,2"), S("]")};
    struct ilf__http_client *client;
    struct test_server server;
    struct ended e = {0};
    unsigned char out[64];
    uLongf n = sizeof(out);
    ilf_error err;

    (void)state;
    options.compression = ILF__COMPRESS_ZLIB;
    client = client_of(&options);
    server_start(&server, &script, 1);
    assert_int_equal(ILF_OK, ilf__http_post(client,
                                            &(struct ilf__http_request){.url = server.url,
                                                                        .headers = no_headers,
                                                                        .pieces = pieces,
                                                                        .n_pieces = 3,
                                                                        .owner = &e,
                                                                        .done = keep},
                                            &err));
    run(client, &e);
    assert_int_equal(Z_OK, uncompress(out, &n, (Bytef *)strstr(server.requests[0], "\r\n\r\n") + 4,
                                      e.reply.wire_bytes));
    assert_int_equal(5, n);
    assert_memory_equal("[1,2]", out, 5);
    ilf__http_client_free(client);
    server_end(&server);
}

static void many_requests_run_at_the_same_time(void **state)
{
    static const char *const scripts[] = {SERVER_STALLS, SERVER_STALLS, SERVER_OK};
    struct ilf__http_options options = plain();
    struct ilf__http_client *client = client_of(&options);
    const ilf_str body = S("x");
    struct test_server server;
    struct ended e[6];

    (void)state;
    server_start(&server, scripts, 3);
    for (int i = 0; i < 6; i++)
        post(client, server.url, &body, no_headers, &e[i]);
    for (int done = 0, n = 0; done < 4 && n < 1000; n++) {
        ilf__http_poll(client, 1000000000);
        done = 0;
        for (int i = 0; i < 6; i++)
            done += e[i].n;
    }
    ilf__http_cancel(client);
    for (int i = 0, cancelled = 0; i < 6; i++) {
        assert_int_equal(1, e[i].n);
        cancelled += e[i].reply.cancelled;
        assert_true(cancelled <= 2);
    }
    ilf__http_client_free(client);
    server_end(&server);
}

static void says_which_step_failed(void **state)
{
    static const struct {
        const char *script, *why;
        bool unanswered;
    } cases[] = {
        {SERVER_CLOSES, "/p: the server closed the connection without an answer (", true},
        {SERVER_RESETS, "/p: the connection broke while receiving the answer (", true},
        {SERVER_STALLS, "/p: timed out waiting for the answer (", true},
        {"garbage\r\n\r\n", "/p: this is no HTTP (", true},
        {"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nConnection: close\r\n\r\nshort",
         "/p: the connection broke while receiving the answer (", true},
    };
    struct ended e;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        post_and_run("/p?key=secret", cases[i].script, &e);
        assert_int_equal(0, e.reply.status);
        assert_true(e.reply.unreached);
        assert_false(e.reply.hopeless);
        if (e.reply.unanswered != cases[i].unanswered || !strstr(e.reason, cases[i].why) ||
            strstr(e.reason, "secret"))
            fail_msg("case %zu: %s", i, e.reason);
    }
}

static void a_refused_connection_is_told_and_nothing_has_left(void **state)
{
    struct ilf__http_options options = plain();
    struct ilf__http_client *client = client_of(&options);
    const ilf_str body = S("x");
    struct ended e;
    char url[64];

    (void)state;
    close(server_listen(url));
    post(client, url, &body, no_headers, &e);
    run(client, &e);
    assert_true(e.reply.unreached);
    assert_false(e.reply.unanswered);
    assert_non_null(
        strstr(e.reason, ": can't connect: is the server running, and the port right? ("));
    ilf__http_client_free(client);
}

static void a_url_that_is_none_is_hopeless(void **state)
{
    static const char *const urls[] = {"ftp://127.0.0.1/", "http://[::bad/", "http://a b/"};
    struct ilf__http_options options = plain();
    struct ilf__http_client *client = client_of(&options);
    const ilf_str body = S("x");
    struct ended e;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        post(client, urls[i], &body, no_headers, &e);
        run(client, &e);
        if (!e.reply.hopeless || e.reply.unanswered)
            fail_msg("%s: %s", urls[i], e.reason);
    }
    ilf__http_client_free(client);
}

static void a_redirect_keeps_method_and_body_and_a_circle_ends(void **state)
{
    static const char *const scripts[] = {
        "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", SERVER_OK};
    static const char *const circle = "HTTP/1.1 307 x\r\nLocation: /\r\nContent-Length: 0\r\n\r\n";
    struct ilf__http_options options = plain();
    struct ilf__http_client *client = client_of(&options);
    const ilf_str body = S("body");
    struct test_server server;
    struct ended e;

    (void)state;
    server_start(&server, scripts, 2);
    post(client, server.url, &body, no_headers, &e);
    run(client, &e);
    assert_int_equal(200, e.reply.status);
    assert_memory_equal("POST /b ", server.requests[1], 8);
    assert_string_equal("body", strstr(server.requests[1], "\r\n\r\n") + 4);
    server_end(&server);
    server_start(&server, &circle, 1);
    post(client, server.url, &body, no_headers, &e);
    run(client, &e);
    assert_non_null(strstr(e.reason, "redirects in a circle"));
    assert_false(e.reply.hopeless);
    ilf__http_client_free(client);
    server_end(&server);
}

static void reads_retry_after_as_seconds_and_as_a_date(void **state)
{
    char script[256], date[64];
    time_t then = time(NULL) + 120;
    struct ended e;
    struct tm utc;

    (void)state;
    post_and_run("/", "HTTP/1.1 429 x\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", &e);
    assert_int_equal(429, e.reply.status);
    assert_int_equal(7000000000, e.reply.retry_after);
    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&then, &utc));
    (void)snprintf(script, sizeof(script),
                   "HTTP/1.1 503 x\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n", date);
    post_and_run("/", script, &e);
    assert_in_range(e.reply.retry_after, 100000000000, 120000000000);
    post_and_run(
        "/", "HTTP/1.1 503 x\r\nRetry-After: 9223372036854775806\r\nContent-Length: 0\r\n\r\n", &e);
    assert_true(e.reply.retry_after > 0);
    post_and_run("/", "HTTP/1.1 503 x\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n", &e);
    assert_int_equal(0, e.reply.retry_after);
}

static void keeps_no_more_of_a_reply_than_it_is_asked_to(void **state)
{
    char *script = calloc(1, 100200);
    struct ended e;

    (void)state;
    strcpy(script, "HTTP/1.1 400 Bad\r\nContent-Length: 100000\r\n\r\n");
    memset(script + strlen(script), 'x', 100000);
    post_and_run("/", script, &e);
    assert_int_equal(400, e.reply.status);
    assert_int_equal(100, e.reply.body.len);
    free(script);
}

static void *wake_soon(void *client)
{
    usleep(20000);
    ilf__http_wake(client);
    return NULL;
}

static void wake_ends_a_poll_that_waits(void **state)
{
    struct ilf__http_options options = plain();
    struct ilf__http_client *client = client_of(&options);
    pthread_t thread;

    (void)state;
    assert_int_equal(0, pthread_create(&thread, NULL, wake_soon, client));
    ilf__http_poll(client, -1); /* would hang */
    assert_int_equal(0, pthread_join(thread, NULL));
    ilf__http_wake(client);
    ilf__http_poll(client, -1); /* likewise: woken before it began */
    ilf__http_client_free(client);
}

static void freeing_ends_what_is_under_way(void **state)
{
    static const char *const script = SERVER_STALLS;
    struct ilf__http_options options = plain();
    struct ilf__http_client *client = client_of(&options);
    const ilf_str body = S("x");
    struct test_server server;
    struct ended e;

    (void)state;
    server_start(&server, &script, 1);
    post(client, server.url, &body, no_headers, &e);
    ilf__http_poll(client, 1000000);
    ilf__http_client_free(client);
    assert_int_equal(1, e.n);
    assert_true(e.reply.cancelled && e.reply.unanswered);
    assert_string_equal("cancelled: the pipeline is stopping", e.reason);
    server_end(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(posts_the_body_and_returns_the_reply),
        cmocka_unit_test(says_that_a_request_may_have_arrived_before_its_answer),
        cmocka_unit_test(a_changed_header_is_sent),
        cmocka_unit_test(gathers_and_compresses_what_is_in_pieces),
        cmocka_unit_test(many_requests_run_at_the_same_time),
        cmocka_unit_test(says_which_step_failed),
        cmocka_unit_test(a_refused_connection_is_told_and_nothing_has_left),
        cmocka_unit_test(a_url_that_is_none_is_hopeless),
        cmocka_unit_test(a_redirect_keeps_method_and_body_and_a_circle_ends),
        cmocka_unit_test(reads_retry_after_as_seconds_and_as_a_date),
        cmocka_unit_test(keeps_no_more_of_a_reply_than_it_is_asked_to),
        cmocka_unit_test(wake_ends_a_poll_that_waits),
        cmocka_unit_test(freeing_ends_what_is_under_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
