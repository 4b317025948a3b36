/* Tests of flushers/common/http_redirect.c: where a redirect leads, and what goes along. */
#include "http_client_test.h"

static const char *const headers[] = {"Content-Type: a/b", "X-Key: secret", "Cookie: secret",
                                      "Content-Encoding: x", NULL};

/* What two servers see of a request that the first redirects to the second. */
struct rig {
    struct test_server first, second;
    struct ilf__http_options options;
    struct ended e;
};

static int set_up(void **state)
{
    static const char *const ok = SERVER_OK;
    struct rig *r = calloc(1, sizeof(*r));

    r->options = test_http_options();
    server_start(&r->second, &ok, 1);
    *state = r;
    return 0;
}

static int tear_down(void **state)
{
    struct rig *r = *state;

    server_end(&r->second);
    free(r);
    return 0;
}

/* Post to the first server, which answers @status and a Location in which %s is the second. */
static void redirect(struct rig *r, int status, const char *location, const char *user)
{
    struct ilf__http_client *client = client_of(&r->options);
    const ilf_str body = S("records");
    char script[512], where[256], url[256];
    const char *const scripts[] = {script, SERVER_OK};

    (void)snprintf(where, sizeof(where), location, r->second.url);
    (void)snprintf(script, sizeof(script),
                   "HTTP/1.1 %d x\r\n%s%s\r\nContent-Length: 5\r\n\r\nmoved", status,
                   *where ? "Location: " : "X: ", where);
    server_start(&r->first, scripts, 2);
    (void)snprintf(url, sizeof(url), "http://%s%s/w", user, r->first.url + 7);
    post(client, url, &body, headers, &r->e);
    run(client, &r->e);
    ilf__http_client_free(client);
}

static void within_an_origin_a_redirect_is_followed_with_body_and_headers(void **state)
{
    static const int statuses[] = {301, 302, 307, 308};
    struct rig *r = *state;

    r->options.auth.bearer_token = "tok";
    for (size_t i = 0; i < 4; i++) {
        redirect(r, statuses[i], "/there?q=1", "");
        assert_int_equal(200, r->e.reply.status);
        assert_int_equal(2, server_n_requests(&r->first));
        assert_memory_equal("POST /there?q=1 ", r->first.requests[1], 16);
        assert_non_null(strstr(r->first.requests[1], "\r\nX-Key: secret\r\n"));
        assert_non_null(strstr(r->first.requests[1], "\r\nAuthorization: Bearer tok\r\n"));
        assert_string_equal("records", strstr(r->first.requests[1], "\r\n\r\n") + 4);
        server_end(&r->first);
    }
}

static void user_and_password_of_the_address_go_along_within_its_origin(void **state)
{
    struct rig *r = *state;

    redirect(r, 307, "/there", "user:pass@");
    assert_int_equal(200, r->e.reply.status);
    assert_non_null(strstr(r->first.requests[1], "\r\nAuthorization: Basic dXNlcjpwYXNz\r\n"));
    server_end(&r->first);
}

static void another_origin_gets_nothing_unless_the_option_allows_it(void **state)
{
    struct rig *r = *state;
    char want[256];

    redirect(r, 307, "%s/there", "");
    assert_int_equal(0, server_n_requests(&r->second));
    assert_int_equal(307, r->e.reply.status);
    assert_true(r->e.reply.unreached);
    assert_int_not_equal(ILF__HTTP_RECORD, r->e.reply.fault);
    (void)snprintf(want, sizeof(want),
                   "POST %s/w: HTTP 307 redirects to %s, another origin: set the URL to that, or "
                   "Redirects to any",
                   r->first.url, r->second.url);
    assert_string_equal(want, r->e.reason);
    server_end(&r->first);
}

static void another_origin_gets_the_records_without_any_secret(void **state)
{
    struct rig *r = *state;
    const char *got;

    r->options.redirects = ILF__REDIRECTS_ANY;
    for (int kind = 0; kind < 3; kind++) {
        r->options.auth.bearer_token = kind == 0 ? "tok" : "";
        r->options.auth.username = kind == 1 ? "user" : "";
        r->options.auth.aws.service = kind == 2 ? "es" : "";
        r->options.auth.aws.region = r->options.auth.aws.access_key =
            r->options.auth.aws.secret_key = kind == 2 ? "x" : "";
        r->options.auth.aws.session_token = kind == 2 ? "session" : "";
        redirect(r, 308, "%s/there", kind == 0 ? "u:p@" : "");
        assert_int_equal(200, r->e.reply.status);
        assert_int_equal(kind + 1, server_n_requests(&r->second));
        got = r->second.requests[kind];
        assert_memory_equal("POST /there ", got, 12);
        assert_string_equal("records", strstr(got, "\r\n\r\n") + 4);
        assert_non_null(strstr(got, "\r\nContent-Type: a/b\r\nContent-Encoding: x\r\n"));
        if (strcasestr(got, "secret") || strcasestr(got, "authorization") ||
            strcasestr(got, "session") || strcasestr(got, "x-amz"))
            fail_msg("%s", got);
        server_end(&r->first);
    }
}

static void the_request_after_one_that_went_to_a_stranger_carries_all_again(void **state)
{
    struct rig *r = *state;
    struct ilf__http_client *client;
    const ilf_str body = S("x");
    char script[256];
    const char *const scripts[] = {script, SERVER_OK};

    r->options.redirects = ILF__REDIRECTS_ANY;
    r->options.auth.username = "user";
    r->options.auth.password = "pass";
    client = client_of(&r->options);
    (void)snprintf(script, sizeof(script),
                   "HTTP/1.1 307 x\r\nLocation: %s/\r\nContent-Length: 0\r\n\r\n", r->second.url);
    server_start(&r->first, scripts, 2);
    for (int i = 0; i < 2; i++) {
        post(client, r->first.url, &body, headers, &r->e);
        run(client, &r->e);
        assert_int_equal(200, r->e.reply.status);
    }
    assert_int_equal(2, server_n_requests(&r->first));
    for (int i = 0; i < 2; i++) {
        assert_non_null(strstr(r->first.requests[i], "\r\nAuthorization: Basic dXNlcjpwYXNz\r\n"));
        assert_non_null(strstr(r->first.requests[i], "\r\nX-Key: secret\r\n"));
    }
    assert_null(strstr(r->second.requests[0], "Authorization"));
    ilf__http_client_free(client);
    server_end(&r->first);
}

static void what_is_not_followed_is_told_with_the_cure(void **state)
{
    static const struct {
        int status, option;
        const char *location, *why;
    } cases[] = {
        {303, ILF__REDIRECTS_ANY, "/there",
         ", to be fetched with GET, which stores nothing: set the URL to one that takes POST"},
        {307, ILF__REDIRECTS_NEVER, "/there", ", not followed, by Redirects: set the URL to that"},
        {307, ILF__REDIRECTS_ANY, "file:///etc/passwd",
         ": HTTP 307 redirects to no address of http"},
        {307, ILF__REDIRECTS_ANY, "ftp://h/", ": HTTP 307 redirects to no address of http"},
        {301, ILF__REDIRECTS_ANY, "", ": HTTP 301 redirects to no address of http"},
        {307, ILF__REDIRECTS_ANY, "http://h:99999/", ": HTTP 307 redirects to no address of http"},
    };
    struct rig *r = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        r->options.redirects = cases[i].option;
        redirect(r, cases[i].status, cases[i].location, "");
        assert_int_equal(cases[i].status, r->e.reply.status);
        assert_true(r->e.reply.unreached);
        if (!strstr(r->e.reason, cases[i].why))
            fail_msg("%s", r->e.reason);
        assert_int_equal(1, server_n_requests(&r->first));
        server_end(&r->first);
    }
    assert_int_equal(0, server_n_requests(&r->second));
}

/* A server that sends its redirect byte by byte would have Timeout for each of ten. */
static void all_hops_share_one_time_out(void **state)
{
    static const char *const scripts[] = {
        "HTTP/1.1 307 x\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", SERVER_STALLS};
    struct rig *r = *state;
    struct ilf__http_client *client;
    const ilf_str body = S("x");
    uint64_t before = ilf__clock();

    r->options.timeout = 300000000;
    client = client_of(&r->options);
    server_start(&r->first, scripts, 2);
    post(client, r->first.url, &body, no_headers, &r->e);
    run(client, &r->e);
    assert_int_equal(0, r->e.reply.status);
    assert_non_null(strstr(r->e.reason, "timed out"));
    assert_true(ilf__clock() - before < 5000000000);
    ilf__http_client_free(client);
    server_end(&r->first);
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        test(within_an_origin_a_redirect_is_followed_with_body_and_headers),
        test(user_and_password_of_the_address_go_along_within_its_origin),
        test(another_origin_gets_nothing_unless_the_option_allows_it),
        test(another_origin_gets_the_records_without_any_secret),
        test(the_request_after_one_that_went_to_a_stranger_carries_all_again),
        test(what_is_not_followed_is_told_with_the_cure),
        test(all_hops_share_one_time_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
