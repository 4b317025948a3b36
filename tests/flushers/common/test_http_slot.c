/* Tests of flushers/common/http_slot.c: what a request looks like, against a server in a thread. */
#include "http_client_test.h"

#include <zlib.h>

static void a_changed_header_is_sent(void **state)
{
    static const char *const script = SERVER_OK;
    static const char *const one[] = {"X-A: 1", NULL}, *const two[] = {"X-A: 2", NULL};
    static const char *const both[] = {"X-A: 2", "X-B: 3", NULL};
    struct ilf__http_options options = test_http_options();
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
    struct ilf__http_options options = test_http_options();
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

/* libcurl sends it once more by itself, and hears of the second only. */
static void says_that_a_request_may_have_arrived_before_its_answer(void **state)
{
    static const char *const scripts[] = {SERVER_OK, SERVER_CLOSES,
                                          "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"};
    struct ilf__http_options options = test_http_options();
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

static void the_head_of_an_answer_must_end(void **state)
{
    static const char line[] = "X-Endless: 0123456789012345678901234567890123456789\r\n",
                      interim[] = "HTTP/1.1 100 Continue\r\n\r\n",
                      chunked[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
    const struct {
        const char *first, *repeated;
    } cases[] = {{"HTTP/1.1 200 OK\r\n", line},
                 {"", interim},
                 {chunked, line},
                 {"HTTP/1.1 200 ", "OK OK OK OK OK OK OK OK "}};
    char *answer = malloc(1 << 20);

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t len = strlen(cases[i].first), n = strlen(cases[i].repeated);
        struct ended e;

        memcpy(answer, cases[i].first, len);
        for (; len + n < 600000; len += n)
            memcpy(answer + len, cases[i].repeated, n);
        answer[len] = '\0';
        post_and_run("/", answer, &e);
        if (e.reply.status != 0 || e.reply.fault != ILF__HTTP_ENDPOINT || !e.reply.unanswered ||
            strstr(e.reason, "timed out"))
            fail_msg("case %zu: %s", i, e.reason);
    }
    free(answer);
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

/* A server's script: @head, then @line until there are 600,000 bytes, and no end. */
static void expect_endless(const char *head, const char *line)
{
    const size_t size = 600000, len = strlen(line);
    char *script = malloc(size + len + strlen(head) + 1), *end = stpcpy(script, head);
    struct ended e;

    while (end < script + size)
        end = stpcpy(end, line);
    post_and_run("/", script, &e);
    assert_int_equal(0, e.reply.status);
    assert_true(e.reply.unreached);
    assert_true(e.reply.unanswered);
    assert_int_not_equal(ILF__HTTP_RECORD, e.reply.fault);
    if (!strstr(e.reason, ": this is no HTTP (the head of its answer has no end)"))
        fail_msg("%.20s: %s", line, e.reason);
    free(script);
}

static void a_head_without_end_is_an_error_of_the_server(void **state)
{
    (void)state;
    expect_endless("HTTP/1.1 200 OK\r\n", "X: y\r\n");
    expect_endless("", "HTTP/1.1 102 Processing\r\n\r\n");
    expect_endless("HTTP/1.1 200 OK\r\nX: ", "yyyyyyyyyyyyyyyy");
    expect_endless("HTTP/1.1 200 ", "OK OK OK OK OK ");
    expect_endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n");
}

static void a_body_without_end_lasts_no_longer_than_the_time_out(void **state)
{
    struct ended e;

    (void)state;
    post_and_run("/", "HTTP/1.1 200 OK\r\n\r\nand so on", &e); /* and the connection stays open */
    assert_int_equal(0, e.reply.status);
    assert_non_null(strstr(e.reason, ": timed out waiting for the answer ("));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_header_is_sent),
        cmocka_unit_test(gathers_and_compresses_what_is_in_pieces),
        cmocka_unit_test(says_that_a_request_may_have_arrived_before_its_answer),
        cmocka_unit_test(the_head_of_an_answer_must_end),
        cmocka_unit_test(a_head_without_end_is_an_error_of_the_server),
        cmocka_unit_test(a_body_without_end_lasts_no_longer_than_the_time_out),
        cmocka_unit_test(keeps_no_more_of_a_reply_than_it_is_asked_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
