/* Tests of flushers/http/parts.c. */
#include "../../../flushers/http/parts.h"

#include <time.h>

#include "ilf_test.h"

struct rig {
    struct parts parts;
    struct ilf__names names;
    struct test_log log;
    ilf_host host;
};

static int set_up(void **state)
{
    struct rig *r = calloc(1, sizeof(*r));

    r->host = test_host(&r->log);
    *state = r;
    return 0;
}

static int tear_down(void **state)
{
    struct rig *r = *state;

    parts_dispose(&r->parts);
    ilf__names_dispose(&r->names);
    free(r);
    return 0;
}

static void compile(struct rig *r, const ilf_kv *pairs, size_t n)
{
    const ilf_str_map map = {pairs, n};

    assert_works(parts_compile(&r->parts, "detail.Query", &map, &r->names, &r->host, &err));
    assert_int_equal(n, r->parts.n);
}

static void expect_constant(struct rig *r, size_t i, bool templates, const char *text)
{
    ilf_str value = part_constant(&r->parts.items[i], templates);

    assert_false(r->parts.items[i].value.varies);
    assert_int_equal(strlen(text), value.len);
    assert_memory_equal(text, value.ptr, value.len);
}

static void only_a_field_makes_a_value_vary(void **state)
{
    static const ilf_kv text = {S_CONST("a"), S_CONST("x")};
    static const ilf_kv field = {S_CONST("b"), S_CONST("%{content.b}")};
    struct rig *r = *state;

    assert_false(parts_vary(&r->parts));
    compile(r, &text, 1);
    assert_false(parts_vary(&r->parts));
    parts_dispose(&r->parts);
    assert_int_equal(0, r->parts.n);
    compile(r, &field, 1);
    assert_true(parts_vary(&r->parts));
    assert_int_equal(1, r->names.n);
}

static void a_backslash_escapes_only_where_templates_are_in_use(void **state)
{
    static const ilf_kv pairs[] = {{S_CONST("a"), S_CONST("1\\%2")}, {S_CONST("b"), S_CONST("")}};
    struct rig *r = *state;

    compile(r, pairs, 2);
    expect_constant(r, 0, false, "1\\%2");
    expect_constant(r, 0, true, "1%2");
    expect_constant(r, 1, true, "");
}

static void what_is_no_template_stays_text_and_is_told(void **state)
{
    static const ilf_kv pair = {S_CONST("bad"), S_CONST("%{content.x")};
    struct rig *r = *state;

    compile(r, &pair, 1);
    expect_constant(r, 0, true, "%{content.x");
    assert_non_null(strstr(r->log.text, "2 detail.Query.bad: "));
    assert_non_null(strstr(r->log.text, "; it is sent as it stands\n"));
}

static void are_sorted_by_the_bytes_of_their_names(void **state)
{
    static const ilf_kv pairs[] = {{S_CONST("b"), S_CONST("1")},
                                   {S_CONST("ab"), S_CONST("2")},
                                   {S_CONST(""), S_CONST("3")},
                                   {S_CONST("a"), S_CONST("4")}};
    struct rig *r = *state;

    parts_sort(&r->parts);
    compile(r, pairs, 4);
    parts_sort(&r->parts);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal("3421"[i], r -> parts.items[i].text.ptr[0]);
}

/* Each pair once grew the list by one, and took 4 KiB for its value. */
static void many_cost_time_and_memory_in_proportion(void **state)
{
    enum { MANY = 200000 };
    static ilf_kv pairs[MANY];
    struct rig *r = *state;
    const clock_t before = clock();

    for (size_t i = 0; i < MANY; i++)
        pairs[i] = (ilf_kv){S_CONST("n"), S_CONST("a value")};
    compile(r, pairs, MANY);
    assert_true((double)(clock() - before) / CLOCKS_PER_SEC < 5);
    for (size_t i = 0; i < MANY; i += 1000)
        assert_int_equal(7, r->parts.items[i].value.bytes.cap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_a_field_makes_a_value_vary, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_backslash_escapes_only_where_templates_are_in_use, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_template_stays_text_and_is_told, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(many_cost_time_and_memory_in_proportion, set_up, tear_down),
        cmocka_unit_test_setup_teardown(are_sorted_by_the_bytes_of_their_names, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
