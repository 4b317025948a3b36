/* Tests of cbridge/letter_read.c. */
#include "ilf_test.h"

#include "letter_line.h"
#include "letter_read.h"

static void assert_same(ilf_str want, ilf_str got)
{
    assert_int_equal(want.len, got.len);
    if (want.len > 0)
        assert_memory_equal(want.ptr, got.ptr, want.len);
}

static void reads_what_was_written(void **state)
{
    struct ilf__letter letter = {.flusher = "flusher_c_http",
                                 .config = S("web"),
                                 .body = S("{\"k\":\"v\"}\n\0"),
                                 .encoded = true,
                                 .n_events = 2,
                                 .accepted_at = UINT64_C(1700000000000000001),
                                 .dead_at = UINT64_C(1700000001500000000),
                                 .attempts = 3,
                                 .code = -7,
                                 .reason = S("bad \xff")};
    uint64_t random = 3;

    (void)state;
    for (size_t i = 0; i < 200; i++) {
        struct ilf__lines lines = {NULL, 0, 0};
        struct ilf__read_letter got;
        char bytes[64];

        for (size_t j = 0; j < sizeof(bytes); j++)
            bytes[j] = (char)test_random(&random);
        letter.destination = (ilf_str){bytes, i % 60};
        letter.encoded = i % 2;
        assert_true(ilf__lines_add(&lines, &letter));
        assert_works(ilf__letter_read(&got, (ilf_str){lines.text, lines.len - 1}, &err));
        assert_string_equal("flusher_c_http", got.letter.flusher);
        assert_same(letter.config, got.letter.config);
        assert_same(letter.body, got.letter.body);
        assert_same(letter.destination, got.letter.destination);
        assert_same(letter.reason, got.letter.reason);
        assert_int_equal(letter.encoded, got.letter.encoded);
        assert_int_equal(2, got.letter.n_events);
        assert_true(letter.accepted_at == got.letter.accepted_at);
        assert_true(letter.dead_at == got.letter.dead_at);
        assert_int_equal(3, got.letter.attempts);
        assert_int_equal(-7, got.letter.code);
        ilf__letter_dispose(&got);
        free(lines.text);
    }
}

static void assert_bad(const char *line, const char *want)
{
    struct ilf__read_letter got;

    assert_fails(ILF_ERR_DROP, want, ilf__letter_read(&got, (ilf_str){line, strlen(line)}, &err));
}

static void says_why_a_line_is_no_dead_letter(void **state)
{
    (void)state;
    assert_bad("", "is no JSON: '[' or '{' expected near end of file, at byte 0");
    assert_bad("{\"encoded\":tr", "is no JSON: invalid token near 'tr', at byte 13");
    assert_bad("[]", "is not a dead letter: not a JSON object");
    assert_bad("{}", "has no 'encoded' that is true or false");
    assert_bad("{\"encoded\":true}", "has no 'flusher'");
    assert_bad("{\"encoded\":true,\"flusher\":\"f\",\"body\":1}", "'body' is not a string");
    assert_bad("{\"encoded\":true,\"flusher\":\"f\",\"body\":\"b\"}", "has no 'destination'");
    assert_bad("{\"encoded\":true,\"flusher\":\"f\",\"body_base64\":\"a\"}",
               "'body_base64' is no base64");
    assert_bad("{\"encoded\":true,\"flusher\":\"f\",\"body_base64\":\"a===\"}",
               "'body_base64' is no base64");
    assert_bad("{\"encoded\":true,\"flusher\":\"f\",\"body_base64\":\"====\"}",
               "'body_base64' is no base64");
    assert_bad("{\"encoded\":true,\"flusher\":\"f\",\"body_base64\":[]}",
               "'body_base64' is not a string");
    assert_bad("{\"encoded\":true,\"flusher\":\"f\",\"body\":\"b\",\"destination\":\"\","
               "\"events\":-1}",
               "'events' is not a valid number");
}

static void the_rest_may_be_missing(void **state)
{
    const char *line = "{\"encoded\":false,\"flusher\":\"f\",\"body_base64\":\"\","
                       "\"destination\":\"d\",\"accepted_at\":\"2023-11-14T22:13:20.5Z\","
                       "\"dead_at\":\"yesterday\",\"note\":\"mine\"}";
    struct ilf__read_letter got;

    (void)state;
    assert_works(ilf__letter_read(&got, (ilf_str){line, strlen(line)}, &err));
    assert_int_equal(0, got.letter.body.len);
    assert_true(UINT64_C(1700000000500000000) == got.letter.accepted_at);
    assert_int_equal(0, got.letter.dead_at + got.letter.n_events);
    ilf__letter_dispose(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_was_written),
        cmocka_unit_test(says_why_a_line_is_no_dead_letter),
        cmocka_unit_test(the_rest_may_be_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
