/* Tests of flushers/http/send.c, against a server in a thread. */
#include "../../../flushers/http/flusher.h"

#include <time.h>

#include "http_options.h"
#include "http_server.h"

/* A started flusher, and how its last send ended. */
struct rig {
    struct http_flusher f;
    ilf_host host;
    struct test_server server;
    char url[128];
    int n_completed;
    ilf_result result;
    char reason[1024];
};

static void complete(void *context, const ilf_payload *payload, const ilf_result *result)
{
    struct rig *r = context;

    assert_non_null(payload);
    r->n_completed++;
    r->result = *result;
    assert_true(result->reason.len < sizeof(r->reason));
    memcpy(r->reason, result->reason.ptr, result->reason.len);
    r->reason[result->reason.len] = '\0';
}

static void log_nowhere(void *context, ilf_level level, ilf_str text)
{
    (void)context;
    (void)level;
    (void)text;
}

static ilf_counter *no_counter(void *context, const char *name, const char *help)
{
    (void)context;
    (void)name;
    return (ilf_counter *)(void *)(uintptr_t)help;
}

static void count_nowhere(void *context, ilf_counter *counter, uint64_t n)
{
    (void)context;
    (void)counter;
    (void)n;
}

static struct rig *start(const char *const *scripts, size_t n, int body, const char *path)
{
    static const char *const no_headers[] = {"Content-Type", "text/x", NULL};
    struct rig *r = calloc(1, sizeof(*r));
    ilf_error err;

    r->host = (ilf_host){.struct_size = sizeof(ilf_host),
                         .context = r,
                         .log = log_nowhere,
                         .counter = no_counter,
                         .counter_add = count_nowhere,
                         .complete = complete};
    server_start(&r->server, scripts, n);
    (void)snprintf(r->url, sizeof(r->url), "%s%s", r->server.url, path);
    r->f.host = &r->host;
    r->f.body = body;
    r->f.target_options.remote_url = r->url;
    r->f.http = test_http_options();
    r->f.http.timeout = 500000000;
    assert_int_equal(ILF_OK, target_init(&r->f.target, &r->f.target_options, no_headers,
                                         &r->f.names, &r->host, &err));
    assert_int_equal(ILF_OK, ilf__http_client_new(&r->f.client, &r->f.http, &r->host, &err));
    return r;
}

static void end(struct rig *r)
{
    ilf__http_client_free(r->f.client);
    http_dispose_requests(&r->f);
    target_dispose(&r->f.target);
    ilf__names_dispose(&r->f.names);
    server_end(&r->server);
    free(r);
}

static void send_and_wait(struct rig *r, ilf_str bytes, ilf_str destination)
{
    const ilf_record_end ends[] = {{(uint32_t)bytes.len, 1}};
    const ilf_payload payload = {.struct_size = sizeof(payload),
                                 .bytes = bytes,
                                 .destination = destination,
                                 .ends = ends,
                                 .n_records = 1};
    time_t over = time(NULL) + 10;

    r->n_completed = 0;
    http_send(&r->f, &payload);
    while (r->n_completed == 0 && time(NULL) < over)
        ilf__http_poll(r->f.client, 1000000000);
    assert_int_equal(1, r->n_completed);
}

static void every_status_has_its_verdict(void **state)
{
    static const struct {
        int from, to;
        ilf_verdict verdict;
    } cases[] = {
        {100, 199, ILF_REJECT}, {200, 299, ILF_DELIVERED}, {300, 300, ILF_REJECT},
        {301, 303, ILF_RETRY},  {304, 306, ILF_REJECT},    {307, 308, ILF_RETRY},
        {309, 399, ILF_REJECT}, {400, 400, ILF_REJECT},    {401, 401, ILF_RETRY},
        {402, 402, ILF_REJECT}, {403, 403, ILF_RETRY},     {404, 406, ILF_REJECT},
        {407, 408, ILF_RETRY},  {409, 412, ILF_REJECT},    {413, 413, ILF_TOO_LARGE},
        {414, 420, ILF_REJECT}, {421, 421, ILF_RETRY},     {422, 422, ILF_REJECT},
        {423, 423, ILF_RETRY},  {424, 424, ILF_REJECT},    {425, 425, ILF_RETRY},
        {426, 428, ILF_REJECT}, {429, 429, ILF_RETRY},     {430, 499, ILF_REJECT},
        {500, 500, ILF_RETRY},  {501, 501, ILF_REJECT},    {502, 504, ILF_RETRY},
        {505, 505, ILF_REJECT}, {506, 599, ILF_RETRY},
    };
    int next = 100;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(next, cases[i].from);
        for (; next <= cases[i].to; next++)
            if (http_verdict(next) != cases[i].verdict)
                fail_msg("%d: %d, want %d", next, (int)http_verdict(next), (int)cases[i].verdict);
    }
    assert_int_equal(600, next);
}

static void a_payload_is_one_request_with_the_headers_of_its_destination(void **state)
{
    static const char *const script = SERVER_OK;
    struct rig *r = start(&script, 1, HTTP_BODY_RECORD, "/p?q=1");

    (void)state;
    send_and_wait(r, S("a\0b"), S(""));
    assert_int_equal(ILF_DELIVERED, r->result.verdict);
    assert_int_equal(200, r->result.code);
    assert_int_equal(3, r->result.wire_bytes);
    assert_memory_equal("POST /p?q=1 HTTP", r->server.requests[0], 16);
    assert_memory_equal("\r\n\r\na\0b", r->server.requests[0] + r->server.lengths[0] - 7, 7);
    send_and_wait(r, S("x"), S("/other?z\nX-One: 1\nX-Two: 2\n"));
    assert_memory_equal("POST /other?z HTTP", r->server.requests[1], 18);
    assert_non_null(
        strstr(r->server.requests[1], "Content-Type: text/x\r\nX-One: 1\r\nX-Two: 2\r\n"));
    send_and_wait(r, S("x"), S("\nX-One: 3\ncut off"));
    assert_memory_equal("POST /p?q=1 HTTP", r->server.requests[2], 16);
    assert_non_null(strstr(r->server.requests[2], "X-One: 3\r\n"));
    assert_null(strstr(r->server.requests[2], "cut off"));
    end(r);
}

static void an_array_has_brackets_and_no_last_comma(void **state)
{
    static const char *const script = SERVER_OK;
    struct rig *r = start(&script, 1, HTTP_BODY_JSON_ARRAY, "/");

    (void)state;
    send_and_wait(r, S("{\"a\":1},{\"b\":2},"), S(""));
    assert_string_equal("[{\"a\":1},{\"b\":2}]", strstr(r->server.requests[0], "\r\n\r\n") + 4);
    end(r);
}

static void an_array_of_no_bytes_is_an_empty_one(void **state)
{
    static const char *const script = SERVER_OK;
    struct rig *r = start(&script, 1, HTTP_BODY_JSON_ARRAY, "/");

    (void)state;
    send_and_wait(r, S(""), S(""));
    assert_string_equal("[]", strstr(r->server.requests[0], "\r\n\r\n") + 4);
    end(r);
}

static void tells_what_became_of_a_send_that_got_no_answer(void **state)
{
    static const char *const scripts[] = {
        SERVER_CLOSES, SERVER_STALLS,
        "HTTP/1.1 503 x\r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 400 x\r\nContent-Length: 3\r\n\r\nbad"};
    struct rig *r = start(scripts, 4, HTTP_BODY_RECORD, "/");

    (void)state;
    for (int i = 0; i < 2; i++) {
        send_and_wait(r, S("x"), S(""));
        assert_int_equal(ILF_RETRY, r->result.verdict);
        assert_int_equal(ILF_RESULT_UNANSWERED | ILF_RESULT_UNREACHED, r->result.flags);
        assert_int_equal(0, r->result.code);
    }
    send_and_wait(r, S("x"), S(""));
    assert_int_equal(ILF_RETRY, r->result.verdict);
    assert_int_equal(ILF_RESULT_UNREACHED, r->result.flags);
    assert_int_equal(9000000000, r->result.retry_after);
    send_and_wait(r, S("x"), S(""));
    assert_int_equal(ILF_REJECT, r->result.verdict);
    assert_int_equal(0, r->result.flags);
    assert_non_null(strstr(r->reason, ": HTTP 400: bad"));
    end(r);
}

static void a_destination_of_other_options_is_rejected_with_the_reason(void **state)
{
    static const char *const script = SERVER_OK;
    struct rig *r = start(&script, 1, HTTP_BODY_RECORD, "/%{content.x}");

    (void)state;
    send_and_wait(r, S("x"), S(""));
    assert_int_equal(ILF_REJECT, r->result.verdict);
    assert_string_equal("it was stored when RemoteURL, Query or Headers had other %{...} parts",
                        r->reason);
    end(r);
}

static void cancel_completes_what_is_under_way(void **state)
{
    static const char *const script = SERVER_STALLS;
    static const ilf_record_end ends[] = {{1, 1}};
    const ilf_payload payload = {
        .struct_size = sizeof(payload), .bytes = S("x"), .ends = ends, .n_records = 1};
    struct rig *r = start(&script, 1, HTTP_BODY_RECORD, "/");

    (void)state;
    http_send(&r->f, &payload);
    ilf__http_poll(r->f.client, 1000000);
    ilf__http_cancel(r->f.client);
    assert_int_equal(1, r->n_completed);
    assert_int_equal(ILF_CANCELLED, r->result.verdict);
    end(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_its_verdict),
        cmocka_unit_test(a_payload_is_one_request_with_the_headers_of_its_destination),
        cmocka_unit_test(an_array_has_brackets_and_no_last_comma),
        cmocka_unit_test(an_array_of_no_bytes_is_an_empty_one),
        cmocka_unit_test(tells_what_became_of_a_send_that_got_no_answer),
        cmocka_unit_test(a_destination_of_other_options_is_rejected_with_the_reason),
        cmocka_unit_test(cancel_completes_what_is_under_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
