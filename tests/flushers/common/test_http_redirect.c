/* Tests of flushers/common/http_redirect.c, against servers in threads. */
#include "http_client_test.h"

static const char *const secrets[] = {"X-Api-Key: s3cret", "Content-Type: application/json",
                                      "Content-Encoding: identity", "Cookie: s3cret", NULL};

/* Two servers: the first redirects to the second. */
struct pair {
    struct test_server first, second;
    char answer[512];
    const char *script;
    struct ilf__http_options options;
    struct ended ended;
};

static void start(struct pair *p, int status, const char *path)
{
    static const char *const ok = SERVER_OK;

    *p = (struct pair){.options = test_http_options()};
    server_start(&p->second, &ok, 1);
    (void)snprintf(p->answer, sizeof(p->answer),
                   "HTTP/1.1 %d x\r\nLocation: %s%s\r\nContent-Length: 0\r\n\r\n", status,
                   p->second.url, path);
    p->script = p->answer;
    server_start(&p->first, &p->script, 1);
}

static void send_one(struct pair *p)
{
    static const ilf_str body = {"body", 4};
    struct ilf__http_client *client = client_of(&p->options);

    post(client, p->first.url, &body, secrets, &p->ended);
    run(client, &p->ended);
    ilf__http_client_free(client);
}

static void end(struct pair *p)
{
    server_end(&p->first);
    server_end(&p->second);
}

static void a_redirect_within_the_server_keeps_method_body_and_headers(void **state)
{
    static const int statuses[] = {301, 302, 307, 308};
    static const ilf_str body = {"body", 4};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct ilf__http_options options = test_http_options();
        struct ilf__http_client *client;
        char answer[128];
        const char *const scripts[] = {answer, SERVER_OK};
        struct test_server server;
        struct ended e;

        options.auth.username = "u";
        options.auth.password = "p";
        client = client_of(&options);
        (void)snprintf(answer, sizeof(answer),
                       "HTTP/1.1 %d x\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", statuses[i]);
        server_start(&server, scripts, 2);
        post(client, server.url, &body, secrets, &e);
        run(client, &e);
        assert_int_equal(200, e.reply.status);
        assert_false(e.reply.unanswered);
        assert_memory_equal("POST /b ", server.requests[1], 8);
        assert_string_equal("body", strstr(server.requests[1], "\r\n\r\n") + 4);
        assert_non_null(strstr(server.requests[1], "X-Api-Key: s3cret\r\n"));
        assert_non_null(strstr(server.requests[1], "Authorization: Basic dTpw\r\n"));
        ilf__http_client_free(client);
        server_end(&server);
    }
}

static void user_and_password_of_the_url_stay_with_the_server(void **state)
{
    static const char *const scripts[] = {
        "HTTP/1.1 307 x\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", SERVER_OK};
    static const ilf_str body = {"body", 4};
    struct ilf__http_options options = test_http_options();
    struct ilf__http_client *client = client_of(&options);
    struct test_server server;
    char url[1024];
    struct ended e;

    (void)state;
    server_start(&server, scripts, 2);
    (void)snprintf(url, sizeof(url), "http://u:p@%s/", server.url + 7);
    post(client, url, &body, no_headers, &e);
    run(client, &e);
    assert_int_equal(200, e.reply.status);
    assert_non_null(strstr(server.requests[1], "Authorization: Basic dTpw\r\n"));
    ilf__http_client_free(client);
    server_end(&server);
}

static void another_server_is_not_asked_unless_that_is_allowed(void **state)
{
    struct pair p;
    char want[512];

    (void)state;
    start(&p, 307, "/there?token=s3cret");
    send_one(&p);
    assert_int_equal(307, p.ended.reply.status);
    assert_int_equal(0, server_n_requests(&p.second));
    (void)snprintf(want, sizeof(want),
                   "POST %s: HTTP 307, a redirect to %s that is not followed: it leads to another "
                   "server: set RemoteURL to that, or Redirects to any",
                   p.first.url, p.second.url);
    assert_string_equal(want, p.ended.reason);
    end(&p);
}

static void another_server_learns_no_secret(void **state)
{
    struct pair p;

    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        const char *request;

        start(&p, 308, "/there");
        p.options.redirects = ILF__REDIRECTS_ANY;
        if (kind == 0)
            p.options.auth.username = "u", p.options.auth.password = "s3cret";
        else if (kind == 1)
            p.options.auth.bearer_token = "s3cret";
        else
            p.options.auth.aws.region = "r", p.options.auth.aws.service = "es",
            p.options.auth.aws.access_key = "k", p.options.auth.aws.secret_key = "x",
            p.options.auth.aws.session_token = "s3cret";
        send_one(&p);
        assert_int_equal(200, p.ended.reply.status);
        request = p.second.requests[0];
        assert_memory_equal("POST /there ", request, 12);
        assert_non_null(strstr(request, "Content-Type: application/json\r\n"));
        assert_non_null(strstr(request, "Content-Encoding: identity\r\n"));
        assert_string_equal("body", strstr(request, "\r\n\r\n") + 4);
        if (strstr(request, "s3cret") || strcasestr(request, "authorization") ||
            strcasestr(request, "cookie") || strcasestr(request, "amz"))
            fail_msg("%s", request);
        assert_non_null(strcasestr(p.first.requests[0], "s3cret"));
        end(&p);
    }
}

static void the_next_request_of_the_same_handle_has_its_secrets_again(void **state)
{
    static const ilf_str body = {"body", 4};
    struct ilf__http_client *client;
    struct pair p;

    (void)state;
    start(&p, 308, "/there");
    p.options.redirects = ILF__REDIRECTS_ANY;
    p.options.auth.username = "u";
    p.options.auth.password = "p";
    client = client_of(&p.options);
    for (int i = 0; i < 2; i++) {
        post(client, p.first.url, &body, secrets, &p.ended);
        run(client, &p.ended);
        assert_non_null(strstr(p.first.requests[i], "X-Api-Key: s3cret\r\n"));
        assert_non_null(strstr(p.first.requests[i], "Authorization: Basic dTpw\r\n"));
        assert_null(strstr(p.second.requests[i], "Authorization"));
    }
    ilf__http_client_free(client);
    end(&p);
}

static void never_and_a_get_and_what_is_no_http_are_not_followed(void **state)
{
    static const struct {
        const char *answer, *why;
        int redirects;
    } cases[] = {
        {"HTTP/1.1 307 x\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", "Redirects is never",
         ILF__REDIRECTS_NEVER},
        {"HTTP/1.1 303 x\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n",
         "it asks for a GET, which stores nothing", ILF__REDIRECTS_ANY},
        {"HTTP/1.1 301 x\r\nLocation: ftp://h/\r\nContent-Length: 0\r\n\r\n",
         "it leads to no URL of HTTP", ILF__REDIRECTS_ANY},
        {"HTTP/1.1 301 x\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
         "it leads to no URL of HTTP", ILF__REDIRECTS_ANY},
        {"HTTP/1.1 307 x\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
         "it is the eleventh in a row: do they lead in a circle?", ILF__REDIRECTS_SAME_ORIGIN},
    };
    static const ilf_str body = {"body", 4};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ilf__http_options options = test_http_options();
        struct ilf__http_client *client;
        struct test_server server;
        struct ended e;

        options.redirects = cases[i].redirects;
        client = client_of(&options);
        server_start(&server, &cases[i].answer, 1);
        post(client, server.url, &body, no_headers, &e);
        run(client, &e);
        assert_in_range(e.reply.status, 300, 399);
        if (!strstr(e.reason, cases[i].why))
            fail_msg("%s", e.reason);
        assert_int_equal(i == 4 ? 11 : 1, server_n_requests(&server));
        ilf__http_client_free(client);
        server_end(&server);
    }
}

static void a_redirect_without_a_location_is_an_answer(void **state)
{
    struct ended e;

    (void)state;
    post_and_run("/", "HTTP/1.1 307 x\r\nContent-Length: 2\r\n\r\nno", &e);
    assert_int_equal(307, e.reply.status);
    assert_non_null(strstr(e.reason, ": HTTP 307: no"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_redirect_within_the_server_keeps_method_body_and_headers),
        cmocka_unit_test(user_and_password_of_the_url_stay_with_the_server),
        cmocka_unit_test(another_server_is_not_asked_unless_that_is_allowed),
        cmocka_unit_test(another_server_learns_no_secret),
        cmocka_unit_test(the_next_request_of_the_same_handle_has_its_secrets_again),
        cmocka_unit_test(never_and_a_get_and_what_is_no_http_are_not_followed),
        cmocka_unit_test(a_redirect_without_a_location_is_an_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
