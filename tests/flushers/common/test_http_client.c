/* Tests of flushers/common/http_client.c, against a server in a thread. */
#include <sys/resource.h>

#include "http_client_test.h"

static void posts_the_body_and_returns_the_reply(void **state)
{
    static const char *const script = SERVER_OK;
    static const char *const headers[] = {"Content-Type: text/x", "X-A: b", NULL};
    struct ilf__http_options options = test_http_options();
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

static void many_requests_run_at_the_same_time(void **state)
{
    static const char *const scripts[] = {SERVER_STALLS, SERVER_STALLS, SERVER_OK};
    struct ilf__http_options options = test_http_options();
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
        {"HTTP/200 OK\r\nConnection: close\r\n\r\n", "/p: this is no HTTP (", true},
        {"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nConnection: close\r\n\r\nshort",
         "/p: the connection broke while receiving the answer (", true},
    };
    struct ended e;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        post_and_run("/p?key=secret", cases[i].script, &e);
        assert_int_equal(0, e.reply.status);
        assert_true(e.reply.unreached);
        assert_int_equal(ILF__HTTP_ENDPOINT, e.reply.fault);
        if (e.reply.unanswered != cases[i].unanswered || !strstr(e.reason, cases[i].why) ||
            strstr(e.reason, "secret"))
            fail_msg("case %zu: %s", i, e.reason);
    }
}

static void a_refused_connection_is_told_and_nothing_has_left(void **state)
{
    struct ilf__http_options options = test_http_options();
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

static void a_url_that_is_none_is_the_configurations_fault(void **state)
{
    static const char *const urls[] = {"ftp://127.0.0.1/", "http://[::bad/", "http://a b/"};
    struct ilf__http_options options = test_http_options();
    struct ilf__http_client *client = client_of(&options);
    const ilf_str body = S("x");
    struct ended e;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        post(client, urls[i], &body, no_headers, &e);
        run(client, &e);
        if (e.reply.fault != ILF__HTTP_CONFIG || !e.reply.unreached || e.reply.unanswered)
            fail_msg("%s: %s", urls[i], e.reason);
    }
    ilf__http_client_free(client);
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
    post_and_run(
        "/", "HTTP/1.1 503 x\r\nRetry-After: 99999999999999999999999\r\nContent-Length: 0\r\n\r\n",
        &e);
    assert_true(e.reply.retry_after > 0); /* Retry.MaxRetryAfter caps it */
    post_and_run("/", "HTTP/1.1 503 x\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n", &e);
    assert_int_equal(0, e.reply.retry_after);
}

static void *wake_soon(void *client)
{
    usleep(20000);
    ilf__http_wake(client);
    return NULL;
}

static void wake_ends_a_poll_that_waits(void **state)
{
    struct ilf__http_options options = test_http_options();
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
    struct ilf__http_options options = test_http_options();
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

/* libcurl's channel for wake-ups needs two. */
static void without_a_file_descriptor_no_client_starts(void **state)
{
    const struct ilf__http_options options = test_http_options();
    struct rlimit before, none;
    struct ilf__http_client *client = NULL;
    ilf_status status;
    ilf_error err;

    (void)state;
    ilf__http_client_free(client_of(&options)); /* what is opened once is open */
    assert_int_equal(0, getrlimit(RLIMIT_NOFILE, &before));
    none = before;
    none.rlim_cur = (rlim_t)dup(0);
    close((int)none.rlim_cur);
    assert_int_equal(0, setrlimit(RLIMIT_NOFILE, &none));
    status = ilf__http_client_new(&client, &options, NULL, &err);
    assert_int_equal(0, setrlimit(RLIMIT_NOFILE, &before));
    assert_int_equal(ILF_ERR_NOMEM, status);
    assert_string_equal("no file descriptor is free: raise the limit of open files (ulimit -n)",
                        err.text);
    ilf__http_client_free(client_of(&options));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(posts_the_body_and_returns_the_reply),
        cmocka_unit_test(many_requests_run_at_the_same_time),
        cmocka_unit_test(says_which_step_failed),
        cmocka_unit_test(a_refused_connection_is_told_and_nothing_has_left),
        cmocka_unit_test(a_url_that_is_none_is_the_configurations_fault),
        cmocka_unit_test(reads_retry_after_as_seconds_and_as_a_date),
        cmocka_unit_test(wake_ends_a_poll_that_waits),
        cmocka_unit_test(freeing_ends_what_is_under_way),
        cmocka_unit_test(without_a_file_descriptor_no_client_starts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
