/* Tests of flushers/http/encode.c: which records a batch becomes. */
#include "../../../flushers/http/flusher.h"

#include "ilf_test.h"

/* What the encoder was given, as text: "put DESTINATION|BODY|n" and "reject TEXT|n|why", a line each. */
struct rig {
    struct http_flusher f;
    ilf_host host;
    struct test_log log;
    char got[8192];
    size_t n_bytes;    /* of all bodies */
    ilf_status status; /* what put and reject return */
};

static void add(struct rig *r, const char *format, ...)
{
    size_t used = strlen(r->got);
    va_list args;

    va_start(args, format);
    (void)vsnprintf(r->got + used, sizeof(r->got) - used, format, args);
    va_end(args);
}

static ilf_status put(void *context, const ilf_record *record)
{
    struct rig *r = context;

    r->n_bytes += record->body.len;
    add(r, "put %.*s|%.*s|%u\n", (int)record->destination.len, record->destination.ptr,
        (int)record->body.len, record->body.ptr, record->n_events);
    return r->status;
}

static ilf_status reject(void *context, ilf_str text, uint32_t n_events, const char *why)
{
    struct rig *r = context;

    add(r, "reject %.*s|%u|%s\n", (int)text.len, text.ptr, n_events, why);
    return r->status;
}

static struct rig *start(int body, const char *protocol, const char *encoding,
                         const ilf_str_map *headers)
{
    static const char *const none[] = {NULL};
    struct rig *r = calloc(1, sizeof(*r));
    ilf_error err;

    r->host = test_host(&r->log);
    r->f.host = &r->host;
    r->f.body = body;
    r->f.convert = (struct ilf__format_options){.protocol = protocol,
                                                .encoding = encoding,
                                                .separator = "",
                                                .ignore_unexpected_data = true};
    r->f.target_options.remote_url = "http://h/p";
    if (headers)
        r->f.target_options.headers = *headers;
    if (target_init(&r->f.target, &r->f.target_options, none, &r->f.names, &r->host, &err) !=
            ILF_OK ||
        ilf__format_init(&r->f.format, &r->f.convert, &r->f.names, &err) != ILF_OK)
        fail_msg("%s", err.text);
    return r;
}

static void end(struct rig *r)
{
    target_dispose(&r->f.target);
    ilf__format_dispose(&r->f.format);
    ilf__names_dispose(&r->f.names);
    ilf__text_dispose(&r->f.text);
    ilf__text_dispose(&r->f.destination);
    ilf__text_dispose(&r->f.scratch);
    free(r);
}

static ilf_status encode(struct rig *r)
{
    static const ilf_kv first[] = {{S_CONST("a"), S_CONST("1")}},
                        second[] = {{S_CONST("a"), S_CONST("2\n")}};
    static const ilf_log logs[] = {{.time = 5, .contents = first, .n_contents = 1},
                                   {.time = 6, .contents = second, .n_contents = 1}};
    static const ilf_group groups[] = {{.n_logs = 0},
                                       {.source = S_CONST("s"), .logs = logs, .n_logs = 2}};
    const ilf_batch batch = {.struct_size = sizeof(batch), .groups = groups, .n_groups = 2};
    const ilf_encoder to = {.struct_size = sizeof(to), .context = r, .put = put, .reject = reject};
    ilf_error err;

    r->got[0] = '\0';
    return http_encode(&r->f, &batch, &to, &err);
}

static void each_log_is_a_record(void **state)
{
    struct rig *r = start(HTTP_BODY_RECORD, "custom_single_flatten", "json", NULL);

    (void)state;
    assert_int_equal(ILF_OK, encode(r));
    assert_string_equal("put |{\"a\":\"1\",\"host.ip\":\"s\",\"time\":5}|1\n"
                        "put |{\"a\":\"2\\n\",\"host.ip\":\"s\",\"time\":6}|1\n",
                        r->got);
    end(r);
}

static void lines_end_and_members_are_parted(void **state)
{
    struct rig *r = start(HTTP_BODY_NDJSON, "custom_single_flatten", "json", NULL);

    (void)state;
    assert_int_equal(ILF_OK, encode(r));
    assert_non_null(strstr(r->got, "\"time\":5}\n|1\n"));
    end(r);
    r = start(HTTP_BODY_JSON_ARRAY, "custom_single_flatten", "json", NULL);
    assert_int_equal(ILF_OK, encode(r));
    assert_non_null(strstr(r->got, "\"time\":5},|1\n"));
    end(r);
}

/* They are one request when they stand one behind the other, with nothing between. */
static void requests_of_otlp_are_not_parted(void **state)
{
    struct rig *r = start(HTTP_BODY_RECORD, "otlp_v1", "none", NULL);
    size_t alone;

    (void)state;
    assert_int_equal(ILF_OK, encode(r));
    assert_memory_equal("put |\x0a", r->got, 6);
    alone = r->n_bytes;
    end(r);
    r = start(HTTP_BODY_NDJSON, "otlp_v1", "none", NULL);
    assert_int_equal(ILF_OK, encode(r));
    assert_int_equal(alone, r->n_bytes);
    end(r);
}

static void a_group_of_lines_is_one_record_for_all_its_logs(void **state)
{
    struct rig *r = start(HTTP_BODY_RECORD, "jsonline", "json", NULL);

    (void)state;
    assert_int_equal(ILF_OK, encode(r));
    assert_string_equal("put |{\"a\":\"1\",\"host.ip\":\"s\",\"time\":5}\n"
                        "{\"a\":\"2\\n\",\"host.ip\":\"s\",\"time\":6}|2\n",
                        r->got);
    end(r);
}

static void what_makes_no_request_is_rejected_and_the_rest_goes_on(void **state)
{
    static const ilf_kv header[] = {{S_CONST("X"), S_CONST("%{content.a}")}};
    const ilf_str_map headers = {header, 1};
    struct rig *r = start(HTTP_BODY_RECORD, "custom_single_flatten", "json", &headers);

    (void)state;
    assert_int_equal(ILF_OK, encode(r));
    assert_string_equal("put \nX: 1\n|{\"a\":\"1\",\"host.ip\":\"s\",\"time\":5}|1\n"
                        "reject {\"a\":\"2\\n\",\"host.ip\":\"s\",\"time\":6}|1|"
                        "a header's value holds control characters: X\n",
                        r->got);
    end(r);
}

static void what_the_format_cannot_express_is_rejected_as_it_is_known(void **state)
{
    struct rig *r = start(HTTP_BODY_RECORD, "influxdb", "custom", NULL);

    (void)state;
    assert_int_equal(ILF_OK, encode(r));
    assert_non_null(strstr(r->got, "reject {\"a\":\"1\",\"__time__\":\"5\"}|1|"));
    assert_non_null(strstr(r->got, "reject {\"a\":\"2\\n\",\"__time__\":\"6\"}|1|"));
    assert_null(strstr(r->got, "put"));
    end(r);
}

static void a_group_that_fails_as_a_whole_is_rejected_log_by_log(void **state)
{
    struct rig *r = start(HTTP_BODY_RECORD, "influxdb", "custom", NULL);

    (void)state;
    r->f.convert.ignore_unexpected_data = false;
    assert_int_equal(ILF_OK, encode(r));
    assert_non_null(strstr(r->got, "reject {\"a\":\"1\",\"__time__\":\"5\"}|1|"));
    assert_non_null(strstr(r->got, "reject {\"a\":\"2\\n\",\"__time__\":\"6\"}|1|"));
    end(r);
}

static void ends_with_what_the_encoder_says(void **state)
{
    struct rig *r = start(HTTP_BODY_RECORD, "custom_single", "json", NULL);

    (void)state;
    r->status = ILF_ERR_NOMEM;
    assert_int_equal(ILF_ERR_NOMEM, encode(r));
    assert_null(strstr(strstr(r->got, "put") + 1, "put")); /* the second was not tried */
    r->status = ILF_OK;
    assert_int_equal(ILF_OK, encode(r)); /* with buffers made anew */
    end(r);
    r = start(HTTP_BODY_RECORD, "influxdb", "custom", NULL);
    r->status = ILF_ERR_RETRY;
    assert_int_equal(ILF_ERR_RETRY, encode(r));
    end(r);
}

static void events_of_every_kind_are_encoded_or_rejected(void **state)
{
    static const ilf_str bytes = S_CONST("b\0b");
    static const ilf_metric metric = {.name = S_CONST("m")};
    static const ilf_span span = {.name = S_CONST("sp")};
    static const ilf_field body[] = {
        {S_CONST("content"), {.type = ILF_VALUE_BYTES, .as = {.str = S_CONST("x")}}}};
    static const ilf_log_event log = {.contents = body, .n_contents = 1, .timestamp = 7};
    static const ilf_event events[] = {{.type = ILF_EVENT_BYTES, .as = {.bytes = &bytes}},
                                       {.type = ILF_EVENT_METRIC, .as = {.metric = &metric}},
                                       {.type = ILF_EVENT_SPAN, .as = {.span = &span}},
                                       {.type = ILF_EVENT_LOG, .as = {.log = &log}}};
    static const ilf_event_group group = {.events = events, .n_events = 4};
    const ilf_event_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};
    struct rig *r = start(HTTP_BODY_RECORD, "raw", "custom", NULL);
    const ilf_encoder to = {.struct_size = sizeof(to), .context = r, .put = put, .reject = reject};
    ilf_error err;

    (void)state;
    assert_int_equal(ILF_OK, http_encode_events(&r->f, &batch, &to, &err));
    assert_non_null(strstr(r->got, "put |b"));
    assert_non_null(
        strstr(r->got, "reject {\"contents\":{\"__labels__\":\"\",\"__name__\":\"m\","));
    assert_non_null(strstr(r->got, "\"name\":\"sp\""));
    assert_non_null(strstr(r->got, "reject {\"content\":\"x\",\"__time__\":\"7\"}|1|"));
    end(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_log_is_a_record),
        cmocka_unit_test(lines_end_and_members_are_parted),
        cmocka_unit_test(requests_of_otlp_are_not_parted),
        cmocka_unit_test(a_group_of_lines_is_one_record_for_all_its_logs),
        cmocka_unit_test(what_makes_no_request_is_rejected_and_the_rest_goes_on),
        cmocka_unit_test(what_the_format_cannot_express_is_rejected_as_it_is_known),
        cmocka_unit_test(a_group_that_fails_as_a_whole_is_rejected_log_by_log),
        cmocka_unit_test(ends_with_what_the_encoder_says),
        cmocka_unit_test(events_of_every_kind_are_encoded_or_rejected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
