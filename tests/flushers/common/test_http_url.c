/* Tests of flushers/common/http_url.c. */
#include "../../../flushers/common/http_url.h"

#include "ilf_test.h"

static void a_url_that_can_never_work_is_named_with_the_cure(void **state)
{
    static const char *const cases[][2] = {
        {"ftp://h/", "X: 'ftp://h' must begin with http:// or https://"},
        {"http://h:99999/", "X: 'http://h:99999' its port is not a number from 1 to 65535"},
        {"http://h:0", "X: 'http://h:0' its port is not a number from 1 to 65535"},
        {"http://h:12a?q", "X: 'http://h:12a' its port is not a number from 1 to 65535"},
        {"http://h:-1", "X: 'http://h:-1' its port is not a number from 1 to 65535"},
        {"http://[::1/", "X: 'http://[::1' its IPv6 address is not written as [::1]"},
        {"http://[::g]", "X: 'http://[::g]' its IPv6 address is not written as [::1]"},
        {"http://%{tag.host}/",
         "X: 'http://%{tag.host}' has %{...} in its scheme, host or port, which "
         "can't vary: only path and query can"},
        {"http://h:%{tag.port}/p",
         "X: 'http://h:%{tag.port}' has %{...} in its scheme, host or port, "
         "which can't vary: only path and query can"},
        {"http://a b/", "X: 'http://a b' its host holds a character that no name has"},
        {"http://a\"b/", "X: 'http://a\"b' its host holds a character that no name has"},
        {"http://a'b/", "X: 'http://a'b' its host holds a character that no name has"},
        {"http://a%2fb/", "X: 'http://a%2fb' its host holds a character that no name has"},
        {"http://h\\x", "X: 'http://h' holds a backslash: write /"},
        {"http://m\xc3\xbcnchen.example/",
         "X: 'http://m\xc3\xbcnchen.example' holds letters that are "
         "not ASCII: write the name of its host as xn--..., others "
         "as %XX"},
        {"http://u:p@w@h:1/",
         "X: 'http://h:1' holds @ more than once: write the one in its user or "
         "password as %40"},
        {"http://u%0a:p@h/", "X: 'http://h' its user or password holds control characters"},
        {"http://1.2.3.256/", "X: 'http://1.2.3.256' its host is no IPv4 address"},
        {"http://a..b/",
         "X: 'http://a..b' its host's name has a part that is empty or longer than 63 "
         "bytes"},
        {"http:///p", "X: 'http://' names no host"},
        {"http://u@/p", "X: 'http://' names no host"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ilf_error err = {""};

        assert_int_equal(ILF_ERR_CONFIG, ilf__http_check_url("X", cases[i][0], &err));
        assert_string_equal(cases[i][1], err.text);
    }
}

static void names_that_no_resolver_has_are_refused(void **state)
{
    char url[600];
    ilf_error err;

    (void)state;
    (void)snprintf(url, sizeof(url), "http://%064d.example/", 0);
    url[7] = 'a';
    assert_int_equal(ILF_ERR_CONFIG, ilf__http_check_url("X", url, &err));
    assert_non_null(strstr(err.text, "a part that is empty or longer than 63 bytes"));
    for (size_t i = 0; i < 260; i++)
        url[7 + i] = i % 3 == 2 ? '.' : 'a';
    strcpy(url + 7 + 260, "/");
    assert_int_equal(ILF_ERR_CONFIG, ilf__http_check_url("X", url, &err));
    assert_non_null(strstr(err.text, "longer than 253 bytes"));
}

static void urls_that_can_work_are_accepted(void **state)
{
    static const char *const urls[] = {
        "http://h",
        "HTTPS://h:1/p?q=%{x}#f",
        "http://u:p%40w@h:65535/a@b",
        "http://[::1]:80/",
        "http://127.0.0.1",
        "http://[fe80::1%25eth0]/",
        "http://a_b.c/%{x}",
        "http://xn--mnchen-3ya.example",
        "http://h./",
        "http://1.2.3/",
        "http://-a/",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
        assert_works(ilf__http_check_url("X", urls[i], &err));
}

static void a_proxy_has_a_scheme_that_libcurl_knows(void **state)
{
    static const char *const good[] = {"h:3128",    "http://u:p@h", "socks5h://h:1",
                                       "https://h", "127.0.0.1",    "socks4a://h"};
    static const char *const bad[][2] = {
        {"ftp://h", "Proxy: 'ftp://h' has a scheme that no proxy has: write http://, https://, "
                    "socks4://, socks4a://, socks5:// or socks5h://"},
        {"httpx://u:s3cret@h", "Proxy: 'httpx://h' has a scheme that no proxy has: write http://, "
                               "https://, socks4://, socks4a://, socks5:// or socks5h://"},
        {"h:70000", "Proxy: 'h:70000' its port is not a number from 1 to 65535"},
        {"http://", "Proxy: 'http://' names no host"},
        {"u:s3cret@a@h",
         "Proxy: 'h' holds @ more than once: write the one in its user or password as "
         "%40"},
    };
    ilf_error text;

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_works(ilf__http_check_proxy("Proxy", good[i], &err));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(ILF_ERR_CONFIG, ilf__http_check_proxy("Proxy", bad[i][0], &text));
        assert_string_equal(bad[i][1], text.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_that_can_never_work_is_named_with_the_cure),
        cmocka_unit_test(names_that_no_resolver_has_are_refused),
        cmocka_unit_test(urls_that_can_work_are_accepted),
        cmocka_unit_test(a_proxy_has_a_scheme_that_libcurl_knows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
