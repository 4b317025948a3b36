/* Tests of flushers/common/http_url.c. */
#include "../../../flushers/common/http_url.h"

#include "ilf_test.h"

static void addresses_that_can_work_are_taken(void **state)
{
    static const char *const urls[] = {
        "http://h",           "https://h.example./p?q#f", "HTTP://127.0.0.1:65535/",
        "http://[::1]:1/w",   "http://u:p%40@h",          "http://h:/",
        "http://h_1-x:8080/", "http://h/a@b/@",           "http://h/%{content.x}?q=%{tag.y}",
    };
    ilf_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
        if (ilf__http_check_url("URL", urls[i], &err) != ILF_OK)
            fail_msg("%s", err.text);
}

static void addresses_that_never_work_are_refused_with_the_cure(void **state)
{
    static const char port[] = "the port must be a number from 1 to 65535",
                      template[] =
                          "user, host and port can't be templates: %{...} works in path and query",
                      blank[] = "holds a blank or control character: write a blank as %20",
                      name[] = "this can't be the name of a host",
                      quote[] = "holds a quote or bracket that no URL can",
                      part[] =
                          "the host's name has an empty part, or one of more than 63 characters";
    static const char *const cases[][3] = {
        {"h:1", "must begin with http:// or https://", "h:1"},
        {"", "must begin with http:// or https://", ""},
        {"ftp://h/", "must begin with http:// or https://", "ftp://h"},
        {"http://127.0.0.1:99999", port, "http://127.0.0.1:99999"},
        {"http://h:65536/w", port, "http://h:65536"},
        {"http://h:0/w", port, "http://h:0"},
        {"http://h:00", port, "http://h:00"},
        {"http://h:8o80/w", port, "http://h:8o80"},
        {"http://h:-1", port, "http://h:-1"},
        {"http://h:99999999999999999999", port, "http://h:99999999999999999999"},
        {"http://[::1:80/w", "what is in [ ] is not an IPv6 address, or the ] is missing",
         "http://[::1:80"},
        {"http://[::g]/", "what is in [ ] is not an IPv6 address, or the ] is missing",
         "http://[::g]"},
        {"http://%{content.h}/w", template, "http://%{content.h}"},
        {"http://h:%{tag.p}/w", template, "http://h:%{tag.p}"},
        {"http://h b/", blank, "http://h b"},
        {"http://h\x01/", blank, "http://h"},
        {"http://h\n/", blank, "http://h"},
        {"http://h/a b", blank, "http://h"},
        {" http://h/", "must begin with http:// or https://", "http://h"},
        {"http://\"h\"/", quote, "http://\"h\""},
        {"http://'h'/", quote, "http://'h'"},
        {"http://<h>", quote, "http://<h>"},
        {"http://h\\w", "holds a backslash: write /", "http://h\\w"},
        {"http:///w", name, "http://"},
        {"http://:80/w", name, "http://:80"},
        {"http://u@/w", name, ""},
        {"http://h,i/w", name, "http://h,i"},
        {"http://h%20i/w", name, "http://h%20i"},
        {"http://a..b/", part, "http://a..b"},
        {"http://u:p@ss@h/", "holds two @: write %40 for one in a user or password", "h"},
        {"http://u%3Ax:secret@h/",
         "the user can't hold a colon: basic authentication has none there", "h"},
        {"http://u:secret%0a@h/", "the user or password holds control characters", "h"},
        {"http://u:sec/ret@h/", port, "h"},
        {"http://u:secret@h:0/?token=secret", port, "h:0"},
    };
    char want[512];
    ilf_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (ilf__http_check_url("URL", cases[i][0], &err) != ILF_ERR_CONFIG)
            fail_msg("%s is taken", cases[i][0]);
        (void)snprintf(want, sizeof(want), "URL: %s: '%s'", cases[i][1], cases[i][2]);
        assert_string_equal(want, err.text);
    }
}

static void a_name_that_dns_has_no_room_for_is_refused(void **state)
{
    char url[400] = "http://";
    ilf_error err;

    (void)state;
    memset(url + 7, 'x', 64);
    assert_int_equal(ILF_ERR_CONFIG, ilf__http_check_url("URL", url, &err));
    url[7 + 63] = '\0';
    assert_int_equal(ILF_OK, ilf__http_check_url("URL", url, &err));
    for (size_t i = 0; i < 254; i++)
        url[7 + i] = i % 50 == 49 ? '.' : 'x';
    url[7 + 254] = '\0';
    assert_int_equal(ILF_ERR_CONFIG, ilf__http_check_url("URL", url, &err));
    url[7 + 253] = '\0';
    assert_int_equal(ILF_OK, ilf__http_check_url("URL", url, &err));
}

/* In the locale "C", in which agents run, libcurl can't convert names. */
static void a_name_that_is_not_ascii_is_refused_where_libcurl_cannot_convert_it(void **state)
{
    ilf_error err;

    (void)state;
    assert_int_equal(ILF_ERR_CONFIG,
                     ilf__http_check_url("URL", "http://b\xc3\xbc\xff.example", &err));
    assert_string_equal("URL: write the host's name in ASCII, as xn--..., or its address: "
                        "'http://b\xc3\xbc?.example'",
                        err.text);
}

static void proxies_of_a_known_scheme_are_taken(void **state)
{
    static const char *const urls[] = {"h:3128",        "proxy",       "http://u:p@h:1/",
                                       "socks5h://h:1", "SOCKS4A://h", "https://h"};
    ilf_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
        if (ilf__http_check_proxy("Proxy", urls[i], &err) != ILF_OK)
            fail_msg("%s: %s", urls[i], err.text);
}

static void a_proxy_that_never_works_is_refused_and_not_shown(void **state)
{
    static const char scheme[] =
        "its scheme must be http, https, socks4, socks4a, socks5 or socks5h";
    static const char *const cases[][2] = {
        {"ftp://h", scheme},
        {"socks6://h", scheme},
        {"://h", scheme},
        {"http://h:99999", "the port must be a number from 1 to 65535"},
        {"h:x", "the port must be a number from 1 to 65535"},
        {"u:p@ss@h", "holds two @: write %40 for one in a user or password"},
        {"http://", "this can't be the name of a host"},
    };
    char want[512];
    ilf_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (ilf__http_check_proxy("Proxy", cases[i][0], &err) != ILF_ERR_CONFIG)
            fail_msg("%s is taken", cases[i][0]);
        (void)snprintf(want, sizeof(want), "Proxy: %s (not shown, it is a secret)", cases[i][1]);
        assert_string_equal(want, err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_that_can_work_are_taken),
        cmocka_unit_test(addresses_that_never_work_are_refused_with_the_cure),
        cmocka_unit_test(a_name_that_dns_has_no_room_for_is_refused),
        cmocka_unit_test(a_name_that_is_not_ascii_is_refused_where_libcurl_cannot_convert_it),
        cmocka_unit_test(proxies_of_a_known_scheme_are_taken),
        cmocka_unit_test(a_proxy_that_never_works_is_refused_and_not_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
