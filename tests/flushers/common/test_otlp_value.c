/* Tests of flushers/common/otlp_value.c: values and attributes. */
#include "otlp_test.h"

static void put(ilf_value value)
{
    ilf__otlp_put_value(&text, 2, &value);
}

#define assert_value(want, ...)                                                                    \
    do {                                                                                           \
        put((ilf_value){__VA_ARGS__});                                                             \
        assert_message("{2" want "}", "KeyValue");                                                 \
    } while (0)

static void has_a_form_for_every_type(void **state)
{
    const ilf_value items[] = {{.type = ILF_VALUE_INT, .as.i = -1}, {.type = ILF_VALUE_NULL}};
    const ilf_field fields[] = {{S_CONST("k"), {.type = ILF_VALUE_BOOL, .as.boolean = true}},
                                {S_CONST(""), {.type = ILF_VALUE_STRING}}};

    (void)state;
    assert_value("{1\"a\\00b\"}", .type = ILF_VALUE_STRING, .as.str = {"a\0b", 3});
    assert_value("{1\"{1 2}\"}", .type = ILF_VALUE_TEXT, .as.str = S("{1 2}"));
    assert_value("{7\"\\ff\"}", .type = ILF_VALUE_BYTES, .as.str = S("\xff"));
    assert_value("{2=0}", .type = ILF_VALUE_BOOL, .as.boolean = false);
    assert_value("{3=-9223372036854775808}", .type = ILF_VALUE_INT, .as.i = INT64_MIN);
    assert_value("{3=9223372036854775807}", .type = ILF_VALUE_UINT, .as.u = INT64_MAX);
    assert_value("{4=-0}", .type = ILF_VALUE_FLOAT, .bits = 64, .as.f = -0.0);
    assert_value("{}", .type = ILF_VALUE_NULL);
    assert_value("{}", .type = 77);
    assert_value("{5{1{3=-1} 1{}}}", .type = ILF_VALUE_ARRAY, .as.array = {items, 2});
    assert_value("{5{}}", .type = ILF_VALUE_ARRAY, .as.array = {NULL, 0});
    assert_value("{6{1{1\"k\" 2{2=1}} 1{1\"\" 2{1\"\"}}}}", .type = ILF_VALUE_MAP,
                 .as.map = {fields, 2});
}

/* OTLP has no such numbers. */
static void gives_a_number_beyond_int64_as_text(void **state)
{
    (void)state;
    assert_value("{1\"18446744073709551615\"}", .type = ILF_VALUE_UINT, .as.u = UINT64_MAX);
}

/* Strict decoders would refuse the whole request. */
static void gives_a_text_that_is_no_utf_8_as_bytes_and_a_key_with_replacements(void **state)
{
    (void)state;
    assert_value("{7\"a\\ff\"}", .type = ILF_VALUE_STRING, .as.str = S("a\xff"));
    ilf__otlp_put_attribute(&text, 1, S("\xff"), S("\xfe"));
    assert_message("{1{1\"\\ef\\bf\\bd\" 2{7\"\\fe\"}}}", "Attributes");
}

/* Protobuf's decoders give up at 100 messages within each other. */
static void prints_what_lies_too_deep(void **state)
{
    ilf_value levels[200];
    ilf_field field = {S_CONST("\xff"), {.type = ILF_VALUE_NULL}};
    int depth = 0, deepest = 0;

    (void)state;
    for (size_t i = 0; i < 199; i++)
        levels[i] = (ilf_value){.type = ILF_VALUE_ARRAY, .as.array = {&levels[i + 1], 1}};
    levels[199] = (ilf_value){.type = ILF_VALUE_MAP, .as.map = {&field, 1}};
    put(levels[0]);
    show_message("KeyValue", (const unsigned char *)text.ptr, text.len);
    for (const char *p = got.text; *p; p++) {
        depth += (*p == '{') - (*p == '}');
        deepest = depth > deepest ? depth : deepest;
    }
    assert_true(deepest > 30 && deepest < 90);
    assert_non_null(strstr(got.text, "{1\"[[["));
    got.len = text.len = 0;
    put(levels[160]); /* whose text is no UTF-8 */
    show_message("KeyValue", (const unsigned char *)text.ptr, text.len);
    assert_non_null(strstr(got.text, "{7\"[[["));
    assert_non_null(strstr(got.text, "map[\\ff:<nil>]"));
}

static void carries_a_value_of_a_megabyte(void **state)
{
    static char large[1 << 20];

    (void)state;
    memset(large, 'x', sizeof(large));
    ilf__otlp_put_attribute(&text, 6, S("k"), (ilf_str){large, sizeof(large)});
    assert_message("{6{1\"k\" 2{1\"1048576 times x\"}}}", "LogRecord");
}

static void leaves_out_the_tags_that_stand_for_other_fields(void **state)
{
    const ilf_kv tags[] = {
        {S_CONST("otlp.scope.name"), S_CONST("")},
        {S_CONST("otlp.scope.version"), S_CONST("")},
        {S_CONST("otlp.scope.dropped.attributes.count"), S_CONST("")},
        {S_CONST("otlp.metric.ismonotonic"), S_CONST("")},
        {S_CONST("otlp.metric.aggregation.temporality"), S_CONST("")},
        {S_CONST("otlp.span.status.message"), S_CONST("")},
        {S_CONST("otlp.span.dropped.attributes.count"), S_CONST("")},
        {S_CONST("otlp.span.dropped.events.count"), S_CONST("")},
        {S_CONST("otlp.span.dropped.links.count"), S_CONST("")},
        {S_CONST("otlp.log.flag"), S_CONST("")},
        {S_CONST("otlp.metric.histogram.type"), S_CONST("kept, as natively")},
        {S_CONST("otlp."), S_CONST("")},
    };

    (void)state;
    start("otlp_v1", "none");
    ilf__otlp_put_attributes(&format, &text, 1, NULL, tags, 12);
    assert_message("{1{1\"otlp.metric.histogram.type\" 2{1\"kept, as natively\"}} "
                   "1{1\"otlp.\" 2{1\"\"}}}",
                   "Attributes");
}

static void renames_and_deletes_tags(void **state)
{
    const ilf_kv rename[] = {{S_CONST("a"), S_CONST("b")}, {S_CONST("gone"), S_CONST("")}};
    const ilf_kv tags[] = {{S_CONST("b"), S_CONST("1")},
                           {S_CONST("a"), S_CONST("2")},
                           {S_CONST("gone"), S_CONST("3")}};

    (void)state;
    convert.tag_fields_rename = (ilf_str_map){rename, 2};
    start("otlp_v1", "none");
    ilf__otlp_put_attributes(&format, &text, 1, NULL, tags, 3);
    assert_message("{1{1\"b\" 2{1\"2\"}}}", "Attributes");
}

static void has_no_key_twice_and_of_two_prefers_the_tag(void **state)
{
    const ilf_field fields[] = {
        {S_CONST("content"), {.type = ILF_VALUE_STRING, .as.str = S_CONST("body")}},
        {S_CONST("k"), {.type = ILF_VALUE_STRING, .as.str = S_CONST("content's")}},
        {S_CONST("n"), {.type = ILF_VALUE_INT, .as.i = 7}},
    };
    const ilf_kv tags[] = {{S_CONST("k"), S_CONST("tag's")}};
    struct ilf__otlp_fields all[2] = {
        {NULL, 0, 0, 0, false},
        {fields, 3, sizeof(fields[0]), offsetof(ilf_field, value), true},
    };

    (void)state;
    start("otlp_v1", "none");
    ilf__otlp_put_attributes(&format, &text, 1, all, tags, 1);
    assert_message("{1{1\"k\" 2{1\"tag's\"}} 1{1\"n\" 2{3=7}}}", "Attributes");
    all[1].n = 1;
    ilf__otlp_put_attributes(&format, &text, 1, all, tags, 1);
    assert_message("{1{1\"k\" 2{1\"tag's\"}}}", "Attributes");
    all[1].with_body = false;
    ilf__otlp_put_attributes(&format, &text, 1, all, tags, 0);
    assert_message("{1{1\"content\" 2{1\"body\"}}}", "Attributes");
}

static void takes_ids_in_hexadecimal_of_the_right_length_only(void **state)
{
    const char *const odd[] = {"",
                               "0011223344556677",
                               "zz112233445566770011223344556677",
                               "0x112233445566770011223344556677",
                               "00112233445566770011223344556677 ",
                               "0011223344556677001122334455667",
                               "001122334455667700112233445566778899"};

    (void)state;
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
        assert_false(ilf__otlp_put_id(&text, 9, (ilf_str){odd[i], strlen(odd[i])}, 16));
    assert_int_equal(0, text.len);
    assert_true(ilf__otlp_put_id(&text, 9, S("00a1223344556677AbCdEf3344556677"), 16));
    assert_message("{9\"\\00\\a1\"3DUfw\\ab\\cd\\ef3DUfw\"}", "LogRecord");
    assert_true(ilf__otlp_put_id(&text, 10, S("ffffffffffffffff"), 8));
    assert_message("{10\"\\ff\\ff\\ff\\ff\\ff\\ff\\ff\\ff\"}", "LogRecord");
}

static void reads_counts_from_tags(void **state)
{
    const ilf_kv tags[] = {{S_CONST("one"), S_CONST("1")},
                           {S_CONST("zero"), S_CONST("0")},
                           {S_CONST("text"), S_CONST("1x")},
                           {S_CONST("minus"), S_CONST("-1")}};
    uint32_t count = 5;

    (void)state;
    assert_false(ilf__otlp_count(tags, 4, "none", &count));
    assert_false(ilf__otlp_count(tags, 4, "text", &count));
    assert_int_equal(5, count);
    assert_false(ilf__otlp_count(tags, 4, "zero", &count));
    assert_true(ilf__otlp_count(tags, 4, "one", &count));
    assert_int_equal(1, count);
    assert_true(ilf__otlp_count(tags, 4, "minus", &count));
    assert_true(count == UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_format(has_a_form_for_every_type),
        test_format(gives_a_number_beyond_int64_as_text),
        test_format(gives_a_text_that_is_no_utf_8_as_bytes_and_a_key_with_replacements),
        test_format(prints_what_lies_too_deep),
        test_format(carries_a_value_of_a_megabyte),
        test_format(leaves_out_the_tags_that_stand_for_other_fields),
        test_format(renames_and_deletes_tags),
        test_format(has_no_key_twice_and_of_two_prefers_the_tag),
        test_format(takes_ids_in_hexadecimal_of_the_right_length_only),
        test_format(reads_counts_from_tags),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
