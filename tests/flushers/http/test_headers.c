/* Tests of flushers/http/headers.c. */
#include "../../../flushers/http/headers.h"

#include "ilf_test.h"

static void names_are_tokens_and_values_have_no_end_of_line(void **state)
{
    (void)state;
    assert_true(header_is_name(S("X-A_1.~'")));
    assert_false(header_is_name(S("")));
    assert_false(header_is_name(S("a b")));
    assert_false(header_is_name(S("a:")));
    assert_false(header_is_name(S("a;")));
    assert_false(header_is_name(S("a\r\nb")));
    assert_false(header_is_name(S("\xc3\xa4")));
    assert_true(header_fits(S("a\tb \xc3\xa4")));
    assert_true(header_fits(S("")));
    assert_false(header_fits(S("a\r\nX: y")));
    assert_false(header_fits(S("a\0")));
    assert_false(header_fits(S("\x7f")));
    assert_true(header_fits_host(S(" a.b:80 ")));
    assert_true(header_fits_host(S("[::1]:80")));
    assert_true(header_fits_host(S("")));
    assert_false(header_fits_host(S("a b")));
    assert_false(header_fits_host(S("a/b")));
    assert_false(header_fits_host(S("u@a")));
}

static void an_empty_value_is_written_as_libcurl_sends_it(void **state)
{
    struct ilf__text text = {0};

    (void)state;
    header_put(&text, S("A"), S(" v "));
    ilf__text_put_char(&text, '|');
    header_put(&text, S("B"), S(""));
    ilf__text_put_char(&text, '|');
    header_put(&text, S("C"), S(" \t"));
    assert_int_equal(12, text.len);
    assert_memory_equal("A:  v |B;|C;", text.ptr, 12);
    ilf__text_dispose(&text);
}

static void what_says_where_the_body_ends_is_left_out_and_told(void **state)
{
    static const ilf_kv pairs[] = {
        {S_CONST("content-LENGTH"), S_CONST("3")},
        {S_CONST(" Transfer-Encoding\t"), S_CONST("%{content.x}")},
        {S_CONST("Trailer"), S_CONST("X")},
        {S_CONST("Expect"), S_CONST("100-continue")},
        {S_CONST("Upgrade"), S_CONST("websocket")},
        {S_CONST("Connection"), S_CONST("X-A, close")},
        {S_CONST("connection"), S_CONST("Close")},
        {S_CONST("Content-Length-X"), S_CONST("1")},
        {S_CONST("X-A"), S_CONST("1")},
        {S_CONST("x-b"), S_CONST("2")},
    };
    const ilf_str_map map = {pairs, 10};
    struct test_log log = {0};
    const ilf_host host = test_host(&log);
    ilf_str_map kept;

    (void)state;
    assert_true(headers_keep(&map, "X-B", &kept, &host));
    assert_int_equal(3, kept.n);
    assert_memory_equal("connection", kept.items[0].key.ptr, 10);
    assert_memory_equal("Content-Length-X", kept.items[1].key.ptr, 16);
    assert_memory_equal("X-A", kept.items[2].key.ptr, 3);
    assert_non_null(strstr(log.text, "2 detail.Headers.content-LENGTH: is ignored, for the client "
                                     "itself says that: leave it out\n"));
    assert_non_null(strstr(log.text, "detail.Headers.Transfer-Encoding: is ignored"));
    assert_null(strstr(log.text, "X-"));
    free((ilf_kv *)kept.items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_tokens_and_values_have_no_end_of_line),
        cmocka_unit_test(an_empty_value_is_written_as_libcurl_sends_it),
        cmocka_unit_test(what_says_where_the_body_ends_is_left_out_and_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
