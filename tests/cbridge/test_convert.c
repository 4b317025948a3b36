/* Tests of cbridge/convert.c. */
#include <ilf_test.h>

#include <math.h>

#include "convert.h"

static struct ilf__arena arena;

static int dispose(void **state)
{
    (void)state;
    ilf__arena_dispose(&arena);
    return 0;
}

static void assert_str(ilf_str want, ilf_str got)
{
    assert_int_equal(want.len, got.len);
    if (want.len > 0)
        assert_memory_equal(want.ptr, got.ptr, want.len);
}

static void assert_kvs(const ilf_kv *want, size_t n_want, const ilf_kv *got, size_t n_got)
{
    assert_int_equal(n_want, n_got);
    for (size_t i = 0; i < n_want; i++) {
        assert_str(want[i].key, got[i].key);
        assert_str(want[i].value, got[i].value);
    }
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- Log groups as event groups ----------------------------------------------------------------
 */

static ilf_event_batch to_events(const ilf_group *group)
{
    const ilf_batch batch = {.struct_size = sizeof(batch),
                             .route = {.config = S("conf"), .logstore_key = 7},
                             .groups = group,
                             .n_groups = 1,
                             .n_bytes = 99};
    ilf_event_batch out;

    memset(&out, 0xff, sizeof(out));
    assert_int_equal(ILF_OK, ilf__to_events(&arena, &batch, &out));
    assert_int_equal(sizeof(out), out.struct_size);
    assert_str(S("conf"), out.route.config);
    assert_int_equal(7, out.route.logstore_key);
    assert_int_equal(99, out.n_bytes);
    assert_int_equal(0, out.attempt);
    assert_int_equal(1, out.n_groups);
    return out;
}

static void makes_events_of_logs(void **state)
{
    const ilf_kv contents[] = {
        {S("method"), S("GET")},   {S("__tag__:host"), S("web")}, {S("__level__"), S("warn")},
        {S("a\0b"), S("\0\xff")},  {S("__name__"), S("access")},  {S("__trace_id__"), S("t1")},
        {S("__span_id__"), S("")}, {S("__tag__:"), S("no key")},  {S(""), S("")},
        {S("method"), S("again")}};
    const ilf_kv want_tags[] = {{S("host"), S("web")}};
    const ilf_kv want_contents[] = {{S("method"), S("GET")},      {S("a\0b"), S("\0\xff")},
                                    {S("__span_id__"), S("")}, /* says nothing: stays */
                                    {S("__tag__:"), S("no key")}, {S(""), S("")},
                                    {S("method"), S("again")}};
    const ilf_log logs[] = {{.time = 1700000000,
                             .time_ns = 5,
                             .flags = ILF_LOG_HAS_TIME_NS,
                             .contents = contents,
                             .n_contents = COUNT(contents)},
                            {.time = UINT32_MAX, .time_ns = 999999999}};
    const ilf_group group = {.logs = logs, .n_logs = 2};
    const ilf_event_batch out = to_events(&group);
    const ilf_log_event *event;

    (void)state;
    assert_int_equal(2, out.groups[0].n_events);
    assert_int_equal(0, out.groups[0].n_metadata);
    assert_int_equal(ILF_EVENT_LOG, out.groups[0].events[0].type);
    event = out.groups[0].events[0].as.log;
    assert_int_equal(1700000000000000005, event->timestamp);
    assert_int_equal(0, event->observed_timestamp);
    assert_int_equal(0, event->offset);
    assert_str(S("warn"), event->level);
    assert_str(S("access"), event->name);
    assert_str(S("t1"), event->trace_id);
    assert_str(S(""), event->span_id);
    assert_kvs(want_tags, 1, event->tags, event->n_tags);
    assert_int_equal(COUNT(want_contents), event->n_contents);
    for (size_t i = 0; i < COUNT(want_contents); i++) {
        assert_str(want_contents[i].key, event->contents[i].key);
        assert_int_equal(ILF_VALUE_STRING, event->contents[i].value.type);
        assert_str(want_contents[i].value, event->contents[i].value.as.str);
    }
    event = out.groups[0].events[1].as.log;
    assert_int_equal(4294967295999999999, event->timestamp);
    assert_int_equal(0, event->n_contents);
    assert_int_equal(0, event->n_tags);
}

static void takes_the_first_of_several_fields_and_keeps_the_rest(void **state)
{
    const ilf_kv contents[] = {{S("__level__"), S("warn")},
                               {S("__level__"), S("info")},
                               {S("__file_offset__"), S("42")},
                               {S("__file_offset__"), S("43")},
                               {S("__file_offset__"), S("007")}};
    const ilf_log log = {.contents = contents, .n_contents = COUNT(contents)};
    const ilf_group group = {.logs = &log, .n_logs = 1};
    const ilf_event_batch out = to_events(&group);
    const ilf_log_event *event = out.groups[0].events[0].as.log;

    (void)state;
    assert_str(S("warn"), event->level);
    assert_int_equal(42, event->offset);
    assert_int_equal(3, event->n_contents);
    assert_str(S("info"), event->contents[0].value.as.str);
    assert_str(S("43"), event->contents[1].value.as.str);
    assert_str(S("007"), event->contents[2].value.as.str);
}

static void makes_a_content_of_values(void **state)
{
    const ilf_str values[] = {S("a"), S("b\0")};
    const ilf_log log = {.values = values, .n_values = 2};
    const ilf_group group = {.logs = &log, .n_logs = 1};
    const ilf_event_batch out = to_events(&group);
    const ilf_log_event *event = out.groups[0].events[0].as.log;

    (void)state;
    assert_int_equal(1, event->n_contents);
    assert_str(S("__values__"), event->contents[0].key);
    assert_int_equal(ILF_VALUE_ARRAY, event->contents[0].value.type);
    assert_int_equal(2, event->contents[0].value.as.array.n);
    assert_str(S("b\0"), event->contents[0].value.as.array.items[1].as.str);
}

static void makes_metadata_of_attributes(void **state)
{
    const ilf_kv tags[] = {{S("k"), S("v")}, {S("topic"), S("a tag")}};
    const ilf_kv want[] = {{S("category"), S("c")},
                           {S("topic"), S("t")},
                           {S("source"), S("s")},
                           {S("machine_uuid"), S("m")}};
    const ilf_group all = {.category = S("c"),
                           .topic = S("t"),
                           .source = S("s"),
                           .machine_uuid = S("m"),
                           .tags = tags,
                           .n_tags = 2};
    const ilf_group one = {.source = S("s")};
    ilf_event_batch out = to_events(&all);

    (void)state;
    assert_kvs(want, 4, out.groups[0].metadata, out.groups[0].n_metadata);
    assert_kvs(tags, 2, out.groups[0].tags, out.groups[0].n_tags);
    out = to_events(&one);
    assert_kvs(want + 2, 1, out.groups[0].metadata, out.groups[0].n_metadata);
}

/* --- Event groups as log groups ----------------------------------------------------------------
 */

static ilf_batch to_groups(const ilf_event_group *group, uint64_t want_refused)
{
    const ilf_event_batch batch = {.struct_size = sizeof(batch),
                                   .route = {.project = S("proj"), .logstore_key = 8},
                                   .groups = group,
                                   .n_groups = 1,
                                   .n_bytes = 98};
    uint64_t refused = 1000;
    ilf_batch out;

    memset(&out, 0xff, sizeof(out));
    assert_int_equal(ILF_OK, ilf__to_groups(&arena, &batch, &out, &refused));
    assert_int_equal(want_refused, refused);
    assert_int_equal(sizeof(out), out.struct_size);
    assert_str(S("proj"), out.route.project);
    assert_int_equal(8, out.route.logstore_key);
    assert_int_equal(want_refused > 0 ? 0 : 98, out.n_bytes);
    assert_int_equal(0, out.attempt);
    assert_int_equal(1, out.n_groups);
    return out;
}

static void makes_logs_of_events(void **state)
{
    const ilf_field contents[] = {{S("content"), {.type = ILF_VALUE_BYTES, .as.str = S("b\0dy")}},
                                  {S("n"), {.type = ILF_VALUE_INT, .bits = 64, .as.i = -5}}};
    const ilf_kv tags[] = {{S("host"), S("web")}, {S(""), S("")}};
    const ilf_kv want[] = {{S("content"), S("b\0dy")},
                           {S("n"), S("-5")},
                           {S("__name__"), S("access")},
                           {S("__level__"), S("info")},
                           {S("__trace_id__"), S("t")},
                           {S("__span_id__"), S("s")},
                           {S("__file_offset__"), S("18446744073709551615")},
                           {S("__tag__:host"), S("web")},
                           {S("__tag__:"), S("")}};
    const ilf_log_event full = {.name = S("access"),
                                .level = S("info"),
                                .trace_id = S("t"),
                                .span_id = S("s"),
                                .timestamp = 1700000000000000005,
                                .observed_timestamp = 1,
                                .offset = UINT64_MAX,
                                .tags = tags,
                                .n_tags = 2,
                                .contents = contents,
                                .n_contents = 2};
    const ilf_log_event empty = {.timestamp = 999999999};
    const ilf_event events[] = {{.type = ILF_EVENT_LOG, .as.log = &full},
                                {.type = ILF_EVENT_LOG, .as.log = &empty}};
    const ilf_event_group group = {.events = events, .n_events = 2};
    const ilf_batch out = to_groups(&group, 0);
    const ilf_log *logs = out.groups[0].logs;

    (void)state;
    assert_int_equal(2, out.groups[0].n_logs);
    assert_int_equal(1700000000, logs[0].time);
    assert_int_equal(5, logs[0].time_ns);
    assert_int_equal(ILF_LOG_HAS_TIME_NS, logs[0].flags);
    assert_int_equal(0, logs[0].n_values);
    assert_kvs(want, COUNT(want), logs[0].contents, logs[0].n_contents);
    assert_int_equal(0, logs[1].time);
    assert_int_equal(999999999, logs[1].time_ns);
    assert_int_equal(0, logs[1].n_contents);
}

static void a_time_beyond_32_bits_of_seconds_becomes_the_last_of_them(void **state)
{
    const uint64_t times[] = {UINT64_C(4294967295999999999), UINT64_C(4294967296000000000),
                              UINT64_MAX};

    (void)state;
    for (size_t i = 0; i < COUNT(times); i++) {
        const ilf_log_event log = {.timestamp = times[i]};
        const ilf_event event = {.type = ILF_EVENT_LOG, .as.log = &log};
        const ilf_event_group group = {.events = &event, .n_events = 1};
        const ilf_batch out = to_groups(&group, 0);

        assert_int_equal(UINT32_MAX, out.groups[0].logs[0].time);
        assert_int_equal(999999999, out.groups[0].logs[0].time_ns);
    }
}

static void nanoseconds_of_a_second_and_more_are_carried(void **state)
{
    const ilf_log logs[] = {
        {.time = 5, .time_ns = 4000000001, .flags = ILF_LOG_HAS_TIME_NS},
        {.time = UINT32_MAX, .time_ns = UINT32_MAX, .flags = ILF_LOG_HAS_TIME_NS}};
    const ilf_group group = {.logs = logs, .n_logs = 2};
    const ilf_event_batch out = to_events(&group);

    (void)state;
    assert_int_equal(UINT64_C(9000000001), out.groups[0].events[0].as.log->timestamp);
    assert_int_equal(UINT64_C(4294967299294967295), out.groups[0].events[1].as.log->timestamp);
}

static void makes_attributes_of_metadata(void **state)
{
    const ilf_kv tags[] = {{S("k"), S("v")}, {S("topic"), S("a tag")}};
    const ilf_kv metadata[] = {{S("source"), S("s")},   {S("pod"), S("p")},
                               {S("topic"), S("t")},    {S("Topic"), S("T")},
                               {S("category"), S("c")}, {S("machine_uuid"), S("m")}};
    const ilf_kv want[] = {
        {S("k"), S("v")}, {S("topic"), S("a tag")}, {S("pod"), S("p")}, {S("Topic"), S("T")}};
    const ilf_event_group group = {
        .tags = tags, .n_tags = 2, .metadata = metadata, .n_metadata = COUNT(metadata)};
    const ilf_batch out = to_groups(&group, 0);

    (void)state;
    assert_str(S("c"), out.groups[0].category);
    assert_str(S("t"), out.groups[0].topic);
    assert_str(S("s"), out.groups[0].source);
    assert_str(S("m"), out.groups[0].machine_uuid);
    assert_kvs(want, COUNT(want), out.groups[0].tags, out.groups[0].n_tags);
    assert_int_equal(0, out.groups[0].n_logs);
}

static void makes_a_log_without_a_time_of_bytes(void **state)
{
    const ilf_kv want[] = {{S("content"), S("a\0b")}};
    const ilf_str bytes = S("a\0b");
    const ilf_event event = {.type = ILF_EVENT_BYTES, .as.bytes = &bytes};
    const ilf_event_group group = {.events = &event, .n_events = 1};
    const ilf_batch out = to_groups(&group, 0);

    (void)state;
    assert_int_equal(0, out.groups[0].logs[0].time);
    assert_int_equal(0, out.groups[0].logs[0].flags);
    assert_kvs(want, 1, out.groups[0].logs[0].contents, out.groups[0].logs[0].n_contents);
}

static void refuses_metrics_spans_and_what_it_does_not_know(void **state)
{
    const ilf_metric metric = {.name = S("m")};
    const ilf_span span = {.name = S("s")};
    const ilf_log_event log = {.timestamp = 1};
    const ilf_event events[] = {{.type = ILF_EVENT_METRIC, .as.metric = &metric},
                                {.type = ILF_EVENT_LOG, .as.log = &log},
                                {.type = ILF_EVENT_SPAN, .as.span = &span},
                                {.type = 99}};
    const ilf_event_group group = {.events = events, .n_events = 4};
    const ilf_batch out = to_groups(&group, 3);

    (void)state;
    assert_int_equal(1, out.groups[0].n_logs);
    assert_int_equal(1, out.groups[0].logs[0].time_ns);
}

static void converts_a_batch_without_groups(void **state)
{
    ilf_event_batch events;
    ilf_batch groups;
    uint64_t refused = 9;

    (void)state;
    assert_int_equal(ILF_OK, ilf__to_events(&arena, &no_groups, &events));
    assert_int_equal(0, events.n_groups);
    assert_int_equal(ILF_OK, ilf__to_groups(&arena, &no_events, &groups, &refused));
    assert_int_equal(0, groups.n_groups);
    assert_int_equal(0, refused);
}

static void brings_a_log_group_back_as_it_was(void **state)
{
    const ilf_kv contents[] = {{S("method"), S("GET")},      {S("a\0b"), S("\xff")},
                               {S("__name__"), S("access")}, {S("__level__"), S("warn")},
                               {S("__trace_id__"), S("t")},  {S("__span_id__"), S("s")},
                               {S("__tag__:host"), S("web")}};
    const ilf_kv tags[] = {{S("k"), S("v")}};
    const ilf_log log = {.time = 1700000000,
                         .time_ns = 5,
                         .flags = ILF_LOG_HAS_TIME_NS,
                         .contents = contents,
                         .n_contents = COUNT(contents)};
    const ilf_group group = {.category = S("c"),
                             .topic = S("t"),
                             .source = S("s"),
                             .machine_uuid = S("m"),
                             .tags = tags,
                             .n_tags = 1,
                             .logs = &log,
                             .n_logs = 1};
    const ilf_event_batch events = to_events(&group);
    const ilf_batch back = to_groups(events.groups, 0);
    const ilf_group *got = &back.groups[0];

    (void)state;
    assert_str(group.category, got->category);
    assert_str(group.topic, got->topic);
    assert_str(group.source, got->source);
    assert_str(group.machine_uuid, got->machine_uuid);
    assert_kvs(tags, 1, got->tags, got->n_tags);
    assert_int_equal(1, got->n_logs);
    assert_int_equal(log.time, got->logs[0].time);
    assert_int_equal(log.time_ns, got->logs[0].time_ns);
    assert_int_equal(log.flags, got->logs[0].flags);
    assert_kvs(contents, COUNT(contents), got->logs[0].contents, got->logs[0].n_contents);
}

/* --- Values ------------------------------------------------------------------------------------
 */

static void value_is(ilf_str want, ilf_value value)
{
    const ilf_field content = {S("k"), value};
    const ilf_log_event log = {.contents = &content, .n_contents = 1};
    const ilf_event event = {.type = ILF_EVENT_LOG, .as.log = &log};
    const ilf_event_group group = {.events = &event, .n_events = 1};
    const ilf_batch out = to_groups(&group, 0);
    ilf_str got = out.groups[0].logs[0].contents[0].value;

    if (got.len != want.len || (want.len > 0 && memcmp(got.ptr, want.ptr, want.len) != 0))
        fail_msg("got '%.*s', want '%.*s'", (int)got.len, got.ptr, (int)want.len, want.ptr);
}

#define INT(n) ((ilf_value){.type = ILF_VALUE_INT, .bits = 64, .as.i = (n)})
#define UINT(n) ((ilf_value){.type = ILF_VALUE_UINT, .bits = 64, .as.u = (n)})
#define FLOAT(n) ((ilf_value){.type = ILF_VALUE_FLOAT, .bits = 64, .as.f = (n)})
#define FLOAT32(n) ((ilf_value){.type = ILF_VALUE_FLOAT, .bits = 32, .as.f = (double)(n)})
#define STRING(text) ((ilf_value){.type = ILF_VALUE_STRING, .as.str = S(text)})

static void prints_values_that_are_not_numbers(void **state)
{
    (void)state;
    value_is(S("a\0b"), STRING("a\0b"));
    value_is(S(""), (ilf_value){.type = ILF_VALUE_STRING, .as.str = {NULL, 0}});
    value_is(S("\xff"), (ilf_value){.type = ILF_VALUE_BYTES, .as.str = S("\xff")});
    value_is(S("{1 2}"), (ilf_value){.type = ILF_VALUE_TEXT, .as.str = S("{1 2}")});
    value_is(S("true"), (ilf_value){.type = ILF_VALUE_BOOL, .as.boolean = true});
    value_is(S("false"), (ilf_value){.type = ILF_VALUE_BOOL, .as.boolean = false});
    value_is(S("<nil>"), (ilf_value){.type = ILF_VALUE_NULL});
    value_is(S("<nil>"), (ilf_value){.type = 99});
}

static void prints_whole_numbers(void **state)
{
    (void)state;
    value_is(S("0"), INT(0));
    value_is(S("-9223372036854775808"), INT(INT64_MIN));
    value_is(S("9223372036854775807"), INT(INT64_MAX));
    value_is(S("18446744073709551615"), UINT(UINT64_MAX));
    value_is(S("0"), UINT(0));
}

static void prints_floats(void **state)
{
    (void)state;
    value_is(S("0"), FLOAT(0));
    value_is(S("-0"), FLOAT(-0.0));
    value_is(S("1.5"), FLOAT(1.5));
    value_is(S("0.1"), FLOAT(0.1));
    value_is(S("0.30000000000000004"), FLOAT(0.1 + 0.2));
    value_is(S("123456"), FLOAT(123456));
    value_is(S("0.0001"), FLOAT(1e-4));
    value_is(S("1e-05"), FLOAT(1e-5));
    value_is(S("1e+21"), FLOAT(1e21));
    value_is(S("5e-324"), FLOAT(5e-324));
    value_is(S("1.7976931348623157e+308"), FLOAT(1.7976931348623157e308));
    value_is(S("0.1"), FLOAT32(0.1f));
    value_is(S("3.4028235e+38"), FLOAT32(3.4028235e38f));
}

static void prints_floats_as_Go_does_and_C_does_not(void **state)
{
    (void)state;
    value_is(S("100"), FLOAT(100));
    value_is(S("100000"), FLOAT(1e5));
    value_is(S("1e+06"), FLOAT(1e6));
    value_is(S("1.234567e+06"), FLOAT(1234567));
    value_is(S("123456.5"), FLOAT(123456.5));
    value_is(S("20"), FLOAT32(20));
    value_is(S("1.6777216e+07"), FLOAT32(16777216));
    value_is(S("+Inf"), FLOAT(INFINITY));
    value_is(S("-Inf"), FLOAT(-INFINITY));
    value_is(S("NaN"), FLOAT(NAN));
}

static void prints_arrays_and_maps(void **state)
{
    const ilf_value items[] = {INT(1), STRING("a b"), {.type = ILF_VALUE_NULL}};
    const ilf_value none = {.type = ILF_VALUE_ARRAY};
    const ilf_value array = {.type = ILF_VALUE_ARRAY, .as.array = {items, 3}};
    const ilf_field fields[] = {{S("a"), array}, {S(""), none}, {S("z"), STRING("")}};
    const ilf_value map = {.type = ILF_VALUE_MAP, .as.map = {fields, 3}};
    const ilf_value nested[] = {map, map};

    (void)state;
    value_is(S("[]"), none);
    value_is(S("map[]"), (ilf_value){.type = ILF_VALUE_MAP});
    value_is(S("[1 a b <nil>]"), array);
    value_is(S("map[a:[1 a b <nil>] :[] z:]"), map);
    value_is(S("[map[a:[1 a b <nil>] :[] z:] map[a:[1 a b <nil>] :[] z:]]"),
             (ilf_value){.type = ILF_VALUE_ARRAY, .as.array = {nested, 2}});
}

/* --- Through an instance -----------------------------------------------------------------------
 */

/* Counts what it gets. */
struct sink {
    size_t calls, records;
};

static ilf_status sink_flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    struct sink *sink = self;

    (void)err;
    sink->calls++;
    for (size_t i = 0; i < batch->n_groups; i++)
        sink->records += batch->groups[i].n_logs;
    return ILF_OK;
}

static ilf_status sink_export(void *self, const ilf_event_batch *batch, ilf_error *err)
{
    struct sink *sink = self;

    (void)err;
    sink->calls++;
    for (size_t i = 0; i < batch->n_groups; i++)
        sink->records += batch->groups[i].n_events;
    return ILF_OK;
}

static const ilf_flusher_ops only_flush = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_logs",
    .description = "counts logs",
    .instance_size = sizeof(struct sink),
    .flush = sink_flush,
};

static const ilf_flusher_ops only_export = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_events",
    .description = "counts events",
    .instance_size = sizeof(struct sink),
    .export_events = sink_export,
};

static void metrics_say(const char *family, const char *labels, int value)
{
    char text[16384], want[256], *next;

    assert_in_range(ilf_metrics(text, sizeof(text)), 1, sizeof(text) - 1);
    (void)snprintf(want, sizeof(want), "%s} %d", labels, value);
    for (char *line = text; *line; line = next) {
        char *end = strchr(line, '\n');

        next = end + 1;
        *end = '\0';
        if (strncmp(line, family, strlen(family)) == 0 && line[strlen(family)] == '{' &&
            strlen(line) > strlen(want) && strcmp(end - strlen(want), want) == 0)
            return;
    }
    fail_msg("no %s{...%s", family, want);
}

static void exports_to_a_flusher_of_logs(void **state)
{
    static struct test_log log;
    const ilf_host host = test_host(&log);
    ilf_flusher *f = test_start_ops(&only_flush, &host, "null");
    const ilf_metric metric = {.name = S("m")};
    const ilf_log_event event = {.timestamp = 1};
    const ilf_event events[] = {{.type = ILF_EVENT_METRIC, .as.metric = &metric},
                                {.type = ILF_EVENT_LOG, .as.log = &event},
                                {.type = ILF_EVENT_METRIC, .as.metric = &metric}};
    const ilf_event_group group = {.events = events, .n_events = 3};
    const ilf_event_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};

    (void)state;
    assert_works(ilf_flusher_export(f, &batch, &err));
    assert_int_equal(1, ((struct sink *)f->self)->calls);
    assert_int_equal(1, ((struct sink *)f->self)->records);
    assert_string_equal("2 flusher_logs: export: dropped 2 of 3 events: this flusher takes logs "
                        "only, not metrics or spans\n",
                        log.text);
    metrics_say("ilf_records_dropped_total", ",reason=\"no_equivalent\"", 2);
    metrics_say("ilf_records_dropped_total", ",reason=\"refused\"", 0);
    metrics_say("ilf_records_accepted_total", "", 3);
    metrics_say("ilf_records_delivered_total", "", 1);
    ilf_flusher_free(f);
}

static void flushes_to_a_flusher_of_events(void **state)
{
    static struct test_log log;
    const ilf_host host = test_host(&log);
    ilf_flusher *f = test_start_ops(&only_export, &host, "null");
    struct test_batch data;

    (void)state;
    assert_works(ilf_flusher_flush(f, test_fill(&data, S("v")), &err));
    assert_int_equal(1, ((struct sink *)f->self)->calls);
    assert_int_equal(1, ((struct sink *)f->self)->records);
    assert_string_equal("", log.text);
    metrics_say("ilf_records_dropped_total", ",reason=\"no_equivalent\"", 0);
    metrics_say("ilf_records_delivered_total", "", 1);
    ilf_flusher_free(f);
}

#define test(name) cmocka_unit_test_teardown(name, dispose)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(makes_events_of_logs),
        test(takes_the_first_of_several_fields_and_keeps_the_rest),
        test(makes_a_content_of_values),
        test(makes_metadata_of_attributes),
        test(a_time_beyond_32_bits_of_seconds_becomes_the_last_of_them),
        test(nanoseconds_of_a_second_and_more_are_carried),
        test(makes_logs_of_events),
        test(makes_attributes_of_metadata),
        test(makes_a_log_without_a_time_of_bytes),
        test(refuses_metrics_spans_and_what_it_does_not_know),
        test(converts_a_batch_without_groups),
        test(brings_a_log_group_back_as_it_was),
        test(prints_values_that_are_not_numbers),
        test(prints_whole_numbers),
        test(prints_floats),
        test(prints_floats_as_Go_does_and_C_does_not),
        test(prints_arrays_and_maps),
        test(exports_to_a_flusher_of_logs),
        test(flushes_to_a_flusher_of_events),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
