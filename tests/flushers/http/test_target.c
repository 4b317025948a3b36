/* Tests of flushers/http/target.c. */
#include "../../../flushers/http/target.h"

#include "ilf_test.h"

static const char *const content_type[] = {"Content-Type", "application/json", NULL};

struct rig {
    struct target_options options;
    struct target target;
    struct ilf__names names;
    struct ilf__text destination, scratch, url;
    struct test_log log;
    ilf_host host;
};

static int set_up(void **state)
{
    struct rig *r = calloc(1, sizeof(*r));

    r->host = test_host(&r->log);
    r->options.remote_url = "http://h:1/p";
    *state = r;
    return 0;
}

static int tear_down(void **state)
{
    struct rig *r = *state;

    target_dispose(&r->target);
    ilf__names_dispose(&r->names);
    ilf__text_dispose(&r->destination);
    ilf__text_dispose(&r->scratch);
    ilf__text_dispose(&r->url);
    free(r);
    return 0;
}

static void init(struct rig *r)
{
    ilf_error err;

    if (target_init(&r->target, &r->options, content_type, &r->names, &r->host, &err) != ILF_OK)
        fail_msg("%s", err.text);
}

static void expect_refused(struct rig *r, const char *why)
{
    ilf_error err;

    assert_int_equal(ILF_ERR_CONFIG,
                     target_init(&r->target, &r->options, content_type, &r->names, &r->host, &err));
    assert_string_equal(why, err.text);
}

/* Fail unless a record with @selected goes to @url with the header lines @lines. */
static void expect_url(struct rig *r, const ilf_str *selected, const char *url, const char *lines)
{
    ilf_str destination, rest;

    r->destination.len = 0;
    if (r->target.varies)
        assert_null(target_put(&r->target, selected, &r->scratch, &r->destination));
    destination = (ilf_str){r->destination.ptr, r->destination.len};
    assert_true(target_url(&r->target, 0, destination, &r->url, &rest));
    assert_string_equal(url, r->url.ptr);
    assert_int_equal(strlen(lines), rest.len);
    assert_memory_equal(lines, rest.ptr, rest.len);
}

static void what_does_not_vary_is_ready_at_once(void **state)
{
    static const ilf_kv headers[] = {{S_CONST("X-B"), S_CONST("a\\b %")},
                                     {S_CONST("X-E"), S_CONST("")}};
    static const ilf_kv query[] = {{S_CONST("q"), S_CONST("c\\d")},
                                   {S_CONST("a"), S_CONST("x y&=")}};
    struct rig *r = *state;

    r->options = (struct target_options){.remote_url = "http://u:p@h:1/a%20b?z=1&y=a%2Fb",
                                         .headers = {headers, 2},
                                         .query = {query, 2}};
    init(r);
    assert_false(r->target.varies);
    assert_int_equal(0, r->names.n);
    expect_url(r, NULL, "http://u:p@h:1/a%20b?a=x+y%26%3D&q=c%5Cd&y=a%2Fb&z=1", "");
    assert_string_equal("http://h:1", r->target.labels[0]);
    assert_string_equal("Content-Type: application/json", r->target.headers[0]);
    assert_string_equal("X-B: a\\b %", r->target.headers[1]);
    assert_string_equal("X-E;", r->target.headers[2]);
    assert_null(r->target.headers[3]);
}

static void a_pair_of_nothing_is_a_pair(void **state)
{
    static const ilf_kv query[] = {{S_CONST("q"), S_CONST("v")}};
    struct rig *r = *state;

    r->options = (struct target_options){.remote_url = "http://h/?=", .query = {query, 1}};
    init(r);
    expect_url(r, NULL, "http://h/?=&q=v", "");
}

static void without_the_option_the_urls_own_query_stays_as_it_is(void **state)
{
    struct rig *r = *state;

    r->options.remote_url = "http://h/p?b=1&a=%7e+x&&c";
    init(r);
    expect_url(r, NULL, "http://h/p?b=1&a=%7e+x&&c", "");
}

static void what_varies_is_in_the_destination(void **state)
{
    static const ilf_kv headers[] = {{S_CONST("X-L"), S_CONST("<%{content.l}>")},
                                     {S_CONST("X-S"), S_CONST("a\\b")}};
    static const ilf_kv query[] = {{S_CONST("l"), S_CONST("%{content.l}")},
                                   {S_CONST("n"), S_CONST("%{tag.no}")}};
    const ilf_str selected[] = {S("i/o &"), {NULL, 0}};
    struct rig *r = *state;

    r->options = (struct target_options){
        .remote_url = "http://h/%{content.l}/x?k=v", .headers = {headers, 2}, .query = {query, 2}};
    init(r);
    assert_true(r->target.varies);
    assert_int_equal(2, r->names.n);
    expect_url(r, selected, "http://h/i%2Fo%20%26/x?k=v&l=i%2Fo+%26&n=tag.no", "X-L: <i/o &>\n");
    assert_string_equal("X-S: ab",
                        r->target.headers[1]); /* an escape, where templates are in use */
}

static void a_value_that_would_end_a_header_is_refused(void **state)
{
    static const ilf_kv headers[] = {{S_CONST("X"), S_CONST("%{content.x}")}};
    const ilf_str selected[] = {S("a\r\nX-Evil: 1")};
    struct rig *r = *state;

    r->options.headers = (ilf_str_map){headers, 1};
    init(r);
    assert_string_equal("a header's value holds control characters: X",
                        target_put(&r->target, selected, &r->scratch, &r->destination));
}

static void a_field_that_would_choose_another_path_is_refused(void **state)
{
    static const char *const urls[] = {"http://h/a/%{content.x}/b", "http://h/a/%{content.x}",
                                       "http://h/a/%{content.x}?q=1",
                                       "http://h/%2e%{tag.y}%{content.x}"};
    static const ilf_str refused[][2] = {{S_CONST(".."), S_CONST("")}, {S_CONST("."), S_CONST("")}};
    const ilf_str other[] = {S("..."), S(".")};
    struct rig *r = *state;

    for (size_t i = 0; i < 4; i++) {
        r->options.remote_url = urls[i];
        init(r);
        for (size_t k = 0; k < (i < 3 ? 2 : 1); k++) {
            const ilf_str swapped[] = {refused[k][1], S(".")}; /* of the last, y comes first */

            r->destination.len = 0;
            assert_non_null(strstr(
                target_put(&r->target, i < 3 ? refused[k] : swapped, &r->scratch, &r->destination),
                "the path has a segment of dots alone, by the field "));
        }
        r->destination.len = 0;
        assert_null(target_put(&r->target, other, &r->scratch, &r->destination));
        target_dispose(&r->target);
        ilf__names_dispose(&r->names);
    }
}

static void dots_of_the_url_itself_and_in_a_query_are_sent_as_they_are(void **state)
{
    const ilf_str selected[] = {S("..")};
    struct rig *r = *state;

    r->options.remote_url = "http://h/a/../x%{content.x}/./b?q=/%{content.x}";
    init(r);
    expect_url(r, selected, "http://h/a/../x.././b?q=/..", "");
}

static void an_empty_value_of_a_template_is_an_empty_header(void **state)
{
    static const ilf_kv headers[] = {{S_CONST("X-A"), S_CONST("%{content.a}")},
                                     {S_CONST("X-B"), S_CONST("%{content.b}")}};
    const ilf_str selected[] = {S(""), S(" ")};
    struct rig *r = *state;

    r->options.headers = (ilf_str_map){headers, 2};
    init(r);
    expect_url(r, selected, "http://h:1/p", "X-A;\nX-B;\n");
}

static void what_is_no_template_is_sent_as_it_stands_and_told(void **state)
{
    static const ilf_kv query[] = {{S_CONST("bad"), S_CONST("%{content.x")},
                                   {S_CONST("ok"), S_CONST("%{content.x}")}};
    const ilf_str selected[] = {S("v")};
    struct rig *r = *state;

    r->options.query = (ilf_str_map){query, 2};
    init(r);
    expect_url(r, selected, "http://h:1/p?bad=%25%7Bcontent.x&ok=v", "");
    assert_non_null(strstr(r->log.text, "2 detail.Query.bad: "));
    assert_non_null(strstr(r->log.text, "; it is sent as it stands\n"));
}

static void every_server_gets_the_same_path(void **state)
{
    static const char *const more[] = {"https://b", "http://c:2/"};
    struct rig *r = *state;
    ilf_str rest;

    r->options.failover_urls = (ilf_str_list){more, 2};
    init(r);
    assert_int_equal(3, r->target.n_servers);
    assert_true(target_url(&r->target, 1, S(""), &r->url, &rest));
    assert_string_equal("https://b/p", r->url.ptr);
    assert_true(target_url(&r->target, 2, S(""), &r->url, &rest));
    assert_string_equal("http://c:2/p", r->url.ptr);
}

static void a_users_header_takes_the_place_of_ours(void **state)
{
    static const ilf_kv headers[] = {{S_CONST("content-type"), S_CONST("text/plain")}};
    struct rig *r = *state;

    r->options.headers = (ilf_str_map){headers, 1};
    init(r);
    assert_string_equal("content-type: text/plain", r->target.headers[0]);
    assert_null(r->target.headers[1]);
}

static void refuses_urls_and_headers_that_are_none(void **state)
{
    static const char *const with_path[] = {"http://b/x"}, *const no_url[] = {"b"},
                             *const bad_port[] = {"http://b:99999"};
    static const ilf_kv bad_name[] = {{S_CONST("a b"), S_CONST("v")}},
                        two_lines[] = {{S_CONST("a\r\nb"), S_CONST("%{content.x}")}},
                        bad_value[] = {{S_CONST("a"), S_CONST("v\n")}},
                        two_hosts[] = {{S_CONST("host"), S_CONST("a b")}},
                        url_host[] = {{S_CONST("Host"), S_CONST("http://a")}};
    static const ilf_kv query[] = {{S_CONST("a"), S_CONST("v")}};
    static const struct {
        struct target_options options;
        const char *why;
    } cases[] = {
        {{.remote_url = ""}, "detail.RemoteURL: is missing: where shall requests go?"},
        {{.remote_url = "h:1"}, "detail.RemoteURL: must begin with http:// or https://: 'h:1'"},
        {{.remote_url = "http://a", .failover_urls = {with_path, 1}},
         "detail.FailoverURLs[0]: leave out path and query: those of RemoteURL are used"},
        {{.remote_url = "http://a", .failover_urls = {no_url, 1}},
         "detail.FailoverURLs[0]: must begin with http:// or https://: 'b'"},
        {{.remote_url = "http://a", .failover_urls = {bad_port, 1}},
         "detail.FailoverURLs[0]: the port must be a number from 1 to 65535: 'http://b:99999'"},
        {{.remote_url = "http://%{content.host}/x"},
         "detail.RemoteURL: user, host and port can't be templates: %{...} works in path and "
         "query: 'http://%{content.host}'"},
        {{.remote_url = "http://a", .headers = {bad_name, 1}},
         "detail.Headers.a b: is not a header that HTTP allows"},
        {{.remote_url = "http://a", .headers = {two_lines, 1}},
         "detail.Headers.a b: is not a header that HTTP allows"},
        {{.remote_url = "http://a", .headers = {bad_value, 1}},
         "detail.Headers.a: is not a header that HTTP allows"},
        {{.remote_url = "http://a", .headers = {two_hosts, 1}},
         "detail.Headers.Host: want a host, or host:port"},
        {{.remote_url = "http://a", .headers = {url_host, 1}},
         "detail.Headers.Host: want a host, or host:port"},
        {{.remote_url = "http://a?x=%{content.y}", .query = {query, 1}},
         "detail.RemoteURL: move the %{...} of its query into the option Query"},
    };
    struct rig *r = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        r->options = cases[i].options;
        expect_refused(r, cases[i].why);
        target_dispose(&r->target);
        ilf__names_dispose(&r->names);
    }
}

static void a_destination_of_another_configuration_is_refused(void **state)
{
    char many[3 * 258]; /* one header too many */
    struct rig *r = *state;
    ilf_str rest;

    r->options.remote_url = "http://h/%{content.x}";
    init(r);
    assert_false(target_url(&r->target, 0, S(""), &r->url, &rest));
    assert_false(target_url(&r->target, 0, S("no line"), &r->url, &rest));
    assert_false(target_url(&r->target, 0, S("/path\n\n"), &r->url, &rest));
    assert_false(target_url(&r->target, 0, S("@evil/\n"), &r->url, &rest));
    assert_true(target_url(&r->target, 0, S("/path\nk;\n"), &r->url, &rest));
    assert_false(target_url(&r->target, 0, S("/path\nk: v\nno header\n"), &r->url, &rest));
    memcpy(many, "/p\n", 3);
    for (size_t i = 3; i < sizeof(many); i += 3)
        memcpy(many + i, "k:\n", 3);
    assert_false(target_url(&r->target, 0, (ilf_str){many, sizeof(many)}, &r->url, &rest));
    assert_true(target_url(&r->target, 0, (ilf_str){many, sizeof(many) - 3}, &r->url, &rest));
    assert_false(r->url.failed);
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        test(what_does_not_vary_is_ready_at_once),
        test(a_pair_of_nothing_is_a_pair),
        test(without_the_option_the_urls_own_query_stays_as_it_is),
        test(what_varies_is_in_the_destination),
        test(a_value_that_would_end_a_header_is_refused),
        test(a_field_that_would_choose_another_path_is_refused),
        test(dots_of_the_url_itself_and_in_a_query_are_sent_as_they_are),
        test(an_empty_value_of_a_template_is_an_empty_header),
        test(what_is_no_template_is_sent_as_it_stands_and_told),
        test(every_server_gets_the_same_path),
        test(a_users_header_takes_the_place_of_ours),
        test(refuses_urls_and_headers_that_are_none),
        test(a_destination_of_another_configuration_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
