/* Tests of cbridge/option_error.c. */
#include <ilf_test.h>

#include "option_error.h"

static const struct ilf__path root = {NULL, "detail"};

/* "who: path: why" of @path, or what came instead. */
static const char *complaint(const struct ilf__path *path, const char *why)
{
    static ilf_error err;
    const struct ilf__complaint to = {.who = "flusher_c_x", .err = &err};

    assert_int_equal(ILF_ERR_CONFIG, ilf__complain(&to, path, why));
    return err.text;
}

/* What is said when an option of @type gets the JSON @text. */
static const char *wrong_type(ilf_option_type type, unsigned flags, const char *text)
{
    static const char *const choices[] = {"none", "gzip", "zstd", NULL};
    static ilf_error err;
    const struct ilf__complaint to = {.who = "flusher_c_x", .err = &err};
    const struct ilf__path path = {&root, "Opt"};
    const ilf_option option = {.name = "Opt", .type = type, .flags = flags, .choices = choices};
    json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

    assert_non_null(value);
    assert_int_equal(ILF_ERR_CONFIG, ilf__complain_type(&to, &path, &option, value));
    json_decref(value);
    return err.text;
}

static const char *printed(ilf_option_type type, unsigned flags, const char *text)
{
    static char out[ILF__SHOWN_SIZE];
    const ilf_option option = {.name = "Opt", .type = type, .flags = flags};
    json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

    assert_non_null(value);
    memset(out, '#', sizeof(out));
    ilf__print_value(out, &option, value);
    json_decref(value);
    return out;
}

static void names_the_path_from_the_root(void **state)
{
    const struct ilf__path one = {&root, "Retry"}, two = {&one, "MaxDelay"};

    (void)state;
    assert_string_equal("flusher_c_x: detail: bad", complaint(&root, "bad"));
    assert_string_equal("flusher_c_x: detail.Retry: bad", complaint(&one, "bad"));
    assert_string_equal("flusher_c_x: detail.Retry.MaxDelay: bad", complaint(&two, "bad"));
}

static void works_without_anyone_to_tell(void **state)
{
    const struct ilf__complaint to = {.who = "flusher_c_x"};

    (void)state;
    assert_int_equal(ILF_ERR_CONFIG, ilf__complain(&to, &root, "bad"));
}

static void keeps_to_one_line(void **state)
{
    const struct ilf__path path = {&root, "a\nb\x01\x1f\tc"};

    (void)state;
    assert_string_equal("flusher_c_x: detail.a?b???c: file '?'", complaint(&path, "file '\r'"));
}

static void cuts_long_names(void **state)
{
    char name[400], want[600];
    const struct ilf__path path = {&root, name}, below = {&path, "x"};

    (void)state;
    memset(name, 'n', sizeof(name));
    name[399] = '\0';
    (void)snprintf(want, sizeof(want), "flusher_c_x: detail.%.248s: bad", name);
    assert_string_equal(want, complaint(&path, "bad"));
    assert_string_equal(want, complaint(&below, "bad"));
    name[247] = '\0'; /* so that there is room for the dot alone */
    (void)snprintf(want, sizeof(want), "flusher_c_x: detail.%.247s.: bad", name);
    assert_string_equal(want, complaint(&below, "bad"));
}

static void cuts_names_between_characters(void **state)
{
    char name[400], want[600];
    const struct ilf__path path = {&root, name};

    (void)state;
    memset(name, 'n', 247);
    strcpy(name + 247, "\xe6\x97\xa5"); /* its first byte would fit */
    (void)snprintf(want, sizeof(want), "flusher_c_x: detail.%.247s: bad", name);
    assert_string_equal(want, complaint(&path, "bad"));
}

static void says_what_each_type_wants(void **state)
{
    (void)state;
    assert_string_equal("flusher_c_x: detail.Opt: want text, got 1",
                        wrong_type(ILF_OPT_STR, 0, "1"));
    assert_string_equal("flusher_c_x: detail.Opt: want a whole number, got 1.5",
                        wrong_type(ILF_OPT_INT, 0, "1.5"));
    assert_string_equal("flusher_c_x: detail.Opt: want true or false, got \"yes\"",
                        wrong_type(ILF_OPT_BOOL, 0, "\"yes\""));
    assert_string_equal("flusher_c_x: detail.Opt: want a number, got true",
                        wrong_type(ILF_OPT_FLOAT, 0, "true"));
    assert_string_equal(
        "flusher_c_x: detail.Opt: want a size: bytes, or text such as \"512KiB\" or "
        "\"10MB\", got \"10 Mb/s\"",
        wrong_type(ILF_OPT_SIZE, 0, "\"10 Mb/s\""));
    assert_string_equal("flusher_c_x: detail.Opt: want a duration: nanoseconds, or text such as "
                        "\"30s\" or \"1m30s\", got \"10\"",
                        wrong_type(ILF_OPT_DURATION, 0, "\"10\""));
    assert_string_equal("flusher_c_x: detail.Opt: want an array of texts, got false",
                        wrong_type(ILF_OPT_LIST, 0, "false"));
    assert_string_equal("flusher_c_x: detail.Opt: want an object of texts, got an array",
                        wrong_type(ILF_OPT_MAP, 0, "[]"));
    assert_string_equal("flusher_c_x: detail.Opt: want an object, got an array",
                        wrong_type(ILF_OPT_TABLE, 0, "[1]"));
    assert_string_equal(
        "flusher_c_x: detail.Opt: want one of \"none\", \"gzip\", \"zstd\"; got \"gzp\"",
        wrong_type(ILF_OPT_ENUM, 0, "\"gzp\""));
}

static void survives_choices_beyond_all_room(void **state)
{
    char choice[300];
    const char *choices[] = {choice, choice, choice, choice, choice, choice, NULL};
    const struct ilf__path path = {&root, "Opt"};
    const ilf_option option = {.name = "Opt", .type = ILF_OPT_ENUM, .choices = choices};
    ilf_error err;
    const struct ilf__complaint to = {.who = "flusher_c_x", .err = &err};
    json_t *value = json_true();

    (void)state;
    memset(choice, 'c', sizeof(choice));
    choice[299] = '\0';
    assert_int_equal(ILF_ERR_CONFIG, ilf__complain_type(&to, &path, &option, value));
    assert_int_equal(ILF_ERROR_SIZE - 1, strlen(err.text));
    assert_memory_equal("flusher_c_x: detail.Opt: want one of \"ccc", err.text, 41);
}

static void prints_numbers_as_people_write_them(void **state)
{
    (void)state;
    assert_string_equal("-1", printed(ILF_OPT_INT, 0, "-1"));
    assert_string_equal("-1", printed(ILF_OPT_INT, 0, "-1.0"));
    assert_string_equal("0.1", printed(ILF_OPT_INT, 0, "0.1"));
    assert_string_equal("123456789012345", printed(ILF_OPT_INT, 0, "123456789012345"));
    assert_string_equal("1e+300", printed(ILF_OPT_INT, 0, "1e300"));
}

static void prints_text_as_JSON(void **state)
{
    (void)state;
    assert_string_equal("\"\"", printed(ILF_OPT_INT, 0, "\"\""));
    assert_string_equal("\"a\\nb\\\"\\u0000\"", printed(ILF_OPT_INT, 0, "\"a\\nb\\\"\\u0000\""));
    assert_string_equal("true", printed(ILF_OPT_INT, 0, "true"));
    assert_string_equal("false", printed(ILF_OPT_INT, 0, "false"));
}

static void cuts_text_at_64_bytes(void **state)
{
    (void)state;
    assert_string_equal("\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"",
                        printed(ILF_OPT_INT, 0,
                                "\"0123456789abcdef0123456789abcdef0123456789abcdef"
                                "0123456789abcdef\""));
    assert_string_equal("\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef...\"",
                        printed(ILF_OPT_INT, 0,
                                "\"0123456789abcdef0123456789abcdef0123456789abcdef"
                                "0123456789abcdefX\""));
    assert_string_equal("\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd...\"",
                        printed(ILF_OPT_INT, 0,
                                "\"0123456789abcdef0123456789abcdef0123456789abcdef"
                                "0123456789abcd\xe6\x97\xa5\""));
}

static void has_room_for_64_bytes_that_are_all_escaped(void **state)
{
    char json[64 * 6 + 10] = "\"", want[64 * 6 + 10] = "\"";

    (void)state;
    for (int i = 0; i < 65; i++) {
        strcat(json, "\\u0001");
        if (i < 64)
            strcat(want, "\\u0001");
    }
    strcat(json, "\"");
    strcat(want, "...\"");
    assert_string_equal(want, printed(ILF_OPT_INT, 0, json));
}

static void only_names_arrays_and_objects(void **state)
{
    (void)state;
    assert_string_equal("an array", printed(ILF_OPT_STR, 0, "[\"hunter2\"]"));
    assert_string_equal("an object", printed(ILF_OPT_STR, 0, "{\"a\":\"hunter2\"}"));
    assert_string_equal("an array", printed(ILF_OPT_STR, ILF_OPT_SECRET, "[\"hunter2\"]"));
}

static void shows_no_secret(void **state)
{
    static const char *const values[] = {"\"hunter2\"", "4711", "true"};

    (void)state;
    for (size_t i = 0; i < 3; i++)
        assert_string_equal("another value (not shown, it is a secret)",
                            printed(ILF_OPT_STR, ILF_OPT_SECRET, values[i]));
    assert_string_equal("flusher_c_x: detail.Opt: want text, got another value (not shown, it is a "
                        "secret)",
                        wrong_type(ILF_OPT_STR, ILF_OPT_SECRET, "4711"));
}

static void shows_nothing_of_what_stands_for_a_table(void **state)
{
    (void)state;
    assert_string_equal("text", printed(ILF_OPT_TABLE, 0, "\"hunter2\""));
    assert_string_equal("a number", printed(ILF_OPT_TABLE, 0, "4711"));
    assert_string_equal("true or false", printed(ILF_OPT_TABLE, 0, "true"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_path_from_the_root),
        cmocka_unit_test(works_without_anyone_to_tell),
        cmocka_unit_test(keeps_to_one_line),
        cmocka_unit_test(cuts_long_names),
        cmocka_unit_test(cuts_names_between_characters),
        cmocka_unit_test(says_what_each_type_wants),
        cmocka_unit_test(survives_choices_beyond_all_room),
        cmocka_unit_test(prints_numbers_as_people_write_them),
        cmocka_unit_test(prints_text_as_JSON),
        cmocka_unit_test(cuts_text_at_64_bytes),
        cmocka_unit_test(has_room_for_64_bytes_that_are_all_escaped),
        cmocka_unit_test(only_names_arrays_and_objects),
        cmocka_unit_test(shows_no_secret),
        cmocka_unit_test(shows_nothing_of_what_stands_for_a_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
