/* Tests of flushers/common/http_reply.c: the line that tells how a request ended. */
#include "http_client_test.h"

/* Describe @code for a request to @url that got @said. */
static void describe(const char *url, CURLcode code, ilf_str said, char reason[ILF__HTTP_REASON],
                     struct ilf__http_reply *reply)
{
    struct ilf__http_slot slot = {.easy = curl_easy_init(), .request = {.url = url}};

    ilf__text_put_str(&slot.reply, said);
    ilf__http_describe(&slot, code, reason, reply);
    curl_easy_cleanup(slot.easy);
    ilf__text_dispose(&slot.reply);
}

static void names_the_server_without_the_secrets_of_its_url(void **state)
{
    static const char *const cases[][2] = {
        {"http://h/p?token=s#f", "POST http://h/p: "},
        {"https://user:pw@h:1/p", "POST https://h:1/p: "},
        {"https://user:p@h/x@y", "POST https://h/x@y: "},
        {"https://user:p@ss@h/x", "POST https://h/x: "},
        {"http://h", "POST http://h: "},
        {"no url", "POST no url: "},
        {"", "POST : "},
    };
    char reason[ILF__HTTP_REASON];
    struct ilf__http_reply reply;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        describe(cases[i][0], CURLE_COULDNT_CONNECT, S(""), reason, &reply);
        if (strncmp(reason, cases[i][1], strlen(cases[i][1])) != 0)
            fail_msg("%s: %s", cases[i][0], reason);
        assert_int_equal(strlen(reason), reply.reason.len);
    }
}

static void shows_one_printable_line_of_what_the_server_says(void **state)
{
    static const char said[] = "HTTP/1.1 500 X\r\nContent-Length: 16\r\n\r\n no\r\n\tsuch\fthing",
                      nothing[] = "HTTP/1.1 500 X\r\nContent-Length: 2\r\n\r\n\x01\x02";
    static const char controls[] = "HTTP/1.1 500 X\r\nContent-Length: 20\r\n\r\n"
                                   "a\xc2\x9b"
                                   "b\x9b"
                                   "c\xe2\x80\xae"
                                   "d \xc3\xa9 \xf0\x9f"
                                   "e   ";
    char large[4096];
    struct ended e;

    (void)state;
    post_and_run("", said, &e);
    assert_non_null(strstr(e.reason, ": HTTP 500: no such thing"));
    post_and_run("", nothing, &e);
    assert_string_equal(": HTTP 500", strstr(e.reason, ": HTTP"));
    post_and_run("", controls, &e);
    assert_string_equal(": HTTP 500: a b?c d \xc3\xa9 ??e", strstr(e.reason, ": HTTP"));
    (void)snprintf(large, sizeof(large), "HTTP/1.1 500 X\r\nContent-Length: 4000\r\n\r\n%04000d",
                   0);
    post_and_run("", large, &e);
    assert_in_range(strlen(e.reason), 100, 150); /* of 4000, the 100 that were kept */
}

static void fits_whatever_the_url(void **state)
{
    char reason[ILF__HTTP_REASON], *url = malloc(100001);
    struct ilf__http_reply reply;

    (void)state;
    memset(url, 'u', 100000);
    url[100000] = '\0';
    describe(url, CURLE_SSL_CONNECT_ERROR, S(""), reason, &reply);
    assert_true(strlen(reason) < ILF__HTTP_REASON);
    assert_non_null(strstr(reason, "TLS: the handshake failed"));
    free(url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_server_without_the_secrets_of_its_url),
        cmocka_unit_test(shows_one_printable_line_of_what_the_server_says),
        cmocka_unit_test(fits_whatever_the_url),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
