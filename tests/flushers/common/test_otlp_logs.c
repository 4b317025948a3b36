/* Tests of flushers/common/otlp_logs.c: log groups. */
#include "otlp_test.h"

#define KV(key, value)                                                                             \
    {                                                                                              \
        S_CONST(key), S_CONST(value)                                                               \
    }

static const ilf_kv contents[] = {KV("content", "text"), KV("level", "info"), KV("k", "1"),
                                  KV("k", "2"), KV("__tag__:__path__", "/p")};
static const ilf_kv tags[] = {KV("__hostname__", "h"), KV("__pack_id__", "p")};
static const ilf_log log_ = {.time = 7, .contents = contents, .n_contents = 5};
static const ilf_group group = {.source = S_CONST("1.2.3.4"),
                                .topic = S_CONST("t"),
                                .machine_uuid = S_CONST("u"),
                                .tags = tags,
                                .n_tags = 2,
                                .logs = &log_,
                                .n_logs = 1};

#define RESOURCE                                                                                   \
    "1{1{1\"__hostname__\" 2{1\"h\"}} 1{1\"__pack_id__\" 2{1\"p\"}} 1{1\"machine_uuid\" "          \
    "2{1\"u\"}} "                                                                                  \
    "1{1\"source\" 2{1\"1.2.3.4\"}} 1{1\"topic\" 2{1\"t\"}}}"
#define TAGS                                                                                       \
    "6{1\"host.ip\" 2{1\"1.2.3.4\"}} 6{1\"host.name\" 2{1\"h\"}} 6{1\"log.file.path\" "            \
    "2{1\"/p\"}} "                                                                                 \
    "6{1\"log.topic\" 2{1\"t\"}}"
#define WANT                                                                                       \
    "0+1{1{" RESOURCE " 2{2{1=7000000000 11=now 3\"info\" 5{1\"text\"} 6{1\"k\" 2{1\"2\"}} " TAGS  \
    "}}}}\n"

/* A group of one log without tags, but host.ip. */
static void assert_log(const char *want, const ilf_log *log)
{
    const ilf_group one = {.logs = log, .n_logs = 1};
    char line[4096];

    (void)snprintf(line, sizeof(line), "0+1{1{1{} 2{2{%s6{1\"host.ip\" 2{1\"\"}}}}}}\n", want);
    assert_group(line, &one);
}

static void has_the_form_of_the_native_one(void **state)
{
    (void)state;
    start("otlp_v1", "none");
    assert_group(WANT, &group);
    assert_group(WANT, &group); /* by the shape that is there now */
}

static void carries_nanoseconds_where_the_log_has_them(void **state)
{
    const ilf_log with = {.time = 7, .time_ns = 5, .flags = ILF_LOG_HAS_TIME_NS};
    const ilf_log without = {.time = UINT32_MAX, .time_ns = 5};
    const ilf_log never = {.time = 0};

    (void)state;
    start("otlp_v1", "protobuf");
    assert_log("1=7000000005 11=now ", &with);
    assert_log("1=4294967295000000000 11=now ", &without);
    assert_log("11=now ", &never);
}

static void takes_the_level_from_a_tag_without_a_name_if_need_be(void **state)
{
    const ilf_kv nameless = KV("", "WARN");
    const ilf_log empty = {.time = 0}, levelled = {.contents = &contents[1], .n_contents = 1};
    ilf_group one = {.tags = &nameless, .n_tags = 1, .logs = &empty, .n_logs = 1};

    (void)state;
    start("otlp_v1", "none");
    assert_group("0+1{1{1{1{1\"\" 2{1\"WARN\"}}} 2{2{11=now 3\"WARN\" 6{1\"\" 2{1\"WARN\"}} "
                 "6{1\"host.ip\" 2{1\"\"}}}}}}\n",
                 &one);
    one.logs = &levelled;
    assert_group("0+1{1{1{1{1\"\" 2{1\"WARN\"}}} 2{2{11=now 3\"info\" 6{1\"\" 2{1\"WARN\"}} "
                 "6{1\"host.ip\" 2{1\"\"}}}}}}\n",
                 &one);
}

static void lets_a_tag_stand_over_a_content_of_its_name(void **state)
{
    const ilf_kv kv[] = {KV("host.ip", "mine"), KV("x", "y")};
    const ilf_log log = {.contents = kv, .n_contents = 2};

    (void)state;
    start("otlp_v1", "none");
    assert_log("11=now 6{1\"x\" 2{1\"y\"}} ", &log);
}

static void renames_tags_but_not_those_of_the_resource(void **state)
{
    const ilf_kv rename[] = {KV("host.name", "node"), KV("host.ip", ""), KV("log.file.path", ""),
                             KV("log.topic", "")};

    (void)state;
    convert.tag_fields_rename = (ilf_str_map){rename, 4};
    start("otlp_v1", "none");
    assert_group("0+1{1{" RESOURCE " 2{2{1=7000000000 11=now 3\"info\" 5{1\"text\"} "
                 "6{1\"k\" 2{1\"2\"}} 6{1\"node\" 2{1\"h\"}}}}}}\n",
                 &group);
}

/* Lengths at which a varint grows, of key and value, and what lies in them. */
static void carries_values_of_any_length_and_with_any_bytes(void **state)
{
    static char value[1 << 20], key[200];
    const size_t lengths[] = {0,   1,   2,   3,   4,   7,   8,     9,     15,     16,  17,
                              31,  60,  110, 115, 116, 117, 118,   119,   120,    121, 122,
                              123, 124, 125, 126, 127, 128, 16383, 16384, 1 << 20};

    (void)state;
    memset(key, 'k', sizeof(key));
    memset(value, 'v', sizeof(value));
    start("otlp_v1", "none");
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
        for (size_t key_len = 1; key_len <= 200; key_len += 33) {
            const ilf_kv kv = {{key, key_len}, {value, lengths[i]}};
            const ilf_log log = {.contents = &kv, .n_contents = 1};
            char want[2048], shown[1024];

            if (lengths[i] < 1000)
                (void)snprintf(shown, sizeof(shown), "%.*s", (int)lengths[i], value);
            else
                (void)snprintf(shown, sizeof(shown), "%zu times v", lengths[i]);
            (void)snprintf(want, sizeof(want), "11=now 6{1\"%.*s\" 2{1\"%s\"}} ", (int)key_len, key,
                           shown);
            assert_log(want, &log);
        }
}

static void gives_what_is_no_utf_8_as_bytes(void **state)
{
    const ilf_kv kv[] = {KV("content", "\xff"), KV("level", "\xff"), KV("nul", "a\0b"),
                         KV("good", "\xe4\xb8\xad"), KV("\xfe", "12345678\xe4\xb8")};
    const ilf_log log = {.contents = kv, .n_contents = 5};

    (void)state;
    start("otlp_v1", "none");
    assert_log("11=now 3\"\\ef\\bf\\bd\" 5{7\"\\ff\"} 6{1\"good\" 2{1\"\\e4\\b8\\ad\"}} "
               "6{1\"nul\" 2{1\"a\\00b\"}} 6{1\"\\ef\\bf\\bd\" 2{7\"12345678\\e4\\b8\"}} ",
               &log);
}

static void makes_nothing_of_a_group_without_logs(void **state)
{
    const ilf_group none = {.source = S_CONST("1"), .tags = tags, .n_tags = 2};

    (void)state;
    start("otlp_v1", "none");
    assert_group("", &none);
}

static void takes_strings_of_no_bytes_wherever_they_point(void **state)
{
    const ilf_kv kv[] = {{{NULL, 0}, {NULL, 0}}, {S_CONST("content"), {NULL, 0}}};
    const ilf_log log = {.contents = kv, .n_contents = 2};

    (void)state;
    start("otlp_v1", "none");
    assert_log("11=now 5{1\"\"} 6{1\"\" 2{1\"\"}} ", &log);
}

static void parts_logs_whose_selected_fields_differ(void **state)
{
    const ilf_kv a = KV("app", "a"), b = KV("app", "b");
    const ilf_log logs[] = {{.contents = &a, .n_contents = 1},
                            {.contents = &a, .n_contents = 1},
                            {.contents = &b, .n_contents = 1},
                            {.time = 0}};
    const ilf_group four = {.logs = logs, .n_logs = 4};

    (void)state;
    want_field("content.app");
    want_field("tag.host.ip");
    want_field("signal");
    start("otlp_v1", "none");
    assert_group("0+2{1{1{} 2{2{11=now 6{1\"app\" 2{1\"a\"}} 6{1\"host.ip\" 2{1\"\"}}} "
                 "2{11=now 6{1\"app\" 2{1\"a\"}} 6{1\"host.ip\" 2{1\"\"}}}}}} a  logs\n"
                 "2+1{1{1{} 2{2{11=now 6{1\"app\" 2{1\"b\"}} 6{1\"host.ip\" 2{1\"\"}}}}}} b  logs\n"
                 "3+1{1{1{} 2{2{11=now 6{1\"host.ip\" 2{1\"\"}}}}}} -  logs\n",
                 &four);
}

static void survives_a_lack_of_memory(void **state)
{
    (void)state;
    convert.protocol = "otlp_v1";
    convert.encoding = "none";
    assert_survives(WANT, ilf__format_group(&format, &group, &text, &sink, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_format(has_the_form_of_the_native_one),
        test_format(carries_nanoseconds_where_the_log_has_them),
        test_format(takes_the_level_from_a_tag_without_a_name_if_need_be),
        test_format(lets_a_tag_stand_over_a_content_of_its_name),
        test_format(renames_tags_but_not_those_of_the_resource),
        test_format(carries_values_of_any_length_and_with_any_bytes),
        test_format(gives_what_is_no_utf_8_as_bytes),
        test_format(makes_nothing_of_a_group_without_logs),
        test_format(takes_strings_of_no_bytes_wherever_they_point),
        test_format(parts_logs_whose_selected_fields_differ),
        test_format(survives_a_lack_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
