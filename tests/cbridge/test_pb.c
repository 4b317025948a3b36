/* Tests of cbridge/pb.c. */
#include <ilf_test.h>

#include "pb.h"
#include "sls_logs.pb-c.h"

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

/* --- A group with everything set, encoded by the generated code --------------------------------
 */

#define BIN(literal) ((ProtobufCBinaryData){sizeof(literal) - 1, (uint8_t *)(literal)})

struct message {
    SlsLogs__Log__Content contents[3];
    SlsLogs__Log__Content *content_refs[3];
    ProtobufCBinaryData values[2];
    SlsLogs__Log logs[2];
    SlsLogs__Log *log_refs[2];
    SlsLogs__LogTag tags[2];
    SlsLogs__LogTag *tag_refs[2];
    SlsLogs__LogGroup groups[2];
    SlsLogs__LogGroup *group_refs[2];
    SlsLogs__LogGroupList list;
};

static void fill(struct message *m)
{
    static const SlsLogs__Log__Content content = SLS_LOGS__LOG__CONTENT__INIT;
    static const SlsLogs__Log log = SLS_LOGS__LOG__INIT;
    static const SlsLogs__LogTag tag = SLS_LOGS__LOG_TAG__INIT;
    static const SlsLogs__LogGroup group = SLS_LOGS__LOG_GROUP__INIT;

    for (size_t i = 0; i < 3; i++) {
        m->contents[i] = content;
        m->content_refs[i] = &m->contents[i];
    }
    for (size_t i = 0; i < 2; i++) {
        m->logs[i] = log;
        m->log_refs[i] = &m->logs[i];
        m->tags[i] = tag;
        m->tag_refs[i] = &m->tags[i];
        m->groups[i] = group;
        m->group_refs[i] = &m->groups[i];
    }
    m->contents[0].key = BIN("method");
    m->contents[0].value = BIN("GET");
    m->contents[1].key = BIN("a\0b\xff");
    m->contents[1].value = BIN("\0\x80\xed\xa0\x80\0");
    m->contents[2].key = BIN("");
    m->contents[2].value = BIN("");
    m->values[0] = BIN("v1");
    m->values[1] = BIN("");
    m->logs[0].time = 1700000000;
    m->logs[0].has_time_ns = 1;
    m->logs[0].time_ns = 123456789;
    m->logs[0].contents = m->content_refs;
    m->logs[0].n_contents = 3;
    m->logs[0].values = m->values;
    m->logs[0].n_values = 2;
    m->logs[1].time = UINT32_MAX;
    m->tags[0].key = BIN("host");
    m->tags[0].value = BIN("web-1");
    m->tags[1].key = BIN("");
    m->tags[1].value = BIN("\xff");
    m->groups[0].logs = m->log_refs;
    m->groups[0].n_logs = 2;
    m->groups[0].has_category = m->groups[0].has_topic = 1;
    m->groups[0].has_source = m->groups[0].has_machineuuid = 1;
    m->groups[0].category = BIN("cat");
    m->groups[0].topic = BIN("top");
    m->groups[0].source = BIN("10.0.0.1");
    m->groups[0].machineuuid = BIN("uuid");
    m->groups[0].logtags = m->tag_refs;
    m->groups[0].n_logtags = 2;
    m->list = (SlsLogs__LogGroupList)SLS_LOGS__LOG_GROUP_LIST__INIT;
    m->list.loggrouplist = m->group_refs;
    m->list.n_loggrouplist = 2;
}

static uint8_t *encode(const struct message *m, size_t *len)
{
    uint8_t *bytes = malloc(sls_logs__log_group_list__get_packed_size(&m->list) + 1);

    assert_non_null(bytes);
    *len = sls_logs__log_group_list__pack(&m->list, bytes);
    return bytes;
}

/* A copy of just @len bytes, so that a sanitizer sees a read beyond. */
static ilf_status decode(const void *bytes, size_t len, ilf_batch *out, ilf_error *err)
{
    void *copy = malloc(len > 0 ? len : 1);
    ilf_status status;

    assert_non_null(copy);
    memcpy(copy, bytes, len);
    status = ilf__decode_pb(&arena, copy, len, out, err);
    free(copy);
    return status;
}

static void decodes_all_that_a_group_has(void **state)
{
    ilf_batch batch = {.struct_size = sizeof(batch), .attempt = 7};
    struct message m;
    const ilf_group *group;
    const ilf_log *log;
    uint8_t *bytes;
    size_t len;

    (void)state;
    fill(&m);
    bytes = encode(&m, &len);
    assert_works(decode(bytes, len, &batch, &err));
    free(bytes);
    assert_int_equal(2, batch.n_groups);
    assert_int_equal(6 + 3 + 4 + 6, batch.n_bytes);
    assert_int_equal(7, batch.attempt);
    group = &batch.groups[0];
    assert_str(S("cat"), group->category);
    assert_str(S("top"), group->topic);
    assert_str(S("10.0.0.1"), group->source);
    assert_str(S("uuid"), group->machine_uuid);
    assert_int_equal(2, group->n_tags);
    assert_str(S("host"), group->tags[0].key);
    assert_str(S("web-1"), group->tags[0].value);
    assert_str(S(""), group->tags[1].key);
    assert_str(S("\xff"), group->tags[1].value);
    assert_int_equal(2, group->n_logs);
    log = &group->logs[0];
    assert_int_equal(1700000000, log->time);
    assert_int_equal(123456789, log->time_ns);
    assert_int_equal(ILF_LOG_HAS_TIME_NS, log->flags);
    assert_int_equal(3, log->n_contents);
    assert_str(S("method"), log->contents[0].key);
    assert_str(S("GET"), log->contents[0].value);
    assert_str(S("a\0b\xff"), log->contents[1].key);
    assert_str(S("\0\x80\xed\xa0\x80\0"), log->contents[1].value);
    assert_str(S(""), log->contents[2].key);
    assert_str(S(""), log->contents[2].value);
    assert_int_equal(2, log->n_values);
    assert_str(S("v1"), log->values[0]);
    assert_str(S(""), log->values[1]);
    log = &group->logs[1];
    assert_int_equal(UINT32_MAX, log->time);
    assert_int_equal(0, log->time_ns);
    assert_int_equal(0, log->flags);
    assert_int_equal(0, log->n_contents);
    assert_int_equal(0, log->n_values);
}

static void leaves_empty_what_a_group_has_not(void **state)
{
    ilf_batch batch = {.struct_size = sizeof(batch)};

    (void)state;
    assert_works(decode("\x0a\x00", 2, &batch, &err));
    assert_int_equal(1, batch.n_groups);
    assert_int_equal(0, batch.groups[0].n_logs);
    assert_int_equal(0, batch.groups[0].n_tags);
    assert_str(S(""), batch.groups[0].category);
    assert_str(S(""), batch.groups[0].topic);
    assert_str(S(""), batch.groups[0].source);
    assert_str(S(""), batch.groups[0].machine_uuid);
}

static void takes_nothing_for_no_groups(void **state)
{
    ilf_batch batch = {.struct_size = sizeof(batch), .n_groups = 9, .n_bytes = 9};

    (void)state;
    assert_works(ilf__decode_pb(&arena, NULL, 0, &batch, &err));
    assert_int_equal(0, batch.n_groups);
    assert_int_equal(0, batch.n_bytes);
    assert_works(ilf__decode_pb(&arena, "", 0, &batch, &err));
}

static void keeps_a_time_ns_of_zero(void **state)
{
    ilf_batch batch = {.struct_size = sizeof(batch)};

    (void)state;
    assert_works(decode("\x0a\x09\x0a\x07\x08\x05\x25\0\0\0\0", 11, &batch, &err));
    assert_int_equal(5, batch.groups[0].logs[0].time);
    assert_int_equal(0, batch.groups[0].logs[0].time_ns);
    assert_int_equal(ILF_LOG_HAS_TIME_NS, batch.groups[0].logs[0].flags);
}

static void takes_the_last_of_a_field_that_repeats(void **state)
{
    ilf_batch batch = {.struct_size = sizeof(batch)};

    (void)state;
    assert_works(decode("\x0a\x06\x1a\x01"
                        "a\x1a\x01"
                        "b",
                        8, &batch, &err));
    assert_str(S("b"), batch.groups[0].topic);
}

static void refuses(const char *bytes, size_t len)
{
    ilf_batch batch = {.struct_size = sizeof(batch)};
    char why[128];

    (void)snprintf(why, sizeof(why), "protobuf: %zu bytes that are no sls_logs.LogGroupList", len);
    assert_fails(ILF_ERR_DROP, why, decode(bytes, len, &batch, &err));
    assert_int_equal(ILF_ERR_DROP, decode(bytes, len, &batch, NULL));
    assert_int_equal(0, batch.n_groups);
}

static void refuses_a_message_without_a_required_field(void **state)
{
    (void)state;
    refuses("\x0a\x02\x0a\x00", 4);                 /* a log without a time */
    refuses("\x0a\x06\x0a\x04\x08\x01\x12\x00", 8); /* a content without key and value */
    refuses("\x0a\x08\x0a\x06\x08\x01\x12\x02\x0a\x00", 10);
    refuses("\x0a\x08\x0a\x06\x08\x01\x12\x02\x12\x00", 10);
    refuses("\x0a\x04\x32\x02\x0a\x00", 6); /* a tag without a value */
}

static void refuses_what_is_no_protobuf(void **state)
{
    (void)state;
    refuses("{\"logs\":[]}", 11);
    refuses("\x00", 1);
    refuses("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11);
    refuses("\x0a\xff\xff\xff\xff\x0f", 6); /* a length of 4 GiB */
    refuses("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11);
    refuses("\x08\x01", 2); /* a number where a group should be */
}

static void never_reads_beyond_a_message_that_is_cut_off(void **state)
{
    ilf_batch batch = {.struct_size = sizeof(batch)};
    struct message m;
    uint8_t *bytes;
    size_t len, first, taken = 0;

    (void)state;
    fill(&m);
    bytes = encode(&m, &len);
    first = len - 2; /* behind the first group and before the second, which is empty */
    for (size_t n = 0; n < len; n++) {
        if (n == 0 || n == first) {
            assert_works(decode(bytes, n, &batch, &err));
            assert_int_equal(n > 0, batch.n_groups);
            taken++;
        } else {
            refuses((const char *)bytes, n);
        }
        ilf__arena_reset(&arena);
    }
    assert_int_equal(2, taken);
    free(bytes);
}

static void skips_fields_that_it_does_not_know(void **state)
{
    /* number 15 as text, 14 as a varint, 13 with 8 bytes, 12 with 4 */
#define UNKNOWN "\x7a\x02hi\x70\x96\x01\x69xxxxxxxx\x65yyyy"
    static const char bytes[] = /* a group, its log, its content, all with such fields */
        "\x0a\x4e\x0a\x34\x08\x05\x12\x1b\x0a\x01k" UNKNOWN "\x12\x01v" UNKNOWN
        "\x1a\x01t" UNKNOWN UNKNOWN;
    ilf_batch batch = {.struct_size = sizeof(batch)};

    (void)state;
    assert_works(decode(bytes, sizeof(bytes) - 1, &batch, &err));
    assert_int_equal(1, batch.n_groups);
    assert_str(S("t"), batch.groups[0].topic);
    assert_int_equal(1, batch.groups[0].n_logs);
    assert_int_equal(5, batch.groups[0].logs[0].time);
    assert_int_equal(1, batch.groups[0].logs[0].n_contents);
    assert_str(S("k"), batch.groups[0].logs[0].contents[0].key);
    assert_str(S("v"), batch.groups[0].logs[0].contents[0].value);
}

/* --- Mutations ---------------------------------------------------------------------------------
 */

/* Touch every byte that @batch refers to. */
static uint64_t walk(const ilf_batch *batch)
{
    uint64_t sum = 0;

    for (size_t g = 0; g < batch->n_groups; g++) {
        const ilf_group *group = &batch->groups[g];
        const ilf_str parts[] = {group->category, group->topic, group->source, group->machine_uuid};

        for (size_t i = 0; i < 4; i++)
            for (size_t j = 0; j < parts[i].len; j++)
                sum += (unsigned char)parts[i].ptr[j];
        for (size_t i = 0; i < group->n_tags; i++)
            sum += group->tags[i].key.len + group->tags[i].value.len;
        for (size_t l = 0; l < group->n_logs; l++) {
            const ilf_log *log = &group->logs[l];

            for (size_t i = 0; i < log->n_contents; i++) {
                for (size_t j = 0; j < log->contents[i].key.len; j++)
                    sum += (unsigned char)log->contents[i].key.ptr[j];
                for (size_t j = 0; j < log->contents[i].value.len; j++)
                    sum += (unsigned char)log->contents[i].value.ptr[j];
            }
            for (size_t i = 0; i < log->n_values; i++)
                for (size_t j = 0; j < log->values[i].len; j++)
                    sum += (unsigned char)log->values[i].ptr[j];
        }
    }
    return sum;
}

static void survives_10000_mutations(void **state)
{
    struct message m;
    uint64_t random = 20240229;
    int ok = 0, refused = 0;
    uint8_t *bytes;
    size_t len;

    (void)state;
    fill(&m);
    bytes = encode(&m, &len);
    for (int i = 0; i < 10000; i++) {
        ilf_batch batch = {.struct_size = sizeof(batch)};
        uint8_t *mutant = malloc(len);
        size_t left = len, changes = 1 + test_random(&random) % 4;
        ilf_status status;
        ilf_error err;

        memcpy(mutant, bytes, len);
        for (size_t c = 0; c < changes; c++)
            mutant[test_random(&random) % len] = (uint8_t)test_random(&random);
        if (test_random(&random) % 4 == 0)
            left -= test_random(&random) % len;
        status = decode(mutant, left, &batch, &err);
        free(mutant);
        if (status == ILF_OK) {
            assert_true(walk(&batch) < UINT64_MAX);
            ok++;
        } else {
            assert_int_equal(ILF_ERR_DROP, status);
            refused++;
        }
        ilf__arena_reset(&arena);
    }
    free(bytes);
    assert_true(ok > 100 && refused > 100);
}

#define test(name) cmocka_unit_test_teardown(name, dispose)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(decodes_all_that_a_group_has),
        test(leaves_empty_what_a_group_has_not),
        test(takes_nothing_for_no_groups),
        test(keeps_a_time_ns_of_zero),
        test(takes_the_last_of_a_field_that_repeats),
        test(refuses_a_message_without_a_required_field),
        test(refuses_what_is_no_protobuf),
        test(never_reads_beyond_a_message_that_is_cut_off),
        test(skips_fields_that_it_does_not_know),
        test(survives_10000_mutations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
