/* Tests of flushers/common/raw.c: byte arrays as they are. */
#include "format_test.h"

static const ilf_str one = S_CONST("a\n"), two = S_CONST("");
static const ilf_log_event log_ = {.timestamp = 0};
static const ilf_event events[] = {
    {.type = ILF_EVENT_BYTES, .as.bytes = &one},
    {.type = ILF_EVENT_LOG, .as.log = &log_},
    {.type = ILF_EVENT_BYTES, .as.bytes = &two},
};
static const ilf_kv tags[] = {{S_CONST("t"), S_CONST("tv")}};
static const ilf_kv metadata[] = {{S_CONST("m"), S_CONST("mv")}};
static const ilf_event_group group = {.tags = tags,
                                      .n_tags = 1,
                                      .metadata = metadata,
                                      .n_metadata = 1,
                                      .events = events,
                                      .n_events = 3};

/* Natively the log costs the whole group, whatever IgnoreUnExpectedData says. */
static void gives_an_item_for_each_and_refuses_the_rest_one_by_one(void **state)
{
    (void)state;
    want_field("tag.t");
    want_field("metadata.m");
    want_field("tag.none");
    want_field("other");
    start("raw", "custom");
    assert_events("0+1 a\n tv mv  \nrefused 1: protocol raw takes byte arrays, not logs\n"
                  "2+1  tv mv  \n",
                  &group);
}

static void joins_them_with_the_separator(void **state)
{
    (void)state;
    convert.separator = "||";
    start("raw", "custom");
    assert_events("refused 1: protocol raw takes byte arrays, not logs\n0+2 a\n||\n", &group);
}

static void gives_nothing_for_a_group_without_events(void **state)
{
    const ilf_event_group none = {.n_events = 0};

    (void)state;
    convert.separator = "\n";
    start("raw", "custom");
    assert_events("", &none);
}

static void loses_the_group_only_when_asked_to(void **state)
{
    (void)state;
    convert.ignore_unexpected_data = false;
    start("raw", "custom");
    assert_fails(ILF_ERR_DROP, "format: event 1: protocol raw takes byte arrays, not logs",
                 ilf__format_events(&format, &group, &text, &sink, &err));
    assert_kept("");
}

static void survives_a_lack_of_memory(void **state)
{
    const ilf_event_group bytes = {.events = events, .n_events = 1};

    (void)state;
    convert.protocol = "raw";
    convert.encoding = "custom";
    assert_survives("0+1 a\n\n", ilf__format_events(&format, &bytes, &text, &sink, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_format(gives_an_item_for_each_and_refuses_the_rest_one_by_one),
        test_format(joins_them_with_the_separator),
        test_format(gives_nothing_for_a_group_without_events),
        test_format(loses_the_group_only_when_asked_to),
        test_format(survives_a_lack_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
