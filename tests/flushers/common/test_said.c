/* Tests of flushers/common/said.c. */
#include "../../../flushers/common/said.h"

#include "ilf_test.h"

static void said_as(ilf_str said, const char *want)
{
    char out[64];

    ilf__put_said(out, sizeof(out), said);
    assert_string_equal(want, out);
}

static void keeps_what_can_be_seen(void **state)
{
    (void)state;
    said_as(S("no such index"), "no such index");
    said_as(S("d\xc3\xa9j\xc3\xa0 \xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x98\x80"),
            "d\xc3\xa9j\xc3\xa0 \xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x98\x80");
    said_as(S(""), "");
}

static void no_control_character_of_any_kind_reaches_a_log(void **state)
{
    (void)state;
    said_as(S("a\x1b[31mb\r\nc\td\x7f"), "a [31mb c d");
    said_as(S("a\xc2\x9b"
              "31mb\xc2\x85"
              "c\xc2\x80"),
            "a 31mb c");                                /* C1: CSI, NEL, PAD */
    said_as(S("a\xe2\x80\xa8z\xe2\x80\xa9y"), "a z y"); /* line and paragraph separator */
    said_as(S("a\xe2\x80\xae"
              "b\xe2\x81\xa6"
              "c\xe2\x80\x8b"
              "d"),
            "a b c d"); /* bidi, zero width */
    said_as(S("a\xef\xbb\xbf"
              "b"),
            "a b"); /* byte order mark */
    said_as(S("a\xf3\xa0\x81\x81"
              "b"),
            "a b"); /* a tag */
    said_as(S("\0\0"), "");
}

static void bytes_that_are_no_utf8_are_question_marks(void **state)
{
    (void)state;
    said_as(S("a\xff"
              "b\xc3"),
            "a?b?");
    said_as(S("\xed\xa0\x80"), "???"); /* a surrogate */
}

static void what_does_not_fit_is_left_out_by_whole_characters(void **state)
{
    char out[4] = "zzz";

    (void)state;
    ilf__put_said(out, sizeof(out), S("ab\xc3\xa9"));
    assert_string_equal("ab", out);
    ilf__put_said(out, 1, S("a"));
    assert_string_equal("", out);
}

static void may_be_done_in_place(void **state)
{
    char text[] = "\n\x01 a\xff\x85\n\nb";

    (void)state;
    ilf__put_said(text, sizeof(text), (ilf_str){text, sizeof(text) - 1});
    assert_string_equal("a?? b", text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_can_be_seen),
        cmocka_unit_test(no_control_character_of_any_kind_reaches_a_log),
        cmocka_unit_test(bytes_that_are_no_utf8_are_question_marks),
        cmocka_unit_test(what_does_not_fit_is_left_out_by_whole_characters),
        cmocka_unit_test(may_be_done_in_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
