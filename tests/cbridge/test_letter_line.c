/* Tests of cbridge/letter_line.c. */
#include "ilf_test.h"

#include "letter_line.h"

static const struct ilf__letter plain = {.flusher = "flusher_c_http",
                                         .config = S_CONST("web"),
                                         .destination = S_CONST("http://a/b"),
                                         .body = S_CONST("{\"k\":\"v\"}"),
                                         .encoded = true,
                                         .n_events = 2,
                                         .accepted_at = UINT64_C(1700000000000000001),
                                         .dead_at = UINT64_C(1700000001500000000),
                                         .attempts = 3,
                                         .code = 400,
                                         .reason = S_CONST("bad \"thing\"")};

static void assert_line(const struct ilf__letter *letter, const char *want)
{
    struct ilf__lines lines = {NULL, 0, 0};

    assert_true(ilf__lines_add(&lines, letter));
    assert_int_equal(strlen(want), lines.len);
    assert_memory_equal(want, lines.text, lines.len);
    free(lines.text);
}

static void has_all_that_is_known_of_a_record(void **state)
{
    (void)state;
    assert_line(&plain, "{\"dead_at\":\"2023-11-14T22:13:21.500000000Z\","
                        "\"reason\":\"bad \\\"thing\\\"\",\"code\":400,\"attempts\":3,"
                        "\"flusher\":\"flusher_c_http\",\"config\":\"web\","
                        "\"accepted_at\":\"2023-11-14T22:13:20.000000001Z\",\"events\":2,"
                        "\"encoded\":true,\"destination\":\"http://a/b\","
                        "\"body\":\"{\\\"k\\\":\\\"v\\\"}\"}\n");
}

static void bytes_that_are_no_text_come_as_base64(void **state)
{
    struct ilf__letter letter = plain;

    (void)state;
    letter.body = S("\xff\xfe");
    letter.destination = S("\x80");
    letter.reason = S("\n\0\x7f");
    letter.config = (ilf_str){NULL, 0};
    letter.flusher = NULL;
    letter.accepted_at = 0;
    letter.encoded = false;
    assert_line(&letter, "{\"dead_at\":\"2023-11-14T22:13:21.500000000Z\","
                         "\"reason\":\"\\n\\u0000\x7f\",\"code\":400,\"attempts\":3,"
                         "\"flusher\":\"\",\"config\":\"\","
                         "\"accepted_at\":\"1970-01-01T00:00:00.000000000Z\",\"events\":2,"
                         "\"encoded\":false,\"destination_base64\":\"gA==\","
                         "\"body_base64\":\"//4=\"}\n");
}

static void many_lines_follow_one_another(void **state)
{
    struct ilf__lines lines = {NULL, 0, 0};
    size_t one;

    (void)state;
    assert_true(ilf__lines_add(&lines, &plain));
    one = lines.len;
    for (size_t i = 1; i < 1000; i++)
        assert_true(ilf__lines_add(&lines, &plain));
    assert_int_equal(1000 * one, lines.len);
    assert_memory_equal(lines.text, lines.text + 999 * one, one);
    free(lines.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_all_that_is_known_of_a_record),
        cmocka_unit_test(bytes_that_are_no_text_come_as_base64),
        cmocka_unit_test(many_lines_follow_one_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
