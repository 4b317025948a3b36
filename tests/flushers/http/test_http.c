/* Tests of flushers/http/http.c: its options, and a record's way through the runtime. */
#include "http_server.h"

/* Start with @format, in which %s is the server's URL; or, with @why, expect that this is refused. */
static ilf_flusher *start(const char *format, const char *url, const char *why)
{
    char config[1024];
    ilf_error err;
    ilf_flusher *f = ilf_flusher_new("flusher_c_http", NULL, &err);

    (void)snprintf(config, sizeof(config), format, url);
    assert_non_null(f);
    if (ilf_flusher_configure(f, config, strlen(config), &err) != ILF_OK)
        fail_msg("%s", err.text);
    if (!why) {
        if (ilf_flusher_init(f, NULL, &err) != ILF_OK)
            fail_msg("%s", err.text);
        return f;
    }
    assert_int_equal(ILF_ERR_CONFIG, ilf_flusher_init(f, NULL, &err));
    assert_string_equal(why, err.text);
    ilf_flusher_free(f);
    return NULL;
}

static void flush_two(ilf_flusher *f)
{
    static const ilf_kv pairs[] = {{S_CONST("k"), S_CONST("v")}};
    static const ilf_log logs[] = {{.time = 1, .contents = pairs, .n_contents = 1},
                                   {.time = 2, .contents = pairs, .n_contents = 1}};
    static const ilf_group group = {.source = S_CONST("s"), .logs = logs, .n_logs = 2};
    const ilf_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};
    ilf_error err;

    assert_int_equal(ILF_OK, ilf_flusher_flush(f, &batch, &err));
}

/* Deliver two logs with the options @format to a server that answers with @scripts. */
static void deliver(struct test_server *server, const char *format, const char *const *scripts,
                    size_t n)
{
    ilf_flusher *f;

    server_start(server, scripts, n);
    f = start(format, server->url, NULL);
    flush_two(f);
    assert_int_equal(ILF_OK, ilf_flusher_stop(f, NULL));
    ilf_flusher_free(f);
}

static void by_default_posts_a_request_per_record(void **state)
{
    static const char *const script = SERVER_OK;
    struct test_server server;

    (void)state;
    deliver(&server, "{\"RemoteURL\":\"%s/x\",\"Proxy\":\"none\"}", &script, 1);
    assert_int_equal(2, server_n_requests(&server));
    assert_non_null(strstr(server.requests[0], "\r\nContent-Type: application/json\r\n"));
    assert_string_equal("{\"contents\":{\"k\":\"v\"},\"tags\":{\"host.ip\":\"s\"},\"time\":1}",
                        strstr(server.requests[0], "\r\n\r\n") + 4);
    server_end(&server);
}

static void posts_lines_and_arrays_of_many_records(void **state)
{
    static const char *const script = SERVER_OK;
    struct test_server server;

    (void)state;
    deliver(&server,
            "{\"RemoteURL\":\"%s\",\"Proxy\":\"none\",\"Body\":\"ndjson\","
            "\"Convert\":{\"Protocol\":\"custom_single_flatten\"}}",
            &script, 1);
    assert_int_equal(1, server_n_requests(&server));
    assert_non_null(strstr(server.requests[0], "\r\nContent-Type: application/x-ndjson\r\n"));
    assert_string_equal("{\"host.ip\":\"s\",\"k\":\"v\",\"time\":1}\n"
                        "{\"host.ip\":\"s\",\"k\":\"v\",\"time\":2}\n",
                        strstr(server.requests[0], "\r\n\r\n") + 4);
    server_end(&server);
    deliver(&server,
            "{\"RemoteURL\":\"%s\",\"Proxy\":\"none\",\"Body\":\"json_array\","
            "\"Convert\":{\"Protocol\":\"custom_single_flatten\"}}",
            &script, 1);
    assert_string_equal(
        "[{\"host.ip\":\"s\",\"k\":\"v\",\"time\":1},{\"host.ip\":\"s\",\"k\":\"v\",\"time\":2}]",
        strstr(server.requests[0], "\r\n\r\n") + 4);
    server_end(&server);
}

static void posts_records_of_otlp_as_one_request_to_the_path_of_their_kind(void **state)
{
    static const char *const script = SERVER_OK;
    struct test_server server;
    const char *body;

    (void)state;
    deliver(
        &server,
        "{\"RemoteURL\":\"%s/v1/%%{signal}\",\"Proxy\":\"none\",\"Body\":\"ndjson\",\"Convert\":"
        "{\"Protocol\":\"otlp_v1\",\"Encoding\":\"protobuf\"}}",
        &script, 1);
    assert_int_equal(1, server_n_requests(&server));
    assert_non_null(strstr(server.requests[0], "/v1/logs HTTP/1.1\r\n"));
    assert_non_null(strstr(server.requests[0], "\r\nContent-Type: application/x-protobuf\r\n"));
    body = strstr(server.requests[0], "\r\n\r\n") + 4;
    assert_int_equal(0x0a, body[0]); /* a resource */
    server_end(&server);
}

static void sends_again_what_was_refused_for_now(void **state)
{
    static const char *const scripts[] = {"HTTP/1.1 429 x\r\nContent-Length: 0\r\n\r\n",
                                          SERVER_RESETS, SERVER_OK};
    struct test_server server;

    (void)state;
    deliver(&server,
            "{\"RemoteURL\":\"%s\",\"Proxy\":\"none\",\"Body\":\"ndjson\",\"Retry\":{"
            "\"InitialDelay\":\"1ms\"}}",
            scripts, 3);
    assert_int_equal(3, server_n_requests(&server));
    assert_string_equal(strstr(server.requests[0], "\r\n\r\n"),
                        strstr(server.requests[2], "\r\n\r\n"));
    server_end(&server);
}

static void says_which_options_do_not_fit(void **state)
{
    static const char *const cases[][2] = {
        {"{}", "detail.RemoteURL: is missing: where shall requests go?"},
        {"{\"RemoteURL\":\"%s\",\"Body\":\"json_array\",\"Convert\":{\"Protocol\":\"jsonline\"}}",
         "detail.Body: json_array takes Convert.Protocol custom_single or custom_single_flatten: "
         "use "
         "ndjson"},
        {"{\"RemoteURL\":\"%s\",\"Body\":\"json_array\",\"Convert\":{\"Protocol\":\"otlp_v1\","
         "\"Encoding\":\"protobuf\"}}",
         "detail.Body: json_array takes Convert.Protocol custom_single or custom_single_flatten: "
         "use ndjson, which puts requests of OTLP together"},
        {"{\"RemoteURL\":\"%s\",\"Body\":\"ndjson\",\"Convert\":{\"Protocol\":\"raw\","
         "\"Encoding\":\"custom\"}}",
         "detail.Body: ndjson can't separate records of Convert.Protocol raw, which may hold line "
         "ends: use record, or Convert.Separator"},
        {"{\"RemoteURL\":\"%s\",\"FailoverURLs\":[\"http://"
         "u@b\"],\"Auth\":{\"BearerToken\":\"t\"}}",
         "detail.Auth: an address names a user too: leave one of them out"},
        {"{\"RemoteURL\":\"%s\",\"Headers\":{\"authorization\":\"x\"},\"Auth\":{\"Username\":\"u\"}"
         "}",
         "detail.Auth: Headers hold an Authorization too: leave one of them out"},
        {"{\"RemoteURL\":\"%s\",\"FailoverURLs\":[\"http://127.0.0.1:99999\"]}",
         "detail.FailoverURLs[0]: the port must be a number from 1 to 65535: "
         "'http://127.0.0.1:99999'"},
        {"{\"RemoteURL\":\"%s\",\"Auth\":{\"Username\":\"a:b\"}}",
         "Auth.Username holds a colon, where basic authentication ends it (RFC 7617): put what is "
         "behind it into Password"},
        {"{\"RemoteURL\":\"%s\",\"Auth\":{\"OAuth2\":{\"TokenURL\":\"http://"
         "h:0\",\"ClientID\":\"x\"}}}",
         "Auth.OAuth2.TokenURL: the port must be a number from 1 to 65535: 'http://h:0'"},
        {"{\"RemoteURL\":\"%s\",\"Proxy\":\"gopher://h\"}",
         "Proxy: its scheme must be http, https, socks4, socks4a, socks5 or socks5h (not shown, it "
         "is a secret)"},
        {"{\"RemoteURL\":\"%s\",\"CompressionLevel\":3}",
         "CompressionLevel: none has none: leave it out"},
        {"{\"RemoteURL\":\"%s\",\"TLS\":{\"CAFile\":\"/no/such/file\"}}",
         "TLS.CAFile: open '/no/such/file': No such file or directory"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        (void)start(cases[i][0], "http://127.0.0.1:9", cases[i][1]);
}

static void knows_basic_authentication_by_its_native_name(void **state)
{
    static const char *const script = SERVER_OK;
    struct test_server server;

    (void)state;
    deliver(
        &server,
        "{\"RemoteURL\":\"%s\",\"Proxy\":\"none\",\"Authenticator\":{\"Type\":\"ext_basicauth\","
        "\"Options\":{\"Username\":\"user\",\"Password\":\"pass\"}}}",
        &script, 1);
    assert_non_null(strstr(server.requests[0], "\r\nAuthorization: Basic dXNlcjpwYXNz\r\n"));
    server_end(&server);
}

static void a_content_encoding_among_the_headers_asks_for_it(void **state)
{
    static const char *const script = SERVER_OK;
    struct test_server server;
    const char *body;

    (void)state;
    deliver(&server,
            "{\"RemoteURL\":\"%s\",\"Proxy\":\"none\",\"Headers\":{\"Content-Encoding\":\"gzip\"}}",
            &script, 1);
    body = strstr(server.requests[0], "\r\n\r\n") + 4;
    assert_memory_equal("\x1f\x8b", body, 2);
    assert_null(strstr(strstr(server.requests[0], "Content-Encoding") + 1, "Content-Encoding"));
    server_end(&server);
}

static void a_users_content_length_cuts_no_body_off(void **state)
{
    static const char *const script = SERVER_OK;
    struct test_server server;
    const char *head;

    (void)state;
    deliver(&server,
            "{\"RemoteURL\":\"%s\",\"Proxy\":\"none\",\"Headers\":{\"content-LENGTH\":\"3\","
            "\"Transfer-Encoding\":\"%%{content.k}\",\" Content-Length \":\"4\",\"X-E\":\"\","
            "\"X-T\":\"%%{content.none}%%{content.k}\"}}",
            &script, 1);
    assert_int_equal(2, server_n_requests(&server));
    head = server.requests[0];
    assert_string_equal("{\"contents\":{\"k\":\"v\"},\"tags\":{\"host.ip\":\"s\"},\"time\":1}",
                        strstr(head, "\r\n\r\n") + 4);
    assert_null(strcasestr(strcasestr(head, "content-length") + 1, "content-length"));
    assert_null(strcasestr(head, "transfer-encoding"));
    assert_non_null(strstr(head, "\r\nX-E:\r\n"));
    server_end(&server);
}

static void dots_of_the_path_are_sent_as_they_are(void **state)
{
    static const char *const script = SERVER_OK;
    struct test_server server;

    (void)state;
    deliver(&server, "{\"RemoteURL\":\"%s/a/../b/./c\",\"Proxy\":\"none\"}", &script, 1);
    assert_memory_equal("POST /a/../b/./c ", server.requests[0], 17);
    server_end(&server);
}

static void compression_goes_before_a_content_encoding_of_the_user(void **state)
{
    static const char *const script = SERVER_OK;
    struct test_server server;

    (void)state;
    deliver(&server,
            "{\"RemoteURL\":\"%s\",\"Proxy\":\"none\",\"Compression\":\"gzip\",\"Headers\":{"
            "\"content-encoding\":\"snappy\",\"X-A\":\"1\"}}",
            &script, 1);
    assert_non_null(strstr(server.requests[0], "\r\nContent-Encoding: gzip\r\n"));
    assert_non_null(strstr(server.requests[0], "\r\nX-A: 1\r\n"));
    assert_null(strstr(server.requests[0], "snappy"));
    server_end(&server);
}

/* Fill @config with @format, in which %s are @n letters. */
static void put_long(char *config, size_t size, const char *format, size_t n)
{
    char *letters = malloc(n + 1);

    assert_non_null(letters);
    memset(letters, 'x', n);
    letters[n] = '\0';
    assert_in_range(snprintf(config, size, format, letters), 1, size - 1);
    free(letters);
}

static void constants_that_no_request_has_room_for_are_refused_at_init(void **state)
{
    static const struct {
        const char *config;
        size_t n;
        bool fits;
    } cases[] = {
        {"{\"RemoteURL\":\"http://h/\",\"Headers\":{\"A\":\"%s\"}}", 1000000, false},
        {"{\"RemoteURL\":\"http://h/\",\"Query\":{\"a\":\"%s\"}}", 1000000, false},
        {"{\"RemoteURL\":\"http://h/%%{content.k}/%s\"}", 1000000, false},
        {"{\"RemoteURL\":\"http://h/\",\"Query\":{\"a\":\"%s\",\"b\":\"%%{content.k}\"}}", 1000000,
         false},
        {"{\"RemoteURL\":\"http://h/\",\"HTTPVersion\":\"2-prior-knowledge\",\"Headers\":{\"A\":"
         "\"%s\"}}",
         70000, false},
        {"{\"RemoteURL\":\"http://h/\",\"Headers\":{\"A\":\"%s\"}}", 900000, true},
        {"{\"RemoteURL\":\"http://h/%%{content.k}.\",\"Headers\":{\"A\":\"%s\"}}", 70000, true},
    };
    const size_t size = 1100000;
    char *config = malloc(size);

    (void)state;
    assert_non_null(config);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ilf_error err;
        ilf_flusher *f = ilf_flusher_new("flusher_c_http", NULL, &err);

        put_long(config, size, cases[i].config, cases[i].n);
        assert_int_equal(ILF_OK, ilf_flusher_configure(f, config, strlen(config), &err));
        assert_int_equal(cases[i].fits ? ILF_OK : ILF_ERR_CONFIG, ilf_flusher_init(f, NULL, &err));
        if (!cases[i].fits)
            assert_non_null(strstr(err.text, "make RemoteURL, Query or Headers shorter: "));
        else
            assert_int_equal(ILF_OK, ilf_flusher_stop(f, NULL));
        ilf_flusher_free(f);
    }
    free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_default_posts_a_request_per_record),
        cmocka_unit_test(constants_that_no_request_has_room_for_are_refused_at_init),
        cmocka_unit_test(posts_lines_and_arrays_of_many_records),
        cmocka_unit_test(posts_records_of_otlp_as_one_request_to_the_path_of_their_kind),
        cmocka_unit_test(sends_again_what_was_refused_for_now),
        cmocka_unit_test(says_which_options_do_not_fit),
        cmocka_unit_test(knows_basic_authentication_by_its_native_name),
        cmocka_unit_test(a_content_encoding_among_the_headers_asks_for_it),
        cmocka_unit_test(a_users_content_length_cuts_no_body_off),
        cmocka_unit_test(dots_of_the_path_are_sent_as_they_are),
        cmocka_unit_test(compression_goes_before_a_content_encoding_of_the_user),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
