/* Tests of flushers/stdout/group_lines.c: the lines of log groups, byte by byte. */
#include <ilf_test.h>

static struct test_lines lines;
static ilf_flusher *pairs, *structs, *tagged; /* three ways of printing */

static int set_up(void **state)
{
    const ilf_host host = test_lines_host(&lines);

    (void)state;
    pairs = test_start("flusher_c_stdout", &host, "{}");
    structs = test_start("flusher_c_stdout", &host, "{\"KeyValuePairs\":false}");
    tagged = test_start("flusher_c_stdout", &host, "{\"Tags\":true}");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ilf_flusher_free(pairs);
    ilf_flusher_free(structs);
    ilf_flusher_free(tagged);
    return 0;
}

static void print_groups(ilf_flusher *f, const ilf_group *groups, size_t n, ilf_str want)
{
    const ilf_batch batch = {.struct_size = sizeof(batch), .groups = groups, .n_groups = n};

    lines.len = 0;
    assert_works(ilf_flusher_flush(f, &batch, &err));
    assert_lines(&lines, want);
}

static void print_logs(ilf_flusher *f, const ilf_log *logs, size_t n, ilf_str want)
{
    const ilf_group group = {.logs = logs, .n_logs = n};

    print_groups(f, &group, 1, want);
}

/* Print one log of second 1 with the pair @key and @value. */
static void print_pair(ilf_flusher *f, ilf_str key, ilf_str value, ilf_str want)
{
    const ilf_kv kv = {key, value};
    const ilf_log log = {.time = 1, .contents = &kv, .n_contents = 1};

    print_logs(f, &log, 1, want);
}

/* --- KeyValuePairs -------------------------------------------------------------------------------
 */

static void prints_pairs_in_their_order_and_the_time_last(void **state)
{
    const ilf_kv kv[] = {{S("k1"), S("v1")},
                         {S("k2"), S("v2")},
                         {S("k1"), S("again")},
                         {S(""), S("")},
                         {S("__time__"), S("mine")}};
    const ilf_log log = {.time = 1700000000, .contents = kv, .n_contents = 5};

    (void)state;
    print_logs(pairs, &log, 1,
               S("{\"k1\":\"v1\",\"k2\":\"v2\",\"k1\":\"again\",\"\":\"\",\"__time__\":\"mine\","
                 "\"__time__\":\"1700000000\"}\n"));
}

static void prints_the_time_of_a_log_without_contents(void **state)
{
    const ilf_log logs[] = {{.time = 1}, {.time = 0}, {.time = UINT32_MAX}};

    (void)state;
    print_logs(pairs, logs, 3,
               S("{\"__time__\":\"1\"}\n{\"__time__\":\"0\"}\n{\"__time__\":\"4294967295\"}\n"));
}

static void prints_each_logs_own_time(void **state)
{
    const ilf_log logs[] = {{.time = 0}, {.time = 5}, {.time = 5}, {.time = 123}, {.time = 5}};

    (void)state;
    print_logs(pairs, logs, 5,
               S("{\"__time__\":\"0\"}\n{\"__time__\":\"5\"}\n{\"__time__\":\"5\"}\n"
                 "{\"__time__\":\"123\"}\n{\"__time__\":\"5\"}\n"));
}

static void prints_neither_nanoseconds_nor_values_nor_tags(void **state)
{
    const ilf_str value = S("value");
    const ilf_kv tag = {S("tag"), S("t")};
    const ilf_log log = {
        .time = 1, .time_ns = 5, .flags = ILF_LOG_HAS_TIME_NS, .values = &value, .n_values = 1};
    const ilf_group group = {.topic = S("topic"),
                             .source = S("source"),
                             .tags = &tag,
                             .n_tags = 1,
                             .logs = &log,
                             .n_logs = 1};

    (void)state;
    print_groups(pairs, &group, 1, S("{\"__time__\":\"1\"}\n"));
}

static void escapes_what_json_must_have_escaped(void **state)
{
    (void)state;
    print_pair(pairs, S("\"\\\n"), S("\r\t\b\f\0\x1f"),
               S("{\"\\\"\\\\\\n\":\"\\r\\t\\u0008\\u000c\\u0000\\u001f\",\"__time__\":\"1\"}\n"));
    print_pair(pairs, S("k"), S("</>&\x7f\xe2\x80\xa8\xff\xc3"), /* all else stays as it is */
               S("{\"k\":\"</>&\x7f\xe2\x80\xa8\xff\xc3\",\"__time__\":\"1\"}\n"));
}

static void prints_keys_of_any_length_and_spelling(void **state)
{
    char key[80], want[256];

    (void)state;
    for (size_t len = 0; len < sizeof(key); len++) {
        for (int quoted = 0; quoted < 2; quoted++) {
            size_t n = 0;

            memset(key, 'k', sizeof(key));
            if (quoted && len > 0)
                key[len - 1] = '"';
            n += (size_t)sprintf(want + n, "{\"%.*s%s\":\"v\",\"__time__\":\"1\"}\n",
                                 (int)(quoted && len > 0 ? len - 1 : len), key,
                                 quoted && len > 0 ? "\\\"" : "");
            print_pair(pairs, (ilf_str){key, len}, S("v"), (ilf_str){want, n});
        }
    }
}

/* The spelling of keys is kept from log to log: it must never be that of another key. */
static void prints_other_keys_in_the_same_places(void **state)
{
    char again[] = "first";
    const ilf_kv a[] = {{S("first"), S("1")}, {S("second"), S("2")}};
    const ilf_kv b[] = {{{again, 5}, S("3")}, {S("secant"), S("4")}};
    const ilf_kv c[] = {{{again, 4}, S("5")}, {S("a key longer than what is kept"), S("6")}};
    const ilf_kv d[] = {{{NULL, 0}, S("7")}, {S("second"), S("8")}};
    const ilf_kv e[] = {{S("first"), S("9")}};
    const ilf_log logs[] = {
        {.time = 1, .contents = a, .n_contents = 2}, {.time = 1, .contents = b, .n_contents = 2},
        {.time = 1, .contents = c, .n_contents = 2}, {.time = 1, .contents = d, .n_contents = 2},
        {.time = 1, .contents = e, .n_contents = 1}, {.time = 1, .contents = a, .n_contents = 2},
    };

    (void)state;
    print_logs(pairs, logs, 6,
               S("{\"first\":\"1\",\"second\":\"2\",\"__time__\":\"1\"}\n"
                 "{\"first\":\"3\",\"secant\":\"4\",\"__time__\":\"1\"}\n"
                 "{\"firs\":\"5\",\"a key longer than what is kept\":\"6\",\"__time__\":\"1\"}\n"
                 "{\"\":\"7\",\"second\":\"8\",\"__time__\":\"1\"}\n"
                 "{\"first\":\"9\",\"__time__\":\"1\"}\n"
                 "{\"first\":\"1\",\"second\":\"2\",\"__time__\":\"1\"}\n"));
}

static void prints_more_pairs_than_it_keeps_keys(void **state)
{
    static char keys[100][8], want[4096];
    ilf_kv kv[100];
    ilf_log logs[2];
    size_t n = 0;

    (void)state;
    for (int log = 0; log < 2; log++) {
        n += (size_t)sprintf(want + n, "{");
        for (size_t i = 0; i < 100; i++) {
            int len = snprintf(keys[i], sizeof(keys[i]), "key%zu", i);

            kv[i] = (ilf_kv){{keys[i], (size_t)len}, S("v")};
            n += (size_t)sprintf(want + n, "\"key%zu\":\"v\",", i);
        }
        n += (size_t)sprintf(want + n, "\"__time__\":\"1\"}\n");
        logs[log] = (ilf_log){.time = 1, .contents = kv, .n_contents = 100};
    }
    print_logs(pairs, logs, 2, (ilf_str){want, n});
}

/* --- The Log struct ------------------------------------------------------------------------------
 */

static void prints_the_struct_of_a_log(void **state)
{
    const ilf_kv kv[] = {{S("k"), S("v")}, {S(""), S("")}};
    const ilf_str values[] = {S("x"), S("")};
    const ilf_log logs[] = {
        {.time = 1700000000, .contents = kv, .n_contents = 1},
        {.time = 1, .time_ns = 5, .flags = ILF_LOG_HAS_TIME_NS, .contents = kv, .n_contents = 2},
        {.time = 2, .flags = ILF_LOG_HAS_TIME_NS, .values = values, .n_values = 2},
        {.time = 3, .time_ns = 9}, /* without the flag there is none */
        {.time = 0},
    };

    (void)state;
    print_logs(structs, logs, 5,
               S("{\"Time\":1700000000,\"Contents\":[{\"Key\":\"k\",\"Value\":\"v\"}]}\n"
                 "{\"Time\":1,\"Contents\":[{\"Key\":\"k\",\"Value\":\"v\"},{\"Key\":\"\","
                 "\"Value\":\"\"}],\"Time_ns\":5}\n"
                 "{\"Time\":2,\"values\":[\"x\",\"\"],\"Time_ns\":0}\n"
                 "{\"Time\":3}\n"
                 "{\"Time\":0}\n"));
}

static void spells_the_struct_as_go_does(void **state)
{
    (void)state;
    print_pair(
        structs, S("<&>\"\\"), S("\b\f\n\0\x7f\xe2\x80\xa8\xe4\xb8\xad\xff\xe4\xb8"),
        S("{\"Time\":1,\"Contents\":[{\"Key\":\"\\u003c\\u0026\\u003e\\\"\\\\\","
          "\"Value\":\"\\b\\f\\n\\u0000\x7f\\u2028\xe4\xb8\xad\\ufffd\\ufffd\\ufffd\"}]}\n"));
}

/* --- Tags ----------------------------------------------------------------------------------------
 */

static void prints_a_line_in_front_of_each_group(void **state)
{
    const ilf_kv tags[] = {{S("a"), S("b")}, {S("c"), S("")}};
    const ilf_log logs[] = {{.time = 1}, {.time = 2}};
    const ilf_group groups[] = {
        {.category = S("ls"),
         .topic = S("tp"),
         .tags = tags,
         .n_tags = 1,
         .logs = logs,
         .n_logs = 2},
        {.source = S("not shown"), .tags = tags, .n_tags = 2},
        {.logs = logs, .n_logs = 1},
    };

    (void)state;
    print_groups(tagged, groups, 3,
                 S("[LogGroup] topic tp, logstore ls, logcount 2, tags [Key:\"a\" Value:\"b\" ]\n"
                   "{\"__time__\":\"1\"}\n"
                   "{\"__time__\":\"2\"}\n"
                   "[LogGroup] topic , logstore , logcount 0, tags [Key:\"a\" Value:\"b\"  "
                   "Key:\"c\" Value:\"\" ]\n"
                   "[LogGroup] topic , logstore , logcount 1, tags []\n"
                   "{\"__time__\":\"1\"}\n"));
}

static void spells_tags_as_the_text_format_of_protobuf_does(void **state)
{
    const ilf_kv tag = {S("\n\r\t\"\\'"), S("\0\x01\x1f \x7e\x7f\x80\xc3\xa9\xff")};
    const ilf_group group = {.tags = &tag, .n_tags = 1};

    (void)state;
    print_groups(tagged, &group, 1,
                 S("[LogGroup] topic , logstore , logcount 0, tags [Key:\"\\n\\r\\t\\\"\\\\'\" "
                   "Value:\"\\000\\001\\037 ~\\177\\200\\303\\251\\377\" ]\n"));
}

static void prints_nothing_for_a_group_without_logs(void **state)
{
    const ilf_group groups[2] = {{.topic = S("t")}};

    (void)state;
    print_groups(pairs, groups, 2, S(""));
    print_groups(structs, groups, 0, S(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_pairs_in_their_order_and_the_time_last),
        cmocka_unit_test(prints_the_time_of_a_log_without_contents),
        cmocka_unit_test(prints_each_logs_own_time),
        cmocka_unit_test(prints_neither_nanoseconds_nor_values_nor_tags),
        cmocka_unit_test(escapes_what_json_must_have_escaped),
        cmocka_unit_test(prints_keys_of_any_length_and_spelling),
        cmocka_unit_test(prints_other_keys_in_the_same_places),
        cmocka_unit_test(prints_more_pairs_than_it_keeps_keys),
        cmocka_unit_test(prints_the_struct_of_a_log),
        cmocka_unit_test(spells_the_struct_as_go_does),
        cmocka_unit_test(prints_a_line_in_front_of_each_group),
        cmocka_unit_test(spells_tags_as_the_text_format_of_protobuf_does),
        cmocka_unit_test(prints_nothing_for_a_group_without_logs),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
