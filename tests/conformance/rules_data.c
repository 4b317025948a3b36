/* Rules about data: each gives a batch that is out of the ordinary in one way. */
#include "deliver.h"
#include "odd.h"

static void compare(const struct rule *rule, struct instance *i, const char *verb,
                    ilf_status before, ilf_status after)
{
    if (before == ILF_OK && after != ILF_OK && (rule->number & MUST_PASS))
        fail("called  %s\nseen    it fails, unlike with an ordinary batch: \"%.300s\"", verb,
             i->err->text);
}

static ilf_status give_logs(struct instance *i, struct sample *sample)
{
    return is_delivered() ? deliver(i, sample, true, false) : call_flush(i, sample->batch);
}

static ilf_status give_events(struct instance *i, struct sample *sample)
{
    return is_delivered() ? deliver(i, sample, false, true) : call_export(i, sample->events);
}

void takes(const struct rule *rule)
{
    const ilf_flusher_ops *ops = loaded();
    struct sample *ordinary = sample_new("the batch"), *odd = sample_new("the batch");
    bool logs = (ops->flush || ops->encode) && (rule->number & LOGS);
    bool events = (ops->export_events || ops->encode_events) && (rule->number & EVENTS);
    struct instance *i;
    ilf_status before;

    if (!logs && !events)
        skip("it takes no %s", rule->number & LOGS ? "logs" : "events");
    i = start();
    rule->shape(odd);
    if (logs) {
        before = give_logs(i, ordinary);
        compare(rule, i, ops->flush ? "flush" : "encode", before, give_logs(i, odd));
    }
    if (events) {
        before = give_events(i, ordinary);
        compare(rule, i, ops->export_events ? "export_events" : "encode_events", before,
                give_events(i, odd));
    }
    (void)call_stop(i);
}

/* --- What is missing ----------------------------------------------------------------------------- */

static void no_groups(struct sample *s)
{
    s->batch->groups = NULL;
    s->events->groups = NULL;
    s->batch->n_groups = s->events->n_groups = 0;
}

static void no_records(struct sample *s)
{
    s->group->logs = NULL;
    s->event_group->events = NULL;
    s->group->n_logs = s->event_group->n_events = 0;
}

static void no_contents(struct sample *s)
{
    s->log->contents = NULL;
    s->log_event->contents = NULL;
    s->log->n_contents = s->log_event->n_contents = 0;
}

static void no_tags(struct sample *s)
{
    s->group->tags = s->event_group->tags = s->event_group->metadata = s->log_event->tags = NULL;
    s->group->n_tags = s->event_group->n_tags = s->event_group->n_metadata = 0;
    s->log_event->n_tags = 0;
}

static void set_strings(struct sample *s, ilf_str str)
{
    *s->pair = (ilf_kv){str, str};
    s->group->category = s->group->topic = s->group->source = s->group->machine_uuid = str;
    s->field->key = s->field->value.as.str = str;
    s->log_event->name = s->log_event->level = str;
    s->log_event->trace_id = s->log_event->span_id = str;
}

static void empty_strings(struct sample *s)
{
    set_strings(s, S(""));
}

static void null_strings(struct sample *s)
{
    set_strings(s, (ilf_str){NULL, 0});
}

/* A length of zero allows any pointer. */
static void wild_strings(struct sample *s)
{
    set_strings(s, (ilf_str){(const char *)(uintptr_t)16, 0});
}

static void no_route(struct sample *s)
{
    s->batch->route = s->events->route = (ilf_route){0};
}

static void no_byte_count(struct sample *s)
{
    s->batch->n_bytes = s->events->n_bytes = 0;
}

/* --- Bytes and numbers --------------------------------------------------------------------------- */

static void nuls(struct sample *s)
{
    set_strings(s, S("a\0b\0"));
}

static void no_utf8(struct sample *s)
{
    set_strings(s, S("\xff\xfe\xc3( \xed\xa0\x80 \xf4\x90\x80\x80 \xe2\x82"));
}

static void controls(struct sample *s)
{
    set_strings(s, S("\x01\x1b[31m\r\n\t\"\\\x7f %s%n</script>"));
}

static void megabyte(struct sample *s)
{
    char *bytes = sample_alloc(s, 1 << 20);

    memset(bytes, 'x', 1 << 20);
    s->pair->value = s->field->value.as.str = (ilf_str){bytes, 1 << 20};
    s->batch->n_bytes = s->events->n_bytes = 1 << 20;
}

static void many_pairs(struct sample *s)
{
    enum { N = 10000 };
    ilf_kv *pairs = sample_alloc(s, N * sizeof(*pairs));
    ilf_field *fields = sample_alloc(s, N * sizeof(*fields));

    for (size_t i = 0; i < N; i++) {
        char *key = sample_alloc(s, 16);
        size_t len = (size_t)snprintf(key, 16, "key%zu", i);

        pairs[i] = (ilf_kv){{key, len}, s->pair->value};
        fields[i] = (ilf_field){{key, len}, s->field->value};
    }
    s->log->contents = pairs;
    s->log_event->contents = fields;
    s->log->n_contents = s->log_event->n_contents = N;
}

static void many_records(struct sample *s)
{
    enum { N = 10000 };
    ilf_log *logs = sample_alloc(s, N * sizeof(*logs));
    ilf_event *events = sample_alloc(s, N * sizeof(*events));

    for (size_t i = 0; i < N; i++) {
        logs[i] = *s->log;
        events[i] = *s->event;
    }
    s->group->logs = logs;
    s->event_group->events = events;
    s->group->n_logs = s->event_group->n_events = N;
}

static void many_groups(struct sample *s)
{
    enum { N = 1000 };
    ilf_group *groups = sample_alloc(s, N * sizeof(*groups));
    ilf_event_group *event_groups = sample_alloc(s, N * sizeof(*event_groups));

    for (size_t i = 0; i < N; i++) {
        groups[i] = *s->group;
        event_groups[i] = *s->event_group;
    }
    s->batch->groups = groups;
    s->events->groups = event_groups;
    s->batch->n_groups = s->events->n_groups = N;
}

static void same_keys(struct sample *s)
{
    ilf_kv *pairs = sample_alloc(s, 3 * sizeof(*pairs));

    pairs[0] = pairs[1] = pairs[2] = *s->pair;
    s->log->contents = pairs;
    s->log->n_contents = 3;
}

static void log_values(struct sample *s)
{
    ilf_str *values = sample_alloc(s, 2 * sizeof(*values));

    values[0] = s->pair->value;
    values[1] = (ilf_str){NULL, 0};
    s->log->values = values;
    s->log->n_values = 2;
}

static void first_times(struct sample *s)
{
    s->log->time = 0;
    s->log->flags = ILF_LOG_HAS_TIME_NS;
    s->log_event->timestamp = s->log_event->observed_timestamp = 0;
}

static void last_times(struct sample *s)
{
    s->log->time = UINT32_MAX;
    s->log->time_ns = 999999999;
    s->log->flags = ILF_LOG_HAS_TIME_NS;
    s->log_event->timestamp = s->log_event->observed_timestamp = UINT64_MAX;
}

static void attempts(struct sample *s)
{
    s->batch->attempt = s->events->attempt = 1000;
}

/* --- What later minors may bring ------------------------------------------------------------------ */

static void longer_structs(struct sample *s)
{
    s->batch->struct_size += 64;
    s->events->struct_size += 64;
}

static void reserved_set(struct sample *s)
{
    s->batch->reserved = s->events->reserved = s->log->reserved = s->event->reserved = UINT32_MAX;
    s->log->flags |= 0x80000000u;
}

static void unknown_event(struct sample *s)
{
    ilf_event *events = sample_alloc(s, 2 * sizeof(*events));

    events[0] = (ilf_event){.type = 4711, .as.log = (const ilf_log_event *)(uintptr_t)16};
    events[1] = *s->event;
    s->event_group->events = events;
    s->event_group->n_events = 2;
}

static void unknown_value(struct sample *s)
{
    s->field->value = (ilf_value){.type = 4711, .as.str = {(const char *)(uintptr_t)16, 100}};
}

static void null_value(struct sample *s)
{
    s->field->value =
        (ilf_value){.type = ILF_VALUE_NULL, .as.str = {(const char *)(uintptr_t)16, 100}};
}

extern const struct rule rules_data[];
const struct rule rules_data[] = {
    {"data.no-groups", "A batch may be empty.", LOOK, TAKES(no_groups, BOTH | MUST_PASS)},
    {"data.no-records", "A group may have no record.", LOOK, TAKES(no_records, BOTH | MUST_PASS)},
    {"data.no-contents", "A record may have no contents.", LOOK,
     TAKES(no_contents, BOTH | MUST_PASS)},
    {"data.no-tags", "There may be no tags and no metadata.", LOOK,
     TAKES(no_tags, BOTH | MUST_PASS)},
    {"data.no-route", "Project, logstore and config may be empty.", LOOK,
     TAKES(no_route, BOTH | MUST_PASS)},
    {"data.no-byte-count", "n_bytes is 0 when the host has not counted.", "use it as a hint only",
     TAKES(no_byte_count, BOTH | MUST_PASS)},
    {"data.empty-strings", "Every string may be empty, keys too.", LOOK,
     TAKES(empty_strings, BOTH | MUST_PASS)},
    {"data.null-strings", "An empty string may be NULL.", LOOK " (memcpy and fwrite of NULL count)",
     TAKES(null_strings, BOTH | MUST_PASS)},
    {"data.wild-strings", "An empty string may have any pointer.",
     "test the length, not the pointer", TAKES(wild_strings, BOTH | MUST_PASS)},
    {"data.nuls", "Strings may hold NULs.", LENGTH, TAKES(nuls, BOTH)},
    {"data.no-utf8", "Strings may be no UTF-8.", "replace what the sink can't take",
     TAKES(no_utf8, BOTH)},
    {"data.controls", "Strings may hold control characters and formats.",
     "never use data as a format; escape it as the sink needs", TAKES(controls, BOTH)},
    {"data.megabyte", "A value may have a megabyte.", "no buffer on the stack, no int for a length",
     TAKES(megabyte, BOTH)},
    {"data.many-pairs", "A record may have 10,000 pairs.", "no array of a fixed size",
     TAKES(many_pairs, BOTH)},
    {"data.many-records", "A group may have 10,000 records.", "no array of a fixed size",
     TAKES(many_records, BOTH)},
    {"data.many-groups", "A batch may have 1,000 groups.", "walk all groups, not the first",
     TAKES(many_groups, BOTH)},
    {"data.same-keys", "Keys of a log may repeat.", "keep them all, or say which one counts",
     TAKES(same_keys, LOGS | MUST_PASS)},
    {"data.log-values", "A log may have `values`.", LOOK, TAKES(log_values, LOGS | MUST_PASS)},
    {"data.first-times", "Times may be 0.", "0 is a time like any other",
     TAKES(first_times, BOTH | MUST_PASS)},
    {"data.last-times", "Times may be as large as their type.",
     "gmtime may fail: look at its result", TAKES(last_times, BOTH)},
    {"data.attempt", "A batch may come for the thousandth time.",
     "no array of attempts, no give-up: "
     "retrying is the runtime's",
     TAKES(attempts, BOTH | MUST_PASS)},
    {"data.longer-structs", "A newer host's batch is longer.",
     "test struct_size with >=, never ==", TAKES(longer_structs, BOTH | MUST_PASS)},
    {"data.reserved", "What is reserved, and flags without a name, may hold anything.",
     "do not look at it", TAKES(reserved_set, BOTH | MUST_PASS)},
    {"data.unknown-event", "Events of unknown types are skipped.", TYPE,
     TAKES(unknown_event, EVENTS | MUST_PASS)},
    {"data.unknown-value", "Values of unknown types are skipped.", TYPE,
     TAKES(unknown_value, EVENTS | MUST_PASS)},
    {"data.null-value", "Members that the type does not name are undefined.", TYPE,
     TAKES(null_value, EVENTS | MUST_PASS)},
    {0},
};
