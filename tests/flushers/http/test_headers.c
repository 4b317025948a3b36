/* Tests of flushers/http/headers.c. */
#include "../../../flushers/http/headers.h"

#include "ilf_test.h"

static void finds_a_header_without_regard_to_case(void **state)
{
    static const ilf_kv items[] = {{S_CONST("X-A"), S_CONST("1")}, {S_CONST("X-AB"), S_CONST("2")}};
    const ilf_str_map map = {items, 2};

    (void)state;
    assert_string_equal("2", headers_find(&map, "x-ab")->ptr);
    assert_null(headers_find(&map, "X"));
}

static void only_tokens_are_names_and_values_end_no_line(void **state)
{
    (void)state;
    assert_true(headers_is_name(S("X-A!")));
    assert_false(headers_is_name(S("")));
    assert_false(headers_is_name(S("Content-Length ")));
    assert_false(headers_is_name(S("a:b")));
    assert_false(headers_is_name(S("\xc3\xa9")));
    assert_true(headers_fits(S("a\tb \xc3\xa9")));
    assert_false(headers_fits(S("a\nb")));
    assert_false(headers_fits(S("a\0b")));
    assert_false(headers_fits(S("a\x7f")));
}

static void an_empty_value_is_sent_as_an_empty_header(void **state)
{
    static const char *const cases[][2] = {
        {"", "X;"}, {" \t", "X;"}, {"v", "X: v"}, {" v", "X:  v"}};
    struct ilf__text line = {0};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        line.len = 0;
        headers_put(&line, S("X"), (ilf_str){cases[i][0], strlen(cases[i][0])});
        assert_int_equal(strlen(cases[i][1]), line.len);
        assert_memory_equal(cases[i][1], line.ptr, line.len);
    }
    ilf__text_dispose(&line);
}

static void headers_that_frame_the_body_are_ignored_with_a_warning(void **state)
{
    static const ilf_kv items[] = {{S_CONST("content-LENGTH"), S_CONST("1")},
                                   {S_CONST("X"), S_CONST("2")},
                                   {S_CONST("Transfer-Encoding"), S_CONST("")},
                                   {S_CONST("Trailer"), S_CONST("X")},
                                   {S_CONST("Content-Length-X"), S_CONST("3")}};
    const ilf_str_map map = {items, 5};
    struct test_log log = {.len = 0};
    const ilf_host host = test_host(&log);
    ilf_str_map kept;
    ilf_kv *memory = headers_keep(&map, &host, &kept);

    (void)state;
    assert_int_equal(2, kept.n);
    assert_string_equal("X", kept.items[0].key.ptr);
    assert_string_equal("Content-Length-X", kept.items[1].key.ptr);
    assert_string_equal("2 Headers.content-LENGTH is ignored: it follows from the body\n"
                        "2 Headers.Transfer-Encoding is ignored: it follows from the body\n"
                        "2 Headers.Trailer is ignored: it follows from the body\n",
                        log.text);
    free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_header_without_regard_to_case),
        cmocka_unit_test(only_tokens_are_names_and_values_end_no_line),
        cmocka_unit_test(an_empty_value_is_sent_as_an_empty_header),
        cmocka_unit_test(headers_that_frame_the_body_are_ignored_with_a_warning),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
