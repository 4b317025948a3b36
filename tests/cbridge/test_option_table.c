/* Tests of cbridge/option_table.c. */
#include "option_table.h"

#include "ilf_test.h"

struct animal {
    const char *text;
    struct {
        int64_t number;
    } table;
};

static ilf_status check(const ilf_option *options, size_t size, ilf_error *err)
{
    const ilf_flusher_ops ops = {.name = "flusher_x", .instance_size = size, .options = options};

    return ilf__check_tables(&ops, err);
}

static void tables_that_are_sound_pass(void **state)
{
    static const char *const choices[] = {"a", "b", NULL};
    const ilf_option nested[] = {{.name = "N", .type = ILF_OPT_INT}, {0}};
    const ilf_option options[] = {
        {.name = "T", .type = ILF_OPT_STR},
        {.name = "C", .type = ILF_OPT_ENUM, .choices = choices},
        {.name = "Sub", .type = ILF_OPT_TABLE, .offset = 8, .table = nested},
        {0},
    };

    (void)state;
    assert_works(check(NULL, 0, &err));
    assert_works(check(options, sizeof(struct animal), &err));
}

static void values_outside_of_the_instance_are_refused_in_tables_too(void **state)
{
    const ilf_option nested[] = {{.name = "N", .type = ILF_OPT_INT, .offset = 1}, {0}};
    const ilf_option rows[][2] = {
        {{.name = "P", .type = ILF_OPT_STR, .offset = sizeof(struct animal)}, {0}},
        {{.name = "P", .type = ILF_OPT_STR, .offset = SIZE_MAX}, {0}},
        {{.name = "P", .type = ILF_OPT_TABLE, .offset = 8, .table = nested}, {0}},
    };

    (void)state;
    for (size_t i = 0; i < 3; i++)
        assert_fails(ILF_ERR_CONFIG,
                     i < 2 ? "flusher_x: option 'P' lies outside of the instance: set "
                             "instance_size to the sizeof of the struct that offsetof names"
                           : "flusher_x: option 'N' lies outside of the instance: set "
                             "instance_size to the sizeof of the struct that offsetof names",
                     check(rows[i], sizeof(struct animal), &err));
}

static void a_table_in_itself_is_refused(void **state)
{
    ilf_option options[2] = {{.name = "T", .type = ILF_OPT_TABLE}, {0}};

    (void)state;
    options[0].table = options;
    assert_fails(ILF_ERR_CONFIG,
                 "flusher_x: tables of options lie 8 deep in each other, or in themselves: write "
                 "out the levels that there are",
                 check(options, 8, &err));
}

static void a_table_without_an_end_is_refused(void **state)
{
    ilf_option *options = calloc(1002, sizeof(*options));

    (void)state;
    assert_non_null(options);
    for (size_t i = 0; i < 1001; i++)
        options[i] = (ilf_option){.name = "O", .type = ILF_OPT_BOOL};
    assert_fails(ILF_ERR_CONFIG,
                 "flusher_x: option 'O' is beyond the end of its table: put {0} behind the last "
                 "row",
                 check(options, 8, &err));
    options[1000].name = NULL;
    assert_works(check(options, 8, &err));
    free(options);
}

static void rows_that_lack_what_their_type_needs_are_refused(void **state)
{
    static const char *const none[] = {NULL};
    static const struct {
        ilf_option rows[2];
        const char *want;
    } wrong[] = {
        {{{.name = "O", .type = ILF_OPT_ENUM}, {0}}, "has no choices: set .choices"},
        {{{.name = "O", .type = ILF_OPT_ENUM, .choices = none}, {0}},
         "has no choices: set .choices"},
        {{{.name = "O", .type = ILF_OPT_TABLE}, {0}}, "has no table: set .table"},
        {{{.name = "O", .type = (ilf_option_type)0}, {0}},
         "has a type that this library does not know: write it with ILF_OPTION"},
        {{{.name = "O", .type = (ilf_option_type)11}, {0}},
         "has a type that this library does not know: write it with ILF_OPTION"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char want[256];

        (void)snprintf(want, sizeof(want), "flusher_x: option 'O' %s", wrong[i].want);
        assert_fails(ILF_ERR_CONFIG, want, check(wrong[i].rows, 64, &err));
    }
}

static void choices_without_an_end_are_refused(void **state)
{
    static const char *choices[1001];
    ilf_option options[2] = {{.name = "O", .type = ILF_OPT_ENUM, .choices = choices}, {0}};

    (void)state;
    for (size_t i = 0; i < 1001; i++)
        choices[i] = "same";
    assert_fails(ILF_ERR_CONFIG,
                 "flusher_x: option 'O' has choices without an end: put NULL behind the last",
                 check(options, 64, &err));
}

static void an_instance_of_absurd_size_is_refused(void **state)
{
    (void)state;
    assert_fails(ILF_ERR_CONFIG,
                 "flusher_x: an instance of 18446744073709551615 bytes is none: set instance_size "
                 "to the sizeof of its struct",
                 check(NULL, SIZE_MAX, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_that_are_sound_pass),
        cmocka_unit_test(values_outside_of_the_instance_are_refused_in_tables_too),
        cmocka_unit_test(a_table_in_itself_is_refused),
        cmocka_unit_test(a_table_without_an_end_is_refused),
        cmocka_unit_test(rows_that_lack_what_their_type_needs_are_refused),
        cmocka_unit_test(choices_without_an_end_are_refused),
        cmocka_unit_test(an_instance_of_absurd_size_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
