/* Tests of flushers/common/shape.c: shapes are kept as long as they fit, and no longer. */
#include "format_test.h"

static const ilf_str no_value = S_CONST("v");

static ilf_log log_of(const ilf_kv *kv, size_t n)
{
    return (ilf_log){.contents = kv, .n_contents = n};
}

static const ilf_group *group_of(const ilf_log *logs, size_t n)
{
    static ilf_group group;

    group = (ilf_group){.logs = logs, .n_logs = n};
    return &group;
}

static size_t kept_shapes(void)
{
    size_t n = 0;

    for (size_t i = 0; i < ILF__SHAPES; i++)
        n += format.shaper.shapes[i] != NULL;
    return n;
}

static void start_flat(void)
{
    convert.only_contents = true;
    start("custom_single_flatten", "json");
}

static void keeps_one_shape_for_logs_with_the_same_keys(void **state)
{
    const ilf_kv a[] = {{S("x"), S("1")}, {S("y"), S("2")}};
    const char other_x[] = "x";
    const ilf_kv b[] = {{{other_x, 1}, S("3")}, {S("y"), S("4")}};
    const ilf_log logs[] = {log_of(a, 2), log_of(b, 2), log_of(a, 2)};

    (void)state;
    start_flat();
    assert_group("0+1 {\"time\":0,\"x\":\"1\",\"y\":\"2\"}\n1+1 {\"time\":0,\"x\":\"3\",\"y\":\"4\""
                 "}\n2+1 {\"time\":0,\"x\":\"1\",\"y\":\"2\"}\n",
                 group_of(logs, 3));
    assert_int_equal(1, kept_shapes());
}

/* The bytes at an address are another key in the next group. */
static void does_not_trust_addresses_from_group_to_group(void **state)
{
    char key[] = "a";
    ilf_kv kv = {{key, 1}, S("1")};
    const ilf_log log = log_of(&kv, 1);

    (void)state;
    start_flat();
    assert_group("0+1 {\"a\":\"1\",\"time\":0}\n", group_of(&log, 1));
    key[0] = 'b';
    assert_group("0+1 {\"b\":\"1\",\"time\":0}\n", group_of(&log, 1));
    key[0] = 'a'; // cppcheck-suppress redundantAssignment ; the log leads to it
    assert_group("0+1 {\"a\":\"1\",\"time\":0}\n", group_of(&log, 1));
    assert_int_equal(2, kept_shapes());
}

static void keeps_shapes_over_groups_without_tags(void **state)
{
    const ilf_str bytes = S("x");
    const ilf_event event = {.type = ILF_EVENT_BYTES, .as.bytes = &bytes};
    const ilf_event_group group = {.events = &event, .n_events = 1};
    const struct ilf__shape *first;

    (void)state;
    start_flat();
    assert_events("0+1 {\"content\":\"x\",\"time\":0}\n", &group);
    first = format.shaper.shapes[0];
    assert_events("0+1 {\"content\":\"x\",\"time\":0}\n", &group);
    assert_ptr_equal(first, format.shaper.shapes[0]);
    assert_int_equal(2, first->generation);
    assert_int_equal(1, kept_shapes());
}

static void keeps_a_few_kinds_of_logs_apart(void **state)
{
    static const char keys[] = "abcdef";
    ilf_kv kv[6];
    ilf_log logs[12];

    (void)state;
    start_flat();
    for (size_t i = 0; i < 12; i++) {
        kv[i % 6] = (ilf_kv){{&keys[i % 6], 1}, no_value};
        logs[i] = log_of(&kv[i % 6], 1);
    }
    assert_group("0+1 {\"a\":\"v\",\"time\":0}\n1+1 {\"b\":\"v\",\"time\":0}\n"
                 "2+1 {\"c\":\"v\",\"time\":0}\n3+1 {\"d\":\"v\",\"time\":0}\n"
                 "4+1 {\"e\":\"v\",\"time\":0}\n5+1 {\"f\":\"v\",\"time\":0}\n"
                 "6+1 {\"a\":\"v\",\"time\":0}\n7+1 {\"b\":\"v\",\"time\":0}\n"
                 "8+1 {\"c\":\"v\",\"time\":0}\n9+1 {\"d\":\"v\",\"time\":0}\n"
                 "10+1 {\"e\":\"v\",\"time\":0}\n11+1 {\"f\":\"v\",\"time\":0}\n",
                 group_of(logs, 12));
    assert_int_equal(ILF__SHAPES, kept_shapes());
}

static void tells_keys_apart_that_begin_alike(void **state)
{
    const ilf_kv kv[] = {{S("k"), no_value}, {S("kk"), no_value}, {S("k\0"), no_value}};
    const ilf_log logs[] = {log_of(kv, 1), log_of(kv + 1, 1), log_of(kv + 2, 1), log_of(kv, 0)};

    (void)state;
    start_flat();
    assert_group("0+1 {\"k\":\"v\",\"time\":0}\n1+1 {\"kk\":\"v\",\"time\":0}\n"
                 "2+1 {\"k\\u0000\":\"v\",\"time\":0}\n3+1 {\"time\":0}\n",
                 group_of(logs, 4));
}

static void keeps_no_shape_of_a_log_with_very_many_keys(void **state)
{
    enum { N = 3000 };
    static ilf_kv kv[N];
    static char keys[N][8];
    const ilf_log log = log_of(kv, N);

    (void)state;
    start_flat();
    for (size_t i = 0; i < N; i++) {
        (void)snprintf(keys[i], sizeof(keys[i]), "%06zu", i);
        kv[i] = (ilf_kv){{keys[i], 6}, no_value};
    }
    assert_works(ilf__format_group(&format, group_of(&log, 1), &text, &sink, &err));
    assert_memory_equal("0+1 {\"000000\":\"v\",\"000001\":\"v\"", got.text, 30);
    assert_int_equal(0, kept_shapes());
    assert_null(format.shaper.contents.items);
}

/* Members that were given one name: the later of time, contents, tags counts. */
static void settles_members_of_one_name(void **state)
{
    const ilf_kv members[] = {{S("time"), S("")}, {S("contents"), S("")}, {S("tags"), S("")}};
    const ilf_kv kv = {S("a"), S("b")};
    const ilf_log log = log_of(&kv, 1);

    (void)state;
    convert.protocol_fields_rename = (ilf_str_map){members, 3};
    start("custom_single", "json");
    assert_group("0+1 {\"\":{\"host.ip\":\"\"}}\n", group_of(&log, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_format(keeps_one_shape_for_logs_with_the_same_keys),
        test_format(does_not_trust_addresses_from_group_to_group),
        test_format(keeps_shapes_over_groups_without_tags),
        test_format(keeps_a_few_kinds_of_logs_apart),
        test_format(tells_keys_apart_that_begin_alike),
        test_format(keeps_no_shape_of_a_log_with_very_many_keys),
        test_format(settles_members_of_one_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
