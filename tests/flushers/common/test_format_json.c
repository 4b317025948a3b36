/* Tests of flushers/common/format_json.c: log groups as JSON. */
#include "format_test.h"

static const ilf_kv pairs[] = {{S_CONST("level"), S_CONST("info")},
                               {S_CONST("msg"), S_CONST("hello")},
                               {S_CONST("__tag__:__path__"), S_CONST("/var/log/x.log")},
                               {S_CONST("__log_topic__"), S_CONST("t2")}};
static const ilf_kv tags[] = {{S_CONST("__hostname__"), S_CONST("h1")},
                              {S_CONST("_pod_name_"), S_CONST("pod-9")},
                              {S_CONST("env"), S_CONST("prod")},
                              {S_CONST("__pack_id__"), S_CONST("AB-1")}};
static const ilf_log log_ = {.time = 1700000000,
                             .time_ns = 5,
                             .flags = ILF_LOG_HAS_TIME_NS,
                             .contents = pairs,
                             .n_contents = 4};
static const ilf_group group = {.topic = S_CONST("app-topic"),
                                .source = S_CONST("10.0.0.7"),
                                .tags = tags,
                                .n_tags = 4,
                                .logs = &log_,
                                .n_logs = 1};
static const char single[] =
    "0+1 {\"contents\":{\"level\":\"info\",\"msg\":\"hello\"},\"tags\":{\"env\":\"prod\","
    "\"host.ip\":\"10.0.0.7\",\"host.name\":\"h1\",\"k8s.pod.name\":\"pod-9\",\"log.file.path\":"
    "\"/var/log/x.log\",\"log.topic\":\"app-topic\"},\"time\":1700000000}\n";

/* A group of @n logs of one content each, k: the letters from a. */
static const ilf_group *letters(size_t n)
{
    static ilf_kv kv[8];
    static ilf_log logs[8];
    static ilf_group made;

    for (size_t i = 0; i < n; i++) {
        kv[i] = (ilf_kv){S("k"), {&"abcdefgh"[i], 1}};
        logs[i] = (ilf_log){.time = (uint32_t)i, .contents = &kv[i], .n_contents = 1};
    }
    made = (ilf_group){.source = S("s"), .logs = logs, .n_logs = n};
    return &made;
}

static const ilf_group *one_log(const ilf_kv *kv, size_t n)
{
    static ilf_log one;
    static ilf_group made;

    one = (ilf_log){.time = 1, .contents = kv, .n_contents = n};
    made = (ilf_group){.logs = &one, .n_logs = 1};
    return &made;
}

static void writes_contents_and_tags_apart(void **state)
{
    (void)state;
    start("custom_single", "json");
    assert_group(single, &group);
}

static void writes_one_flat_object(void **state)
{
    (void)state;
    start("custom_single_flatten", "json");
    assert_group("0+1 {\"env\":\"prod\",\"host.ip\":\"10.0.0.7\",\"host.name\":\"h1\",\"k8s.pod."
                 "name\":\"pod-9\",\"level\":\"info\",\"log.file.path\":\"/var/log/x.log\",\"log."
                 "topic\":\"app-topic\",\"msg\":\"hello\",\"time\":1700000000}\n",
                 &group);
}

static void renames_tags_and_members(void **state)
{
    const ilf_kv tag_names[] = {{S("host.name"), S("hn")}, {S("log.topic"), S("")}};
    const ilf_kv members[] = {{S("time"), S("@ts")}, {S("contents"), S("body")}};

    (void)state;
    convert.tag_fields_rename = (ilf_str_map){tag_names, 2};
    convert.protocol_fields_rename = (ilf_str_map){members, 2};
    want_field("tag.host.name");
    want_field("tag.hn");
    want_field("tag.log.topic");
    want_field("tag.log.file.path");
    want_field("content.msg");
    want_field("content.none");
    start("custom_single", "json");
    assert_group("0+1 {\"@ts\":1700000000,\"body\":{\"level\":\"info\",\"msg\":\"hello\"},"
                 "\"tags\":{\"env\":\"prod\",\"hn\":\"h1\",\"host.ip\":\"10.0.0.7\",\"k8s.pod."
                 "name\":\"pod-9\",\"log.file.path\":\"/var/log/x.log\"}} h1 h1  /var/log/x.log "
                 "hello -\n",
                 &group);
}

static void writes_the_time_with_nanoseconds(void **state)
{
    const char *const want[] = {"1700000000000000005", "1700000000.000000005",
                                "\"2023-11-14T22:13:20.000000005Z\""};

    (void)state;
    for (int i = 0; i < 3; i++) {
        char line[128];

        convert.time_format = ILF__TIME_NANOSECONDS + i;
        convert.only_contents = true;
        start("custom_single_flatten", "json");
        (void)snprintf(line, sizeof(line),
                       "0+1 {\"level\":\"info\",\"msg\":\"hello\",\"time\":%s}\n", want[i]);
        assert_group(line, &group);
        ilf__format_dispose(&format);
    }
}

/* As numbers have no zeros in front, and a log may have a second and more of nanoseconds. */
static void writes_each_time_as_a_json_number_or_date(void **state)
{
    const struct {
        uint32_t time, ns;
        const char *want[4];
    } cases[] = {
        {0, 0, {"0", "0", "0.000000000", "\"1970-01-01T00:00:00.000000000Z\""}},
        {0, 5, {"0", "5", "0.000000005", "\"1970-01-01T00:00:00.000000005Z\""}},
        {0, 1000000000, {"0", "1000000000", "1.000000000", "\"1970-01-01T00:00:01.000000000Z\""}},
        {5, 4000000001, {"5", "9000000001", "9.000000001", "\"1970-01-01T00:00:09.000000001Z\""}},
        {UINT32_MAX,
         UINT32_MAX,
         {"4294967295", "4294967299294967295", "4294967299.294967295",
          "\"2106-02-07T06:28:19.294967295Z\""}},
    };

    (void)state;
    convert.only_contents = true;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const ilf_log log = {
            .time = cases[i].time, .time_ns = cases[i].ns, .flags = ILF_LOG_HAS_TIME_NS};
        const ilf_group group = {.logs = &log, .n_logs = 1};

        for (int how = 0; how < 4; how++) {
            char line[128];

            convert.time_format = how;
            start("custom_single_flatten", "json");
            (void)snprintf(line, sizeof(line), "0+1 {\"time\":%s}\n", cases[i].want[how]);
            assert_group(line, &group);
            ilf__format_dispose(&format);
        }
    }
}

static void joins_lines(void **state)
{
    (void)state;
    convert.only_contents = true;
    want_field("content.k");
    start("jsonline", "json");
    assert_group("0+3 {\"k\":\"a\",\"time\":0}\n{\"k\":\"b\",\"time\":1}\n{\"k\":\"c\",\"time\":2}"
                 " -\n",
                 letters(3));
    assert_group("", letters(0));
}

static void writes_json_whatever_bytes_a_log_holds(void **state)
{
    const ilf_kv kv = {S("k\xff"), S("\xff\xe2\x80\xa8\b")};

    (void)state;
    convert.only_contents = true;
    start("custom_single_flatten", "json");
    assert_group("0+1 {\"k\\ufffd\":\"\\ufffd\\u2028\\b\",\"time\":1}\n", one_log(&kv, 1));
    ilf__format_dispose(&format);
    start("jsonline", "json");
    assert_group("0+1 {\"k\\ufffd\":\"\\ufffd\xe2\x80\xa8\\u0008\",\"time\":1}\n", one_log(&kv, 1));
}

/* A piece of a long value ends between characters. */
static void keeps_characters_whole_in_long_values(void **state)
{
    enum { LEN = 20000 };
    static char value[LEN], want[2 * LEN];

    (void)state;
    convert.only_contents = true;
    start("custom_single_flatten", "json");
    for (size_t shift = 0; shift < 3; shift++) {
        ilf_kv kv = {S("k"), {value, 0}};
        size_t n = shift;

        memset(value, 'x', sizeof(value));
        for (; n + 3 <= LEN; n += 3)
            memcpy(value + n, "\xe4\xb8\xad", 3);
        kv.value.len = n;
        (void)snprintf(want, sizeof(want), "0+1 {\"k\":\"%.*s\",\"time\":1}\n", (int)n, value);
        assert_group(want, one_log(&kv, 1));
    }
}

static void takes_the_last_of_keys_that_repeat(void **state)
{
    const ilf_kv kv[] = {{S("a"), S("1")}, {S(""), S("2")}, {S("a"), S("3")}};

    (void)state;
    convert.only_contents = true;
    start("custom_single_flatten", "json");
    assert_group("0+1 {\"\":\"2\",\"a\":\"3\",\"time\":1}\n", one_log(kv, 3));
}

static void ends_the_group_when_the_sink_says_so(void **state)
{
    ilf_error err;

    (void)state;
    start("custom_single", "json");
    take_status = ILF_ERR_RETRY;
    assert_int_equal(ILF_ERR_RETRY, ilf__format_group(&format, letters(3), &text, &sink, &err));
    assert_kept("0+1 {\"contents\":{\"k\":\"a\"},\"tags\":{\"host.ip\":\"s\"},\"time\":0}\n");
}

static void appends_to_what_the_text_holds(void **state)
{
    (void)state;
    start("custom_single", "json");
    ilf__text_put(&text, "before", 6);
    assert_group(single, &group);
    assert_memory_equal("before{", text.ptr, 7);
}

static void survives_a_lack_of_memory(void **state)
{
    (void)state;
    assert_survives(single, ilf__format_group(&format, &group, &text, &sink, &err));
}

static void survives_a_lack_of_memory_in_lines(void **state)
{
    (void)state;
    convert.protocol = "jsonline";
    convert.only_contents = true;
    assert_survives("0+2 {\"k\":\"a\",\"time\":0}\n{\"k\":\"b\",\"time\":1}\n",
                    ilf__format_group(&format, letters(2), &text, &sink, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_format(writes_contents_and_tags_apart),
        test_format(writes_one_flat_object),
        test_format(renames_tags_and_members),
        test_format(writes_the_time_with_nanoseconds),
        test_format(writes_each_time_as_a_json_number_or_date),
        test_format(joins_lines),
        test_format(writes_json_whatever_bytes_a_log_holds),
        test_format(keeps_characters_whole_in_long_values),
        test_format(takes_the_last_of_keys_that_repeat),
        test_format(ends_the_group_when_the_sink_says_so),
        test_format(appends_to_what_the_text_holds),
        test_format(survives_a_lack_of_memory),
        test_format(survives_a_lack_of_memory_in_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
