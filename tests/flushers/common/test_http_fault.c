/* Tests of flushers/common/http_fault.c: whose fault it is. */
#include "http_client_test.h"

#include <fcntl.h>
#include <sys/resource.h>

static void every_code_of_libcurl_has_a_culprit_and_a_cure(void **state)
{
    (void)state;
    for (int code = CURLE_OK; code < CURL_LAST; code++) {
        struct ilf__http_cause cause = ilf__http_cause((CURLcode)code);

        if (cause.fault < ILF__HTTP_RECORD || cause.fault > ILF__HTTP_CONFIG || !cause.text)
            fail_msg("%d, %s: is missing in the table", code, curl_easy_strerror((CURLcode)code));
    }
}

static void codes_of_a_newer_libcurl_are_the_endpoints(void **state)
{
    (void)state;
    assert_int_equal(ILF__HTTP_ENDPOINT, ilf__http_cause((CURLcode)CURL_LAST).fault);
    assert_int_equal(ILF__HTTP_ENDPOINT, ilf__http_cause((CURLcode)9999).fault);
}

static void what_matters_most_is_whose_it_should_be(void **state)
{
    static const struct {
        CURLcode code;
        enum ilf__http_fault fault;
    } cases[] = {
        {CURLE_URL_MALFORMAT, ILF__HTTP_CONFIG},
        {CURLE_UNSUPPORTED_PROTOCOL, ILF__HTTP_CONFIG},
        {CURLE_SSL_CACERT_BADFILE, ILF__HTTP_CONFIG},
        {CURLE_SSL_CERTPROBLEM, ILF__HTTP_CONFIG},
        {CURLE_COULDNT_CONNECT, ILF__HTTP_ENDPOINT},
        {CURLE_COULDNT_RESOLVE_HOST, ILF__HTTP_ENDPOINT},
        {CURLE_OPERATION_TIMEDOUT, ILF__HTTP_ENDPOINT},
        {CURLE_PEER_FAILED_VERIFICATION, ILF__HTTP_ENDPOINT},
        {CURLE_HTTP2_STREAM, ILF__HTTP_ENDPOINT},
        {CURLE_RECV_ERROR, ILF__HTTP_ENDPOINT},
        {CURLE_OUT_OF_MEMORY, ILF__HTTP_MACHINE},
        {CURLE_UNRECOVERABLE_POLL, ILF__HTTP_MACHINE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(cases[i].fault, ilf__http_cause(cases[i].code).fault);
}

static void a_lack_of_descriptors_is_the_machines_and_not_the_servers(void **state)
{
    CURL *easy = curl_easy_init();
    struct rlimit had, none;
    struct ilf__http_cause cause;

    (void)state;
    assert_int_equal(0, getrlimit(RLIMIT_NOFILE, &had));
    none = (struct rlimit){0, had.rlim_max};
    assert_int_equal(0, setrlimit(RLIMIT_NOFILE, &none));
    cause = ilf__http_cause_of(easy, CURLE_COULDNT_CONNECT);
    assert_int_equal(0, setrlimit(RLIMIT_NOFILE, &had));
    assert_int_equal(ILF__HTTP_MACHINE, cause.fault);
    assert_non_null(strstr(cause.text, "descriptors"));
    assert_int_equal(ILF__HTTP_ENDPOINT, ilf__http_cause_of(easy, CURLE_COULDNT_CONNECT).fault);
    curl_easy_cleanup(easy);
}

static void a_request_without_a_free_descriptor_blames_no_server(void **state)
{
    static const char *const ok[] = {SERVER_OK};
    struct ilf__http_options options = test_http_options();
    struct ilf__http_client *client = client_of(&options);
    const ilf_str body = S("body");
    struct test_server server;
    struct rlimit had, none;
    struct ended e;

    (void)state;
    server_start(&server, ok, 1);
    assert_int_equal(0, getrlimit(RLIMIT_NOFILE, &had));
    none = (struct rlimit){0, had.rlim_max};
    assert_int_equal(0, setrlimit(RLIMIT_NOFILE, &none));
    post(client, server.url, &body, no_headers, &e);
    for (int i = 0; i < 100 && e.n == 0; i++) /* for poll itself fails, and so does not wait */
        ilf__http_poll(client, 1000000);
    assert_int_equal(0, setrlimit(RLIMIT_NOFILE, &had));
    assert_int_equal(1, e.n);
    assert_int_equal(ILF__HTTP_MACHINE, e.reply.fault);
    assert_false(e.reply.unreached);
    assert_true(e.reply.retry_after > 0);
    assert_non_null(strstr(e.reason, "out of file descriptors: raise the limit"));
    post(client, server.url, &body, no_headers, &e);
    run(client, &e);
    assert_int_equal(200, e.reply.status);
    ilf__http_client_free(client);
    server_end(&server);
}

/* Post with a header of @len bytes. */
static ilf_status post_with_header(struct ilf__http_client *client, const char *url, size_t len,
                                   struct ended *e, ilf_error *err)
{
    static const ilf_str body = {"body", 4};
    char *header = malloc(len + 1);
    const char *headers[] = {header, NULL};
    struct ilf__http_request request = {.url = url,
                                        .headers = headers,
                                        .pieces = &body,
                                        .n_pieces = 1,
                                        .max_reply = 100,
                                        .owner = e,
                                        .done = keep};
    ilf_status status;

    memset(header, 'x', len);
    memcpy(header, "X-A: ", 5);
    header[len] = '\0';
    memset(e, 0, sizeof(*e));
    status = ilf__http_post(client, &request, err);
    if (status == ILF_OK)
        run(client, e);
    free(header);
    return status;
}

static void what_the_client_can_not_send_is_refused_before_it_tries(void **state)
{
    static const char *const ok[] = {SERVER_OK};
    struct ilf__http_options options = test_http_options();
    struct ilf__http_client *client = client_of(&options);
    struct test_server server;
    struct ended e;
    ilf_error err;

    (void)state;
    server_start(&server, ok, 1);
    assert_int_equal(ILF_OK, post_with_header(client, server.url, 900 << 10, &e, &err));
    assert_int_equal(200, e.reply.status);
    assert_int_equal(ILF_ERR_DROP, post_with_header(client, server.url, 1 << 20, &e, &err));
    assert_non_null(strstr(err.text, "the client sends at most 960 KiB"));
    assert_int_equal(ILF_ERR_DROP, post_with_header(client, server.url, 9 << 20, &e, &err));
    assert_int_equal(ILF_OK, post_with_header(client, server.url, 10, &e, &err));
    assert_int_equal(200, e.reply.status);
    assert_int_equal(2, server.n_requests);
    ilf__http_client_free(client);
    options.version = ILF__HTTP_2_PRIOR;
    client = client_of(&options);
    assert_int_equal(ILF_ERR_DROP, post_with_header(client, server.url, 70000, &e, &err));
    assert_non_null(strstr(err.text, "64 KiB by HTTP/2"));
    ilf__http_client_free(client);
    server_end(&server);
}

static void a_head_that_http_2_can_not_carry_goes_by_1_1(void **state)
{
    struct ilf__http_options options = test_http_options();
    struct ilf__http_client *client = client_of(&options);

    (void)state;
    assert_false(ilf__http_wants_1_1(client, 1000));
    assert_true(ilf__http_wants_1_1(client, 70000));
    options.version = ILF__HTTP_2_PRIOR;
    assert_false(ilf__http_wants_1_1(client, 70000));
    ilf__http_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_of_libcurl_has_a_culprit_and_a_cure),
        cmocka_unit_test(codes_of_a_newer_libcurl_are_the_endpoints),
        cmocka_unit_test(what_matters_most_is_whose_it_should_be),
        cmocka_unit_test(a_lack_of_descriptors_is_the_machines_and_not_the_servers),
        cmocka_unit_test(a_request_without_a_free_descriptor_blames_no_server),
        cmocka_unit_test(what_the_client_can_not_send_is_refused_before_it_tries),
        cmocka_unit_test(a_head_that_http_2_can_not_carry_goes_by_1_1),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
