/* Tests of flushers/http/http.c: options and life, through the runtime and against a server. */
#include "http_server.h"

static const char *const ok = SERVER_OK;

/* Start with @options, which follow RemoteURL, flush a record, stop; the request is the server's
 * first. */
static void post_one(struct test_server *server, const char *options)
{
    char config[1024];
    ilf_flusher *f;
    struct test_batch data;

    server_start(server, &ok, 1);
    (void)snprintf(config, sizeof(config), "{\"RemoteURL\":\"%s/w\"%s}", server->url, options);
    f = test_start("flusher_c_http", NULL, config);
    assert_works(ilf_flusher_flush(f, test_fill(&data, S("v")), &err));
    assert_works(ilf_flusher_stop(f, &err));
    ilf_flusher_free(f);
    assert_int_equal(1, server->n_requests);
}

static void expect_sent(const char *options, const char *want)
{
    struct test_server server;

    post_one(&server, options);
    if (!strstr(server.requests[0], want))
        fail_msg("want %s in %s", want, server.requests[0]);
    server_end(&server);
}

static void expect_not_sent(const char *options, const char *unwanted)
{
    struct test_server server;

    post_one(&server, options);
    if (strstr(server.requests[0], unwanted))
        fail_msg("%s is in %s", unwanted, server.requests[0]);
    server_end(&server);
}

static void expect_refused(const char *config, const char *why)
{
    ilf_error err;
    ilf_flusher *f = ilf_flusher_new("flusher_c_http", NULL, &err);

    assert_non_null(f);
    assert_int_equal(ILF_OK, ilf_flusher_configure(f, config, strlen(config), &err));
    assert_int_equal(ILF_ERR_CONFIG, ilf_flusher_init(f, NULL, &err));
    if (!strstr(err.text, why))
        fail_msg("want %s in %s", why, err.text);
    ilf_flusher_free(f);
}

static void stop_delivers_what_was_flushed(void **state)
{
    (void)state;
    expect_sent("", "POST /w HTTP/1.1\r\n");
}

static void the_body_says_its_type(void **state)
{
    (void)state;
    expect_sent("", "\r\nContent-Type: application/json\r\n");
    expect_sent(",\"Body\":\"ndjson\"", "\r\nContent-Type: application/x-ndjson\r\n");
    expect_sent(",\"Body\":\"json_array\"", "\r\nContent-Type: application/json\r\n");
    expect_sent(",\"Headers\":{\"content-type\":\"text/x\"}", "\r\ncontent-type: text/x\r\n");
}

static void compression_goes_before_a_content_encoding_of_the_user(void **state)
{
    static const char both[] =
        ",\"Compression\":\"gzip\",\"Headers\":{\"content-encoding\":\"snappy\",\"X-A\":\"1\"}";

    (void)state;
    expect_sent(both, "\r\nContent-Encoding: gzip\r\n");
    expect_sent(both, "\r\nX-A: 1\r\n");
    expect_not_sent(both, "snappy");
    expect_sent(",\"Headers\":{\"Content-Encoding\":\"identity\"}",
                "\r\nContent-Encoding: identity\r\n");
}

static void the_native_basic_auth_extension_works(void **state)
{
    (void)state;
    expect_sent(",\"Authenticator\":{\"Type\":\"ext_basicauth\",\"Options\":{\"Username\":\"u\","
                "\"Password\":\"p\"}}",
                "\r\nAuthorization: Basic dTpw\r\n");
}

static void other_extensions_are_refused_with_the_cure(void **state)
{
    (void)state;
    expect_refused("{\"RemoteURL\":\"http://a\",\"Encoder\":{\"Type\":\"ext_x\"}}",
                   "detail.Encoder: extensions do not work in C flushers: use Convert");
    expect_refused("{\"RemoteURL\":\"http://a\",\"FlushInterceptor\":{\"Type\":\"ext_x\"}}",
                   "detail.FlushInterceptor: extensions do not work in C flushers");
    expect_refused("{\"RemoteURL\":\"http://a\",\"Authenticator\":{\"Type\":\"ext_other\"}}",
                   "detail.Authenticator: only ext_basicauth");
    expect_refused("{\"RemoteURL\":\"http://a\",\"Authenticator\":{\"Type\":\"ext_basicauth\"}}",
                   "with Options.Username works here");
}

static void an_array_is_of_single_records(void **state)
{
    (void)state;
    expect_refused("{\"RemoteURL\":\"http://a\",\"Body\":\"json_array\","
                   "\"Convert\":{\"Protocol\":\"jsonline\"}}",
                   "use ndjson");
}

static void a_compression_without_levels_names_the_option(void **state)
{
    (void)state;
    expect_refused("{\"RemoteURL\":\"http://a\",\"CompressionLevel\":3}",
                   "CompressionLevel: none has none: leave it out");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stop_delivers_what_was_flushed),
        cmocka_unit_test(the_body_says_its_type),
        cmocka_unit_test(compression_goes_before_a_content_encoding_of_the_user),
        cmocka_unit_test(the_native_basic_auth_extension_works),
        cmocka_unit_test(other_extensions_are_refused_with_the_cure),
        cmocka_unit_test(an_array_is_of_single_records),
        cmocka_unit_test(a_compression_without_levels_names_the_option),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
