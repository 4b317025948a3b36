/* Tests of cbridge/suggest.c. */
#include <ilf_test.h>

#include "suggest.h"

/* The nearest of @known (ended by NULL) to @typed, or "none". */
static const char *nearest(const char *typed, const char *const *known)
{
    struct ilf__suggestion suggestion = ilf__suggest(typed);

    for (; *known; known++)
        ilf__consider(&suggestion, *known);
    return suggestion.best ? suggestion.best : "none";
}

static void finds_what_was_meant(void **state)
{
    static const char *const names[] = {"Retry", "StopTimeout", "Path", "OnlyStdout", NULL};

    (void)state;
    assert_string_equal("Path", nearest("Pth", names));
    assert_string_equal("Path", nearest("Patch", names));
    assert_string_equal("Path", nearest("Pafh", names));
    assert_string_equal("Path", nearest("Path", names));
    assert_string_equal("StopTimeout", nearest("StopTimeOut", names));
    assert_string_equal("StopTimeout", nearest("Stop_Timeout", names));
    assert_string_equal("OnlyStdout", nearest("onlystdout", names));
    assert_string_equal("OnlyStdout", nearest("OnlyStdOut2", names));
}

static void suggests_nothing_for_another_word(void **state)
{
    static const char *const names[] = {"Retry", "StopTimeout", "Path", NULL};

    (void)state;
    assert_string_equal("none", nearest("Compression", names));
    assert_string_equal("none", nearest("Bucket", names));
    assert_string_equal("none", nearest("", names));
}

static void counts_a_third_of_the_letters_as_an_error(void **state)
{
    static const char *const names[] = {"abcdef", NULL};

    (void)state;
    assert_string_equal("abcdef", nearest("abcxyz", names)); /* 3 of 6 wrong: 6 / 3 + 1 */
    assert_string_equal("none", nearest("abwxyz", names));
}

static void takes_the_first_of_equals(void **state)
{
    static const char *const names[] = {"cat", "car", NULL}, *const turned[] = {"car", "cat", NULL};

    (void)state;
    assert_string_equal("cat", nearest("cab", names));
    assert_string_equal("car", nearest("cab", turned));
}

static void takes_the_nearer_wherever_it_stands(void **state)
{
    static const char *const names[] = {"flusher_c_nul", "flusher_c_null", "flusher_c_n", NULL};

    (void)state;
    assert_string_equal("flusher_c_null", nearest("flusher_c_nulll", names));
}

static void does_not_care_for_case(void **state)
{
    struct ilf__suggestion suggestion = ilf__suggest("PATH");

    (void)state;
    ilf__consider(&suggestion, "path");
    assert_string_equal("path", suggestion.best);
    assert_int_equal(0, suggestion.distance);
}

static void counts_letters(void **state)
{
    static const struct {
        const char *typed, *known;
        size_t distance;
    } rows[] = {{"kitten", "sitting", 3},
                {"saturday", "sunday", 3},
                {"abc", "abc", 0},
                {"abc", "", 3},
                {"", "a", 1},
                {"flaw", "lawn", 2}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ilf__suggestion suggestion = {.typed = rows[i].typed, .distance = 99};

        ilf__consider(&suggestion, rows[i].known);
        assert_int_equal(rows[i].distance, suggestion.distance);
    }
}

static void leaves_out_names_that_are_too_long_to_compare(void **state)
{
    char known[66], typed[1001];
    const char *const names[] = {known, "flusher_c_null", NULL};

    (void)state;
    memset(known, 'a', sizeof(known));
    memset(typed, 'a', sizeof(typed));
    typed[1000] = known[65] = '\0';
    assert_string_equal("none", nearest(typed, names)); /* however many errors it may have */
    typed[64] = '\0';
    assert_string_equal("none", nearest(typed, names));
    known[64] = '\0';
    assert_string_equal(known, nearest(typed, names));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_meant),
        cmocka_unit_test(suggests_nothing_for_another_word),
        cmocka_unit_test(counts_a_third_of_the_letters_as_an_error),
        cmocka_unit_test(takes_the_first_of_equals),
        cmocka_unit_test(takes_the_nearer_wherever_it_stands),
        cmocka_unit_test(does_not_care_for_case),
        cmocka_unit_test(counts_letters),
        cmocka_unit_test(leaves_out_names_that_are_too_long_to_compare),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
