/* Tests of flushers/common/http_token.c: tokens in headers, against a server in a thread. */
#include "http_client_test.h"

static void post_one(struct ilf__http_client *client, const char *url, struct ended *e)
{
    static const ilf_str body = {"body", 4};

    post(client, url, &body, no_headers, e);
}

static void post_one_and_run(struct ilf__http_client *client, const char *url, struct ended *e)
{
    post_one(client, url, e);
    run(client, e);
}

#define TOKEN(text)                                                                                \
    "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"access_token\":\"" text                        \
    "\",\"expires_in\":3600,\"token_type\":\"bearer\"}"

static struct ilf__http_options oauth2(const char *url)
{
    static const char *const scopes[] = {"a", "b c"};
    static const ilf_kv parameters[] = {{S_CONST("audience"), S_CONST("x&y")}};
    struct ilf__http_options options = test_http_options();

    options.auth.oauth2.token_url = url;
    options.auth.oauth2.client_id = "me";
    options.auth.oauth2.client_secret = "h+u/s h%";
    options.auth.oauth2.scopes = (ilf_str_list){scopes, 2};
    options.auth.oauth2.parameters = (ilf_str_map){parameters, 1};
    return options;
}

static void gets_a_token_once_and_a_new_one_when_it_is_refused(void **state)
{
    static const char *const tokens[] = {TOKEN("one"), TOKEN("two")};
    static const char *const scripts[] = {SERVER_OK, "HTTP/1.1 401 x\r\nContent-Length: 0\r\n\r\n",
                                          SERVER_OK};
    struct test_server server, token_server;
    struct ilf__http_options options;
    struct ilf__http_client *client;
    struct ended e[3];

    (void)state;
    server_start(&server, scripts, 3);
    server_start(&token_server, tokens, 2);
    options = oauth2(token_server.url);
    client = client_of(&options);
    for (int i = 0; i < 3; i++)
        post_one_and_run(client, server.url, &e[i]);
    assert_int_equal(200, e[0].reply.status);
    assert_int_equal(401, e[1].reply.status);
    assert_int_equal(200, e[2].reply.status);
    assert_int_equal(2, server_n_requests(&token_server));
    assert_non_null(strstr(server.requests[1], "\r\nAuthorization: Bearer one\r\n"));
    assert_non_null(strstr(server.requests[2], "\r\nAuthorization: Bearer two\r\n"));
    assert_non_null(strstr(token_server.requests[0],
                           "\r\nAuthorization: Basic bWU6aCUyQnUlMkZzJTIwaCUyNQ==\r\n"));
    assert_string_equal("grant_type=client_credentials&scope=a%20b%20c&audience=x%26y",
                        strstr(token_server.requests[0], "\r\n\r\n") + 4);
    ilf__http_client_free(client);
    server_end(&server);
    server_end(&token_server);
}

static void without_a_token_requests_end_so_that_they_are_tried_again(void **state)
{
    static const struct {
        const char *script, *why;
    } cases[] = {
        {"HTTP/1.1 400 x\r\nConnection: close\r\n\r\n{\"error\":\"invalid_client\"}",
         "HTTP 400: {"},
        {SERVER_CLOSES, "closed the connection"},
        {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nno json", "holds no access_token"},
        {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"access_token\":\"a\\nX: y\"}",
         "holds no access_token"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct test_server token_server;
        struct ilf__http_options options;
        struct ilf__http_client *client;
        struct ended e;

        server_start(&token_server, &cases[i].script, 1);
        options = oauth2(token_server.url);
        client = client_of(&options);
        for (int n = 0; n < 2; n++) { /* each asks anew */
            post_one_and_run(client, "http://127.0.0.1:1/", &e);
            assert_int_equal(0, e.reply.status);
            assert_true(e.reply.unreached);
            if (strncmp(e.reason, "OAuth 2: ", 9) != 0 || !strstr(e.reason, cases[i].why))
                fail_msg("case %zu: %s", i, e.reason);
        }
        assert_int_equal(2, server_n_requests(&token_server));
        ilf__http_client_free(client);
        server_end(&token_server);
    }
}

static void a_token_server_that_wants_to_be_left_alone_is_not_asked_again(void **state)
{
    static const char *const scripts[] = {
        "HTTP/1.1 429 x\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n", TOKEN("one")};
    static const char *const ok[] = {SERVER_OK};
    struct test_server server, token_server;
    struct ilf__http_options options;
    struct ilf__http_client *client;
    struct ended e;

    (void)state;
    server_start(&server, ok, 1);
    server_start(&token_server, scripts, 2);
    options = oauth2(token_server.url);
    client = client_of(&options);
    for (int i = 0; i < 3; i++) {
        post_one_and_run(client, server.url, &e);
        assert_int_equal(0, e.reply.status);
        assert_in_range(e.reply.retry_after, 1, 1000000000);
        assert_non_null(strstr(e.reason, "HTTP 429"));
    }
    assert_int_equal(1, server_n_requests(&token_server));
    for (int i = 0; i < 200 && e.reply.status == 0; i++) {
        usleep(50000);
        post_one_and_run(client, server.url, &e);
    }
    assert_int_equal(200, e.reply.status);
    assert_int_equal(2, server_n_requests(&token_server));
    ilf__http_client_free(client);
    server_end(&server);
    server_end(&token_server);
}

static void cancel_ends_those_that_wait_for_a_token(void **state)
{
    static const char *const script = SERVER_STALLS;
    struct test_server token_server;
    struct ilf__http_options options;
    struct ilf__http_client *client;
    struct ended e;

    (void)state;
    server_start(&token_server, &script, 1);
    options = oauth2(token_server.url);
    client = client_of(&options);
    post_one(client, "http://127.0.0.1:1/", &e);
    ilf__http_poll(client, 50000000);
    ilf__http_poll(client, 50000000);
    ilf__http_cancel(client);
    assert_int_equal(1, e.n);
    ilf__http_client_free(client);
    server_end(&token_server);
}

static void fetches_tokens_for_others(void **state)
{
    static const char *const scripts[] = {
        TOKEN("one"), "HTTP/1.1 401 x\r\nConnection: close\r\n\r\n", TOKEN("two"), SERVER_STALLS};
    const atomic_bool go_on = false, stop = true;
    struct test_server token_server;
    struct ilf__http_options options;
    struct ilf__http_client *client;
    struct ilf__http_bearer bearer;

    (void)state;
    server_start(&token_server, scripts, 4);
    options = oauth2(token_server.url);
    client = client_of(&options);
    bearer = ilf__http_fetch_bearer(client, &go_on);
    assert_string_equal("one", bearer.token);
    assert_true(bearer.life > 3000000000000 && bearer.life <= 3600000000000);
    bearer = ilf__http_fetch_bearer(client, &go_on);
    assert_null(bearer.token);
    assert_non_null(strstr(bearer.reason, ": HTTP 401"));
    bearer = ilf__http_fetch_bearer(client, &go_on);
    assert_string_equal("two", bearer.token);
    bearer = ilf__http_fetch_bearer(client, &stop);
    assert_null(bearer.token);
    assert_string_equal("cancelled", bearer.reason);
    ilf__http_client_free(client);
    server_end(&token_server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gets_a_token_once_and_a_new_one_when_it_is_refused),
        cmocka_unit_test(without_a_token_requests_end_so_that_they_are_tried_again),
        cmocka_unit_test(a_token_server_that_wants_to_be_left_alone_is_not_asked_again),
        cmocka_unit_test(cancel_ends_those_that_wait_for_a_token),
        cmocka_unit_test(fetches_tokens_for_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
