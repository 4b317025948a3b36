/* Tests of flushers/common/http_proxy.c: what Go's httpproxy would choose. */
#include "http_client_test.h"

static const char *const variables[] = {"HTTP_PROXY",  "http_proxy", "HTTPS_PROXY",
                                        "https_proxy", "NO_PROXY",   "no_proxy",
                                        "ALL_PROXY",   "all_proxy",  "REQUEST_METHOD"};

static int clear(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        unsetenv(variables[i]);
    return 0;
}

/* Fail unless requests to @url go by @proxy. */
static void goes_by(const char *url, const char *proxy)
{
    struct ilf__http_proxies proxies = {0};
    ilf_error err;

    if (ilf__http_proxies_init(&proxies, &err) != ILF_OK)
        fail_msg("%s", err.text);
    if (strcmp(proxy, ilf__http_proxy_of(&proxies, url)) != 0)
        fail_msg("%s goes by '%s'", url, ilf__http_proxy_of(&proxies, url));
    ilf__http_proxies_dispose(&proxies);
}

static void capitals_count_and_go_first(void **state)
{
    (void)state;
    setenv("http_proxy", "small:1", 1);
    goes_by("http://h/", "small:1");
    setenv("HTTP_PROXY", "http://capitals:1", 1);
    goes_by("http://h/", "http://capitals:1");
    goes_by("https://h/", "");
    setenv("HTTPS_PROXY", "https://tls:1", 1);
    goes_by("https://h/", "https://tls:1");
    setenv("HTTP_PROXY", "", 1);
    goes_by("http://h/", "small:1");
}

static void all_proxy_does_not_count(void **state)
{
    (void)state;
    setenv("ALL_PROXY", "http://all:1", 1);
    setenv("all_proxy", "http://all:1", 1);
    goes_by("http://h/", "");
    goes_by("https://h/", "");
}

static void a_requests_header_is_no_proxy_in_a_cgi(void **state)
{
    (void)state;
    setenv("REQUEST_METHOD", "GET", 1);
    setenv("HTTP_PROXY", "http://evil:1", 1);
    goes_by("http://h/", "");
}

static void loopback_addresses_go_direct(void **state)
{
    static const char *const urls[] = {"http://localhost/", "http://LOCALHOST:1/",
                                       "http://127.0.0.1/", "http://127.9.9.9:1/",
                                       "http://[::1]:1/",   "http://[::ffff:127.0.0.1]/"};

    (void)state;
    setenv("HTTP_PROXY", "p:1", 1);
    for (size_t i = 0; i < 6; i++)
        goes_by(urls[i], "");
    goes_by("http://localhost.example/", "p:1");
    goes_by("http://128.0.0.1/", "p:1");
    goes_by("http://[::2]/", "p:1");
}

static void no_proxy_names_hosts_domains_ports_addresses_and_networks(void **state)
{
    static const struct {
        const char *none_for, *url;
        bool direct;
    } cases[] = {
        {"a.example", "http://a.example/", true},
        {"A.EXAMPLE", "http://a.example/", true},
        {"a.example", "http://b.a.example/", true},
        {"a.example", "http://ba.example/", false},
        {".a.example", "http://a.example/", false},
        {".a.example", "http://b.a.example/", true},
        {"*.a.example", "http://b.a.example/", true},
        {"*.a.example", "http://a.example/", false},
        {"a.example:80", "http://a.example/", true},
        {"a.example:81", "http://a.example/", false},
        {"a.example:81", "http://a.example:81/", true},
        {" x , a.example\t", "http://a.example/", true},
        {"x,,*", "http://a.example/", true},
        {"10.0.0.0/8", "http://10.1.2.3/", true},
        {"10.0.0.0/8", "http://11.1.2.3/", false},
        {"10.0.0.0/9", "http://10.127.0.1/", true},
        {"10.0.0.0/9", "http://10.128.0.1/", false},
        {"0.0.0.0/0", "http://9.9.9.9/", true},
        {"10.0.0.1", "http://10.0.0.1/", true},
        {"10.0.0.1", "http://10.0.0.10/", false},
        {"10.0.0.1:81", "http://10.0.0.1:81/", true},
        {"10.0.0.1:81", "http://10.0.0.1:82/", false},
        {"fe80::/10", "http://[fe81::1]/", true},
        {"fe80::/10", "http://[fd00::1]/", false},
        {"fd00::1", "http://[fd00::1]:9/", true},
        {"[fd00::1]:9", "http://[fd00::1]:9/", true},
        {"[fd00::1]:8", "http://[fd00::1]:9/", false},
        {"10.0.0.0/33", "http://10.0.0.1/", false},
        {":80", "http://a.example/", false},
        {"", "http://a.example/", false},
        {".", "http://a.example/", false},
    };

    (void)state;
    setenv("HTTP_PROXY", "p:1", 1);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        setenv("NO_PROXY", cases[i].none_for, 1);
        goes_by(cases[i].url, cases[i].direct ? "" : "p:1");
    }
}

static void socks5_lets_the_proxy_resolve_as_in_go(void **state)
{
    (void)state;
    setenv("HTTP_PROXY", "socks5://p:1", 1);
    goes_by("http://h/", "socks5h://p:1");
}

static void a_proxy_that_is_none_is_refused_at_the_start(void **state)
{
    struct ilf__http_options options = test_http_options();
    struct ilf__http_client *client;
    ilf_error err;

    (void)state;
    options.proxy = "";
    setenv("HTTPS_PROXY", "ftp://user:secret@h", 1);
    assert_int_equal(ILF_ERR_CONFIG, ilf__http_client_new(&client, &options, NULL, &err));
    assert_string_equal("the environment's HTTPS_PROXY: its scheme must be http, https, socks4, "
                        "socks4a, socks5 or socks5h (not shown, it is a secret)",
                        err.text);
    options.proxy = "none";
    assert_int_equal(ILF_OK, ilf__http_client_new(&client, &options, NULL, &err));
    ilf__http_client_free(client);
}

/* The environment of the tests is not to be ours: @proxy of the option, or else of HTTP_PROXY. */
static void asks(const char *proxy, const char *url, struct test_server *server)
{
    static const char *const script = SERVER_OK;
    struct ilf__http_options options = test_http_options();
    struct ilf__http_client *client;
    const ilf_str body = S("x");
    struct ended e;

    server_start(server, &script, 1);
    setenv("http_proxy", server->url, 1);
    options.proxy = *proxy ? server->url : "";
    client = client_of(&options);
    post(client, *url ? url : server->url, &body, no_headers, &e);
    run(client, &e);
    assert_int_equal(200, e.reply.status);
    ilf__http_client_free(client);
}

static void a_request_goes_by_the_proxy_of_option_or_environment(void **state)
{
    struct test_server server;

    (void)state;
    setenv("no_proxy", "other.example", 1);
    asks("", "http://sink.example/p", &server);
    assert_memory_equal("POST http://sink.example/p HTTP/1.1\r\n", server.requests[0], 36);
    server_end(&server);
    asks("", "", &server); /* the loopback */
    assert_memory_equal("POST / HTTP/1.1\r\n", server.requests[0], 17);
    server_end(&server);
    asks("option", "http://other.example/", &server); /* is for all */
    assert_memory_equal("POST http://other.example/ ", server.requests[0], 27);
    server_end(&server);
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, clear, clear)
    const struct CMUnitTest tests[] = {
        test(capitals_count_and_go_first),
        test(all_proxy_does_not_count),
        test(a_requests_header_is_no_proxy_in_a_cgi),
        test(loopback_addresses_go_direct),
        test(no_proxy_names_hosts_domains_ports_addresses_and_networks),
        test(socks5_lets_the_proxy_resolve_as_in_go),
        test(a_proxy_that_is_none_is_refused_at_the_start),
        test(a_request_goes_by_the_proxy_of_option_or_environment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
