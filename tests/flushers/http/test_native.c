/* Tests of flushers/http/native.c: options of the native flusher_http that name extensions. */
#include <ilf/bridge.h>

#include "ilf_test.h"

static struct test_log logged;

/* What configuring and starting a flusher with @options beside its URL says; "" when it starts. */
static const char *said(const char *options)
{
    static ilf_error err;
    const ilf_host host = test_host(&logged);
    ilf_flusher *f = ilf_flusher_new("flusher_c_http", &host, &err);
    char json[1024];
    ilf_status status;

    assert_non_null(f);
    (void)snprintf(json, sizeof(json), "{\"RemoteURL\":\"http://127.0.0.1:9\",%s}", options);
    logged.len = 0;
    status = ilf_flusher_configure(f, json, strlen(json), &err);
    if (status == ILF_OK)
        status = ilf_flusher_init(f, NULL, &err);
    ilf_flusher_free(f);
    assert_true(status == ILF_OK || status == ILF_ERR_CONFIG);
    return status == ILF_OK ? "" : err.text;
}

static void what_extensions_do_in_go_is_refused_with_what_does_it_here(void **state)
{
    static const char *const cases[][2] = {
        {"\"Encoder\":{\"Type\":\"ext_default_encoder\",\"Options\":{\"Format\":\"prometheus\","
         "\"SeriesLimit\":1000,\"More\":{\"a\":[1]}}}",
         "detail.Encoder: 'ext_default_encoder' is Go code that makes the bodies of "
         "requests, which this flusher makes itself: use Convert"},
        {"\"flushinterceptor\":{\"Type\":\"ext_groupinfo_filter\",\"Options\":{\"Tags\":{\"k\":{"
         "\"Pattern\":\"x\",\"Reverse\":true}}}}",
         "detail.FlushInterceptor: 'ext_groupinfo_filter' is Go code, which the "
         "agent's shim calls, and this host is not one that does: filter with a processor"},
        {"\"RequestInterceptors\":[{\"Type\":\"ext_request_breaker\"},{\"type\":\"ext_other/7\"}]",
         "detail.RequestInterceptors.1: 'ext_other/7' wraps requests of Go's HTTP "
         "client, which this flusher does not use: use Auth, Headers, Retry or Breaker for what it "
         "does"},
        {"\"RequestInterceptors\":{\"Type\":\"ext_request_breaker\"}",
         "detail.RequestInterceptors: want an array of {\"Type\": ..., "
         "\"Options\": {...}}"},
        {"\"FlushInterceptor\":\"ext_groupinfo_filter\"",
         "detail.FlushInterceptor: want {\"Type\": ..., \"Options\": {...}}"},
        {"\"Authenticator\":{\"Type\":\"ext_other\"}",
         "detail.Authenticator: 'ext_other' works on requests of Go's HTTP client; "
         "only ext_basicauth can be taken over: use Auth or Headers"},
        {"\"Authenticator\":{\"Type\":\"ext_basicauth\"}",
         "detail.Authenticator: Options.Username of ext_basicauth is missing: write "
         "it here, or name an extension of the pipeline as ext_basicauth/id"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(cases[i][1], said(cases[i][0]));
}

static void options_that_change_nothing_are_accepted(void **state)
{
    static const char *const cases[] = {
        "\"Encoder\":null,\"FlushInterceptor\":null,\"RequestInterceptors\":null",
        "\"Encoder\":{},\"FlushInterceptor\":{},\"RequestInterceptors\":[]",
        "\"Encoder\":{\"Type\":\"\"},\"AsyncIntercept\":true",
        "\"Authenticator\":{\"Type\":\"ext_basicauth/1\",\"Options\":{\"username\":\"u\"}}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal("", said(cases[i]));
}

static void a_request_breaker_is_the_circuit_breaker_of_the_runtime(void **state)
{
    (void)state;
    assert_string_equal("", said("\"RequestInterceptors\":[{\"Type\":\"ext_request_breaker/a\","
                                 "\"Options\":{\"FailureRatio\":0.1,\"WindowInSeconds\":10}}]"));
    assert_non_null(strstr(logged.text,
                           "RequestInterceptors.0: the circuit breaker of this flusher does "
                           "the work of ext_request_breaker/a: see Breaker"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_extensions_do_in_go_is_refused_with_what_does_it_here),
        cmocka_unit_test(options_that_change_nothing_are_accepted),
        cmocka_unit_test(a_request_breaker_is_the_circuit_breaker_of_the_runtime),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
