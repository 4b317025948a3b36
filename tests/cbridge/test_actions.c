/* Tests of cbridge/actions.c. */
#include "actions.h"

#include "ilf_test.h"

static ilf_status parse(struct ilf__actions *a, const char *code, const char *action,
                        ilf_error *err)
{
    const ilf_kv kv = {{code, strlen(code)}, {action, strlen(action)}};
    const ilf_str_map map = {&kv, 1};

    return ilf__actions_parse(a, &map, "flusher_x", err);
}

static void the_rule_for_the_fewest_codes_wins(void **state)
{
    static const ilf_kv items[] = {
        {S_CONST("4xx"), S_CONST("dead-letter")}, {S_CONST("429"), S_CONST("Retry")},
        {S_CONST("41x"), S_CONST("drop")},        {S_CONST("413"), S_CONST("split")},
        {S_CONST("500-599"), S_CONST("retry")},   {S_CONST("-185"), S_CONST("drop")},
    };
    const ilf_str_map map = {items, 6};
    struct ilf__actions a;

    (void)state;
    assert_works(ilf__actions_parse(&a, &map, "flusher_x", &err));
    assert_int_equal(ILF__ACTION_DEAD_LETTER, ilf__actions_find(&a, 400));
    assert_int_equal(ILF__ACTION_RETRY, ilf__actions_find(&a, 429));
    assert_int_equal(ILF__ACTION_DROP, ilf__actions_find(&a, 410));
    assert_int_equal(ILF__ACTION_SPLIT, ilf__actions_find(&a, 413));
    assert_int_equal(ILF__ACTION_RETRY, ilf__actions_find(&a, 500));
    assert_int_equal(ILF__ACTION_RETRY, ilf__actions_find(&a, 599));
    assert_int_equal(ILF__ACTION_DROP, ilf__actions_find(&a, -185));
    assert_int_equal(ILF__ACTION_NONE, ilf__actions_find(&a, 600));
    ilf__actions_dispose(&a);
}

static void says_what_is_wrong_and_how_to_write_it(void **state)
{
    static const char *const bad[] = {"",      "x",    "4zz",         "xx4",  "599-500",     "5-",
                                      "1-2-3", " 429", "99999999999", "-4xx", "2xxxxxxxxxx", "4x",
                                      "5xxx",  "50x0"};
    struct ilf__actions a;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char want[256];

        (void)snprintf(
            want, sizeof(want),
            "flusher_x: detail.Retry.Actions.%s: is not a code: write one such as \"429\", "
            "a class such as \"4xx\", or a range such as \"500-599\"",
            bad[i]);
        assert_fails(ILF_ERR_CONFIG, want, parse(&a, bad[i], "retry", &err));
    }
    assert_fails(ILF_ERR_CONFIG,
                 "flusher_x: detail.Retry.Actions.429: want one of \"retry\", \"drop\", "
                 "\"dead-letter\", \"split\"",
                 parse(&a, "429", "ignore", &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rule_for_the_fewest_codes_wins),
        cmocka_unit_test(says_what_is_wrong_and_how_to_write_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
