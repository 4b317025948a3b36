/* Tests of flushers/http/blame.c. */
#include "../../../flushers/http/blame.h"

#include "ilf_test.h"

static void log_nowhere(void *context, ilf_level level, ilf_str text)
{
    (void)context;
    (void)level;
    (void)text;
}

/* The blame for @destination where URL, query and headers are @options. */
static void expect(const struct target_options *options, const char *destination, const char *want)
{
    static const char *const more[] = {NULL};
    const ilf_host host = {.struct_size = sizeof(host), .log = log_nowhere};
    struct ilf__names names = {0};
    struct target target = {0};
    char blame[400];

    assert_works(target_init(&target, options, more, &names, &host, &err));
    http_blame(&target, (ilf_str){destination, strlen(destination)}, blame, sizeof(blame));
    assert_string_equal(want, blame);
    target_dispose(&target);
    ilf__names_dispose(&names);
}

static void names_the_longest_part_with_its_fields(void **state)
{
    const ilf_kv query[] = {{S("b"), S("%{content.b}-%{tag.c}")}, {S("a"), S("%{content.a}")}};
    const ilf_kv headers[] = {{S("X-Fixed"), S("1")},
                              {S("X-One"), S("%{content.one}")},
                              {S("X-Two"), S("%{content.two}")}};
    const struct target_options options = {
        .remote_url = "http://h/%{content.path}", .query = {query, 2}, .headers = {headers, 3}};

    (void)state;
    expect(&options, "/xxxxxxxxxx?a=1&b=2\nX-One: 1\nX-Two: 2\n", "RemoteURL %{content.path}");
    expect(&options, "/p?a=xxxxxxxxxxxx&b=2\nX-One: 1\nX-Two: 2\n", "Query.a %{content.a}");
    expect(&options, "/p?a=1&b=xxxxxxxxxxxx\nX-One: 1\nX-Two: 2\n",
           "Query.b %{content.b} %{tag.c}");
    expect(&options, "/p?a=1&b=2\nX-One: xxxxxxxxxxx\nX-Two: 2\n", "Headers.X-One %{content.one}");
    expect(&options, "/p?a=1&b=2\nX-One: 1\nX-Two: xxxxxxxxxxx\n", "Headers.X-Two %{content.two}");
    expect(&options, "", "RemoteURL %{content.path}");
}

static void a_constant_head_is_blamed_on_the_options(void **state)
{
    const struct target_options options = {.remote_url = "http://h/p"};

    (void)state;
    expect(&options, "", "RemoteURL, Query or Headers");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_longest_part_with_its_fields),
        cmocka_unit_test(a_constant_head_is_blamed_on_the_options),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
