/* Tests of flushers/common/tags.c: the tags that all records of a group share. */
#include "format_test.h"

static const ilf_kv kv = {S_CONST("m"), S_CONST("1")};
static const ilf_log log_ = {.contents = &kv, .n_contents = 1};

static ilf_group group_of(const ilf_kv *tags, size_t n)
{
    return (ilf_group){.tags = tags, .n_tags = n, .logs = &log_, .n_logs = 1};
}

static void the_later_of_tags_with_one_name_counts(void **state)
{
    const ilf_kv tags[] = {{S("a"), S("1")}, {S("host.ip"), S("lost")}, {S("a"), S("2")}};
    ilf_group group = group_of(tags, 3);

    (void)state;
    group.source = S("ip");
    start("custom_single", "json");
    assert_group("0+1 {\"contents\":{\"m\":\"1\"},\"tags\":{\"a\":\"2\",\"host.ip\":\"ip\"},"
                 "\"time\":0}\n",
                 &group);
}

/* Flat documents have the values of this group's tags, and its names. */
static void follows_the_tags_from_group_to_group(void **state)
{
    const ilf_kv first[] = {{S("a"), S("1")}}, second[] = {{S("a"), S("2")}},
                 third[] = {{S("z"), S("3")}}, both[] = {{S("z"), S("4")}, {S("a"), S("5")}};
    const ilf_group groups[] = {group_of(first, 1), group_of(second, 1), group_of(third, 1),
                                group_of(both, 2), group_of(NULL, 0)};
    const char *const want[] = {
        "0+1 {\"a\":\"1\",\"host.ip\":\"\",\"m\":\"1\",\"time\":0}\n",
        "0+1 {\"a\":\"2\",\"host.ip\":\"\",\"m\":\"1\",\"time\":0}\n",
        "0+1 {\"host.ip\":\"\",\"m\":\"1\",\"time\":0,\"z\":\"3\"}\n",
        "0+1 {\"a\":\"5\",\"host.ip\":\"\",\"m\":\"1\",\"time\":0,\"z\":\"4\"}\n",
        "0+1 {\"host.ip\":\"\",\"m\":\"1\",\"time\":0}\n",
    };

    (void)state;
    start("custom_single_flatten", "json");
    for (size_t i = 0; i < 5; i++)
        assert_group(want[i], &groups[i]);
}

static void names_that_run_into_each_other_are_others(void **state)
{
    const ilf_kv one[] = {{S("ab"), S("1")}, {S("c"), S("2")}};
    const ilf_kv other[] = {{S("a"), S("3")}, {S("bc"), S("4")}};
    const ilf_group first = group_of(one, 2), second = group_of(other, 2);

    (void)state;
    start("custom_single_flatten", "json");
    assert_group("0+1 {\"ab\":\"1\",\"c\":\"2\",\"host.ip\":\"\",\"m\":\"1\",\"time\":0}\n",
                 &first);
    assert_group("0+1 {\"a\":\"3\",\"bc\":\"4\",\"host.ip\":\"\",\"m\":\"1\",\"time\":0}\n",
                 &second);
}

static void event_groups_have_their_own_tags_only(void **state)
{
    const ilf_kv tags[] = {{S("__hostname__"), S("h")}};
    const ilf_str bytes = S("x");
    const ilf_event event = {.type = ILF_EVENT_BYTES, .as.bytes = &bytes};
    const ilf_event_group group = {.tags = tags, .n_tags = 1, .events = &event, .n_events = 1};

    (void)state;
    start("custom_single", "json");
    assert_events("0+1 {\"contents\":{\"content\":\"x\"},\"tags\":{\"__hostname__\":\"h\"},"
                  "\"time\":0}\n",
                  &group);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_format(the_later_of_tags_with_one_name_counts),
        test_format(follows_the_tags_from_group_to_group),
        test_format(names_that_run_into_each_other_are_others),
        test_format(event_groups_have_their_own_tags_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
