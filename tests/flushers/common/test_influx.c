/* Tests of flushers/common/influx.c: the line protocol. */
#include <ilf_test.h>

#include "../../../flushers/common/influx.h"

static struct ilf__text text;
static struct ilf__entries entries;
static struct ilf__influx_line line;

static int release(void **state)
{
    (void)state;
    free(entries.items);
    ilf__text_dispose(&text);
    return 0;
}

/* A line with the name @name, one tag and one field. */
static const char *line_of(ilf_str name, ilf_str key, ilf_str value, ilf_str field)
{
    const ilf_kv tag = {key, value};

    text.len = 0;
    ilf__influx_begin(&line, &text, name);
    assert_true(ilf__influx_put_tags(&line, &entries, &tag, 1));
    ilf__influx_put_field(&line, field);
    ilf__text_put_char(&text, '1');
    return ilf__influx_end(&line);
}

static void assert_line(const char *want, const char *why)
{
    if (why)
        fail_msg("%s", why);
    assert_int_equal(strlen(want), text.len);
    assert_memory_equal(want, text.ptr, text.len);
}

static void escapes_what_separates(void **state)
{
    (void)state;
    assert_line("a\\,b\\ c=d,k\\,k\\=\\ =v\\,\\ \\=v f\\,\\ \\=f=1\n",
                line_of(S("a,b c=d"), S("k,k= "), S("v, =v"), S("f, =f")));
    assert_line("\\ ,\\ =\\  \\ =1\n", line_of(S(" "), S(" "), S(" "), S(" ")));
}

/* The backslash stands for itself, but before what it would escape. */
static void keeps_backslashes_that_escape_nothing(void **state)
{
    (void)state;
    assert_line("C:\\a,k\\\\k=C:\\logs\\\\x\\\"y f\\f=1\n",
                line_of(S("C:\\a"), S("k\\\\k"), S("C:\\logs\\\\x\\\"y"), S("f\\f")));
    assert_line("a\\\\ b,k\\\\,k=v\\\\\\ v f\\\\\\ f=1\n",
                line_of(S("a\\ b"), S("k\\,k"), S("v\\\\ v"), S("f\\\\ f")));
}

static void refuses_names_that_the_protocol_cannot_write_and_says_which(void **state)
{
    const struct {
        ilf_str bad;
        const char *why;
    } cases[] = {
        {S("a\nb"), "holds a newline"},
        {S("\n"), "holds a newline"},
        {S("a\\"), "ends with a backslash"},
        {S("a\\\\"), "ends with a backslash"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const ilf_str bad = cases[i].bad, good = S("x");
        char want[128];

        (void)snprintf(want, sizeof(want), "influxdb: the name %s", cases[i].why);
        assert_string_equal(want, line_of(bad, good, good, good));
        (void)snprintf(want, sizeof(want), "influxdb: the key of a tag %s", cases[i].why);
        assert_string_equal(want, line_of(good, bad, good, good));
        (void)snprintf(want, sizeof(want), "influxdb: the value of a tag %s", cases[i].why);
        assert_string_equal(want, line_of(good, good, bad, good));
        (void)snprintf(want, sizeof(want), "influxdb: the key of a field %s", cases[i].why);
        assert_string_equal(want, line_of(good, good, good, bad));
    }
}

static void refuses_names_whose_first_byte_influxdb_skips(void **state)
{
    (void)state;
    assert_string_equal("influxdb: the name begins with a tab or NUL",
                        line_of(S("\tn"), S("k"), S("v"), S("f")));
    assert_string_equal("influxdb: the key of a field begins with a tab or NUL",
                        line_of(S("n"), S("k"), S("v"), S("\0f")));
}

static void keeps_other_control_characters_and_what_is_no_utf8(void **state)
{
    (void)state;
    assert_line("n\t\xff,\tk\r=\xed\xa0\x7f f\x01=1\n",
                line_of(S("n\t\xff"), S("\tk\r"), S("\xed\xa0\x7f"), S("f\x01")));
}

static void refuses_empty_names_and_comments(void **state)
{
    (void)state;
    assert_string_equal("influxdb: the name is empty", line_of(S(""), S("k"), S("v"), S("f")));
    assert_string_equal("influxdb: the key of a field is empty",
                        line_of(S("n"), S("k"), S("v"), S("")));
    assert_string_equal("influxdb: a name that begins with # makes a comment",
                        line_of(S("#n"), S("k"), S("v"), S("f")));
    assert_line("n#,#k=#v #f=1\n", line_of(S("n#"), S("#k"), S("#v"), S("#f")));
}

static void refuses_backslashes_that_influxdb_would_take_for_escapes(void **state)
{
    const ilf_str bad[] = {S("a\\ b"), S("a\\,b"), S("a\\=b"), S("a\\\"b"), S("a\\\\\\ b")};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_string_equal(
            "influxdb: the key of a field holds a backslash before a separator or quote",
            line_of(S("n"), S("k"), S("v"), bad[i]));
    assert_string_equal("influxdb: the name holds a backslash before a separator or quote",
                        line_of(S("a\\=b"), S("k"), S("v"), S("f")));
    assert_string_equal("influxdb: the name holds a backslash before a separator or quote",
                        line_of(S("a\\\"b"), S("k"), S("v"), S("f")));
}

static void refuses_a_line_whose_end_influxdb_would_not_see(void **state)
{
    (void)state;
    assert_string_equal(
        "influxdb: with a backslash before a blank, and quotes, the line has no end",
        line_of(S("a\\ b"), S("k\\=k"), S("v\"v"), S("f")));
}

static void leaves_out_empty_tags_and_all_but_the_last_of_one_key(void **state)
{
    const ilf_kv tags[] = {{S("b"), S("2")}, {S("B"), S("3")}, {S("a"), S("1 x")}, {S("e"), S("")},
                           {S(""), S("v")},  {S("b"), S("4")}, {S("c"), S("1")},   {S("c"), S("")}};

    (void)state;
    text.len = 0;
    ilf__influx_begin(&line, &text, S("n"));
    assert_true(ilf__influx_put_tags(&line, &entries, tags, 8));
    ilf__influx_put_field(&line, S("f"));
    ilf__text_put_char(&text, '1');
    assert_line("n,B=3,a=1\\ x,b=4 f=1\n", ilf__influx_end(&line));
}

static void takes_times_that_influxdb_has(void **state)
{
    const int64_t good[] = {INT64_MIN + 2, -1, 0, INT64_MAX - 1};
    const int64_t bad[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_null(line_of(S("n"), S("k"), S("v"), S("f")));
        text.len--;
        ilf__influx_put_time(&line, good[i]);
        assert_null(ilf__influx_end(&line));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_null(line_of(S("n"), S("k"), S("v"), S("f")));
        ilf__influx_put_time(&line, bad[i]);
        assert_string_equal("influxdb: the time is not between the years 1677 and 2262",
                            ilf__influx_end(&line));
    }
}

static void takes_names_and_tags_up_to_the_size_that_influxdb_takes(void **state)
{
    static char long_value[65535];

    (void)state;
    memset(long_value, 'v', sizeof(long_value));
    assert_null(line_of(S("n"), S("k"), (ilf_str){long_value, 65526}, S("f")));
    assert_string_equal(
        "influxdb: the name, the tags and a key of a field have more than 65535 bytes",
        line_of(S("n"), S("k"), (ilf_str){long_value, 65527}, S("f")));
}

static void quotes_strings_with_their_line_ends(void **state)
{
    (void)state;
    text.len = 0;
    assert_true(ilf__influx_put_string(&text, S("a\"b\\c\n\r\t\\n\xc3\xa9\\")));
    assert_line("\"a\\\"b\\\\c\n\r\t\\\\n\xc3\xa9\\\\\"", NULL);
}

static void refuses_strings_that_are_no_utf8(void **state)
{
    const ilf_str bad[] = {S("\xff"), S("a\xc3"), S("\xed\xa0\x80"), S("\xf4\x90\x80\x80")};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(ilf__influx_put_string(&text, bad[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_what_separates),
        cmocka_unit_test(keeps_backslashes_that_escape_nothing),
        cmocka_unit_test(refuses_names_that_the_protocol_cannot_write_and_says_which),
        cmocka_unit_test(refuses_names_whose_first_byte_influxdb_skips),
        cmocka_unit_test(keeps_other_control_characters_and_what_is_no_utf8),
        cmocka_unit_test(refuses_empty_names_and_comments),
        cmocka_unit_test(refuses_backslashes_that_influxdb_would_take_for_escapes),
        cmocka_unit_test(refuses_a_line_whose_end_influxdb_would_not_see),
        cmocka_unit_test(leaves_out_empty_tags_and_all_but_the_last_of_one_key),
        cmocka_unit_test(takes_times_that_influxdb_has),
        cmocka_unit_test(takes_names_and_tags_up_to_the_size_that_influxdb_takes),
        cmocka_unit_test(quotes_strings_with_their_line_ends),
        cmocka_unit_test(refuses_strings_that_are_no_utf8),
    };

    return cmocka_run_group_tests(tests, NULL, release);
}
