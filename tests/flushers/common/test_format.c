/* Tests of flushers/common/format.c: which options go together. */
#include "format_test.h"

static void takes_each_protocol_with_its_encoding(void **state)
{
    const char *const pairs[][2] = {{"custom_single", "json"}, {"custom_single_flatten", "json"},
                                    {"jsonline", "json"},      {"influxdb", "custom"},
                                    {"raw", "custom"},         {"otlp_v1", "protobuf"},
                                    {"otlp_v1", "none"}};

    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        start(pairs[i][0], pairs[i][1]);
        ilf__format_dispose(&format);
    }
}

static void refuses_a_protocol_that_does_not_exist(void **state)
{
    (void)state;
    convert.protocol = "Custom_single";
    assert_fails(ILF_ERR_CONFIG,
                 "Convert: Protocol: want one of custom_single, custom_single_flatten, jsonline, "
                 "influxdb, raw, otlp_v1; got \"Custom_single\"",
                 ilf__format_init(&format, &convert, NULL, &err));
}

static void refuses_an_encoding_that_does_not_go_with_the_protocol(void **state)
{
    (void)state;
    convert.encoding = "protobuf";
    assert_fails(ILF_ERR_CONFIG,
                 "Convert: Encoding: want \"json\" for protocol custom_single, got \"protobuf\"",
                 ilf__format_init(&format, &convert, NULL, &err));
    convert.protocol = "raw";
    convert.encoding = "";
    assert_fails(ILF_ERR_CONFIG, "Convert: Encoding: want \"custom\" for protocol raw, got \"\"",
                 ilf__format_init(&format, &convert, NULL, &err));
    convert.protocol = "otlp_v1";
    convert.encoding = "json";
    assert_fails(ILF_ERR_CONFIG,
                 "Convert: Encoding: want \"protobuf\" for protocol otlp_v1, got \"json\"",
                 ilf__format_init(&format, &convert, NULL, &err));
}

/* Natively each group is lost, at run time. */
static void refuses_a_field_that_the_protocol_does_not_know_before_data_is_lost(void **state)
{
    (void)state;
    want_field("content.x");
    want_field("+yyyy");
    assert_fails(ILF_ERR_CONFIG,
                 "%{+yyyy}: protocol custom_single has no such field; want content.NAME or "
                 "tag.NAME",
                 ilf__format_init(&format, &convert, &names, &err));
    convert.protocol = "otlp_v1";
    convert.encoding = "none";
    assert_fails(ILF_ERR_CONFIG,
                 "%{+yyyy}: protocol otlp_v1 has no such field; want content.NAME or tag.NAME, or "
                 "signal",
                 ilf__format_init(&format, &convert, &names, &err));
    convert.protocol = "jsonline";
    convert.encoding = "json";
    assert_works(ilf__format_init(&format, &convert, &names, &err));
}

static void the_signal_is_a_field_of_otlp_alone(void **state)
{
    (void)state;
    want_field("signal");
    start("otlp_v1", "none");
    ilf__format_dispose(&format);
    convert.protocol = "custom_single";
    convert.encoding = "json";
    assert_fails(ILF_ERR_CONFIG,
                 "%{signal}: protocol custom_single has no such field; want content.NAME or "
                 "tag.NAME",
                 ilf__format_init(&format, &convert, &names, &err));
}

static void raw_takes_no_logs(void **state)
{
    const ilf_group group = {.n_logs = 0};

    (void)state;
    start("raw", "custom");
    assert_fails(ILF_ERR_DROP,
                 "format: protocol raw takes the byte arrays of v2 pipelines, not logs: choose "
                 "another Convert.Protocol",
                 ilf__format_group(&format, &group, &text, &sink, &err));
}

static void has_the_native_defaults(void **state)
{
    const ilf_option *option = ilf__format_options;

    (void)state;
    assert_string_equal("Protocol", option[0].name);
    assert_string_equal("custom_single", option[0].default_value);
    assert_string_equal("Encoding", option[1].name);
    assert_string_equal("json", option[1].default_value);
    for (; option->name; option++)
        if (strcmp(option->name, "IgnoreUnExpectedData") == 0)
            assert_string_equal("true", option->default_value);
}

static void disposing_twice_does_no_harm(void **state)
{
    (void)state;
    start("custom_single", "json");
    ilf__format_dispose(&format);
    ilf__format_dispose(&format);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_format(takes_each_protocol_with_its_encoding),
        test_format(refuses_a_protocol_that_does_not_exist),
        test_format(refuses_an_encoding_that_does_not_go_with_the_protocol),
        test_format(refuses_a_field_that_the_protocol_does_not_know_before_data_is_lost),
        test_format(the_signal_is_a_field_of_otlp_alone),
        test_format(raw_takes_no_logs),
        test_format(has_the_native_defaults),
        test_format(disposing_twice_does_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
