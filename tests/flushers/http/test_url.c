/* Tests of flushers/http/url.c. */
#include "../../../flushers/http/url.h"

#include "ilf_test.h"

static void assert_text(const char *want, const struct ilf__text *text)
{
    assert_int_equal(strlen(want), text->len);
    assert_memory_equal(want, text->len > 0 ? text->ptr : "", text->len);
}

static void assert_str(const char *want, ilf_str got)
{
    assert_int_equal(strlen(want), got.len);
    assert_memory_equal(want, got.ptr, got.len);
}

static void splits_base_path_and_query(void **state)
{
    static const char *const cases[][4] = {
        {"http://h", "http://h", "", ""},
        {"https://u:p@h:8/a/b?c=d&e#f", "https://u:p@h:8", "/a/b", "c=d&e"},
        {"HTTP://[::1]:80?x", "HTTP://[::1]:80", "", "x"},
        {"http://h/?#?", "http://h", "/", ""},
    };
    struct url_parts parts;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_null(url_split(cases[i][0], &parts));
        assert_str(cases[i][1], parts.base);
        assert_str(cases[i][2], parts.path);
        assert_str(cases[i][3], parts.query);
    }
}

static void says_what_is_wrong_with_a_url(void **state)
{
    struct url_parts parts;

    (void)state;
    assert_string_equal("must begin with http:// or https://", url_split("ftp://h", &parts));
    assert_string_equal("must begin with http:// or https://", url_split("", &parts));
    assert_string_equal("names no host", url_split("http:///p", &parts));
    assert_string_equal("names no host", url_split("http://u@/p", &parts));
    assert_string_equal("holds a blank or control character: escape it, as %20",
                        url_split("http://h/a b", &parts));
    assert_string_equal("holds a blank or control character: escape it, as %20",
                        url_split("http://h/a\nb", &parts));
}

static void a_label_has_no_password(void **state)
{
    struct ilf__text text = {0};

    (void)state;
    url_put_label(&text, S("https://user:secret@h:8"));
    assert_text("https://h:8", &text);
    text.len = 0;
    url_put_label(&text, S("http://h"));
    assert_text("http://h", &text);
    ilf__text_dispose(&text);
}

static void escapes_every_byte_as_go_does(void **state)
{
    struct ilf__text text = {0};

    (void)state;
    url_put_query(&text, S("aZ09-_.~ +&=/?%\0\xff"));
    assert_text("aZ09-_.~+%2B%26%3D%2F%3F%25%00%FF", &text);
    text.len = 0;
    url_put_path(&text, S("a b/c"));
    assert_text("a%20b%2Fc", &text);
    ilf__text_dispose(&text);
}

static void reads_pairs_and_leaves_out_the_badly_escaped(void **state)
{
    ilf_str query = S("a=1&&b&%zz=3&c=%4&d=%41+x=y&=v&e;f=1&g=%");
    static const char *const want[] = {"a|1", "b|", "d|A x=y", "|v"};
    struct ilf__text text = {0};
    size_t key_len, n = 0;

    (void)state;
    while (url_next_pair(&query, &text, &key_len)) {
        char got[64];

        (void)snprintf(got, sizeof(got), "%.*s|%.*s", (int)key_len, text.ptr,
                       (int)(text.len - key_len), text.ptr + key_len);
        assert_true(n < 4);
        assert_string_equal(want[n++], got);
        text.len = 0;
    }
    assert_int_equal(4, n);
    ilf__text_dispose(&text);
}

static void knows_segments_that_climb(void **state)
{
    static const char *const dots[] = {".", "..", "%2e", "%2E.", ".%2e", "%2e%2E"};
    static const char *const others[] = {"",      "...", ".a",    "%2",
                                         "%252e", "a.",  "..%2f", "%2e%2e%2e"};

    (void)state;
    for (size_t i = 0; i < 6; i++)
        assert_true(url_is_dots((ilf_str){dots[i], strlen(dots[i])}));
    for (size_t i = 0; i < 8; i++)
        assert_false(url_is_dots((ilf_str){others[i], strlen(others[i])}));
}

static void only_a_path_or_a_query_stands_behind_an_address(void **state)
{
    (void)state;
    assert_true(url_is_suffix(S("")));
    assert_true(url_is_suffix(S("/a?b=%20")));
    assert_true(url_is_suffix(S("?b")));
    assert_false(url_is_suffix(S("@evil/")));
    assert_false(url_is_suffix(S(":1/")));
    assert_false(url_is_suffix(S("/a b")));
    assert_false(url_is_suffix(S("/a\r")));
}

static void knows_whether_an_address_names_a_user(void **state)
{
    (void)state;
    assert_true(url_has_user("http://u@h"));
    assert_true(url_has_user("http://u:p@h/"));
    assert_false(url_has_user("http://h/@"));
    assert_false(url_has_user("http://h?@"));
    assert_false(url_has_user(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_base_path_and_query),
        cmocka_unit_test(says_what_is_wrong_with_a_url),
        cmocka_unit_test(a_label_has_no_password),
        cmocka_unit_test(escapes_every_byte_as_go_does),
        cmocka_unit_test(reads_pairs_and_leaves_out_the_badly_escaped),
        cmocka_unit_test(knows_segments_that_climb),
        cmocka_unit_test(knows_whether_an_address_names_a_user),
        cmocka_unit_test(only_a_path_or_a_query_stands_behind_an_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
