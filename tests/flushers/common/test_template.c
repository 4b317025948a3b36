/* Tests of flushers/common/template.c: templates and what they refuse. */
#include <ilf_test.h>

#include "../../../flushers/common/template.h"

static struct ilf__names names;
static struct ilf__template template;
static struct ilf__text text;

static int release(void **state)
{
    (void)state;
    ilf__template_dispose(&template);
    ilf__names_dispose(&names);
    ilf__text_dispose(&text);
    return 0;
}

#define test_template(test) cmocka_unit_test_teardown(test, release)

/* Fail unless @pattern gives @want for the values a=A and b=(nothing). */
static void check(enum ilf__template_kind kind, const char *pattern, const char *want)
{
    ilf_str selected[8] = {{NULL, 0}};
    struct ilf__moment moment = {.tm = {.tm_year = 124, .tm_mon = 2, .tm_mday = 5}};

    assert_works(ilf__template_init(&template, kind, "Topic", pattern, &names, &err));
    for (size_t i = 0; i < names.n; i++)
        if (ilf_str_equal(names.items[i], S("a")))
            selected[i] = S("A");
    ilf__template_put(&template, selected, &moment, &text);
    if (strlen(want) != text.len || (text.len > 0 && memcmp(want, text.ptr, text.len) != 0))
        fail_msg("%s gives %.*s, want %s", pattern, (int)text.len, text.ptr, want);
    text.len = 0;
    ilf__template_dispose(&template);
}

static void gives_values_and_names_without_one(void **state)
{
    (void)state;
    check(ILF__TEMPLATE_TOPIC, "x-%{a}%{b}.%{a:?def:+}", "x-Ab.A");
    check(ILF__TEMPLATE_TOPIC, "\\%{a}%{\\a}\\\\%", "%{a}A\\%");
    check(ILF__TEMPLATE_TOPIC, "\\", "");
}

static void tells_what_does_not_vary(void **state)
{
    ilf_str got;

    (void)state;
    assert_works(
        ilf__template_init(&template, ILF__TEMPLATE_TOPIC, "Topic", "a\\%{b}%c", &names, &err));
    assert_false(template.varies);
    got = ilf__template_text(&template);
    assert_int_equal(7, got.len);
    assert_memory_equal("a%{b}%c", got.ptr, 7);
    assert_int_equal(0, names.n);
}

static void shares_one_list_of_names(void **state)
{
    struct ilf__template other;

    (void)state;
    assert_works(
        ilf__template_init(&template, ILF__TEMPLATE_TOPIC, "Topic", "%{a}%{b}%{a}", &names, &err));
    assert_works(
        ilf__template_init(&other, ILF__TEMPLATE_TOPIC, "Topic", "%{c}%{b}", &names, &err));
    assert_int_equal(3, names.n);
    assert_int_equal(2, other.parts[0].name);
    assert_int_equal(1, other.parts[1].name);
    ilf__template_dispose(&other);
}

static void knows_dates_only_in_an_index(void **state)
{
    (void)state;
    check(ILF__TEMPLATE_INDEX, "logs-%{+yyyy.MM.dd}-%{a}", "logs-2024.03.05-A");
    assert_int_equal(1, names.n);
    check(ILF__TEMPLATE_TOPIC, "%{+yyyy}", "+yyyy");
    check(ILF__TEMPLATE_INDEX, "%{+}%{+yyyy:MM}", "2024");
    check(ILF__TEMPLATE_INDEX, "%{+}", "");
}

static void says_what_is_wrong(void **state)
{
    const char *const cases[][2] = {
        {"%{}", "Topic: %{} holds no name"},
        {"x%{a", "Topic: %{ without }: write \\%{ for the characters themselves"},
        {"%{a%{b}}", "Topic: %{ inside of %{...}: expressions can't be nested"},
        {"%{:a}", "Topic: %{ wants a name before the colon"},
        {"%{a::b}", "Topic: two colons in a row inside of %{...}: write \\: for one in a name"},
        {"abc\\", "Topic: ends with a backslash, which hides nothing: write \\\\ for one"},
        {"%{a\\", "Topic: ends with a backslash, which hides nothing: write \\\\ for one"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_fails(
            ILF_ERR_CONFIG, cases[i][1],
            ilf__template_init(&template, ILF__TEMPLATE_TOPIC, "Topic", cases[i][0], &names, &err));
}

/* Whatever the pattern, it is refused or gives a text. */
static void survives_any_pattern(void **state)
{
    static const char alphabet[] = "%{}\\:+aMdyw.0Z'X";
    const ilf_str selected[256] = {{NULL, 0}};
    const struct ilf__moment moment = {.tm = {.tm_year = 124}};
    uint64_t random = 1;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        char pattern[16];
        size_t len = test_random(&random) % sizeof(pattern);
        ilf_error err;

        for (size_t k = 0; k < len; k++)
            pattern[k] = alphabet[test_random(&random) % (sizeof(alphabet) - 1)];
        pattern[len] = '\0';
        if (ilf__template_init(&template, ILF__TEMPLATE_INDEX, "Index", pattern, &names, &err) !=
            ILF_OK)
            continue;
        ilf__template_put(&template, selected, &moment, &text);
        assert_false(text.failed);
        text.len = 0;
        ilf__template_dispose(&template);
        ilf__names_dispose(&names);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_template(gives_values_and_names_without_one),
        test_template(tells_what_does_not_vary),
        test_template(shares_one_list_of_names),
        test_template(knows_dates_only_in_an_index),
        test_template(says_what_is_wrong),
        test_template(survives_any_pattern),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
