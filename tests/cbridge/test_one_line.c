/* Tests of cbridge/one_line.c. */
#include "one_line.h"

#include "ilf_test.h"

static void check(const char *want, ilf_str text, size_t size)
{
    char out[64];

    memset(out, 'x', sizeof(out));
    ilf__copy_line(out, size, text);
    assert_string_equal(want, out);
    assert_true(strlen(out) < size);
}

static void text_stays_as_it_is(void **state)
{
    (void)state;
    check("plain", S("plain"), 64);
    check("\xe4\xb8\xad \xf0\x9f\x90\x9f \xc3\xa9", S("\xe4\xb8\xad \xf0\x9f\x90\x9f \xc3\xa9"),
          64);
    check("", S(""), 64);
    check("", (ilf_str){NULL, 5}, 64);
}

static void line_ends_and_control_characters_become_blanks(void **state)
{
    (void)state;
    check("a b  c", S("a\nb\r\nc"), 64);
    check("a [2J b", S("a\x1b[2J\0b"), 64);
    check("a b c d",
          S("a\x7f"
            "b\xc2\x85"
            "c\xe2\x80\xa8"
            "d"),
          64);
}

static void what_is_no_utf8_becomes_question_marks(void **state)
{
    (void)state;
    check("a?b",
          S("a\xff"
            "b"),
          64);
    check("??", S("\xc0\x80"), 64);           /* overlong */
    check("???", S("\xed\xa0\x80"), 64);      /* half a surrogate */
    check("????", S("\xf5\x80\x80\x80"), 64); /* beyond Unicode */
    check("??", S("\xe4\xb8"), 64);           /* not all of it */
}

static void it_is_cut_between_characters(void **state)
{
    (void)state;
    check("abc", S("abcdef"), 4);
    check("ab", S("ab\xe4\xb8\xad"), 5);
    check("ab\xe4\xb8\xad", S("ab\xe4\xb8\xad"), 6);
    check("", S("abc"), 1);
}

static void an_error_without_its_end_gets_one(void **state)
{
    ilf_error err;

    (void)state;
    memset(err.text, 'e', sizeof(err.text));
    ilf__clean_error(&err);
    assert_int_equal(sizeof(err.text) - 1, strlen(err.text));
    strcpy(err.text, "two\nlines");
    ilf__clean_error(&err);
    assert_string_equal("two lines", err.text);
    ilf__clean_error(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_stays_as_it_is),
        cmocka_unit_test(line_ends_and_control_characters_become_blanks),
        cmocka_unit_test(what_is_no_utf8_becomes_question_marks),
        cmocka_unit_test(it_is_cut_between_characters),
        cmocka_unit_test(an_error_without_its_end_gets_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
