/* Tests of cbridge/options.c: tables, names, what is missing, and that an error is one line. */
#include "options_test.h"

#include "../../flushers/common/utf8.h"

/* --- Good values ---------------------------------------------------------------------------------
 */

static void sets_every_default(void **state)
{
    static const char *const nothings[] = {"null", "{}", " null ", "{ }", "\n\t null\r\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(nothings) / sizeof(nothings[0]); i++) {
        reset(NULL);
        take(nothings[i]);
        assert_string_equal("default text", got.text);
        assert_string_equal("", got.secret);
        assert_string_equal("", got.expanded);
        assert_int_equal(7, got.count);
        assert_int_equal(5, got.bounded);
        assert_int_equal(0, got.secret_number);
        assert_true(got.flag);
        assert_true(got.ratio == 0.25);
        assert_true(got.bounded_ratio == 0);
        assert_int_equal(1 << 20, got.size);
        assert_int_equal(1000, got.bounded_size);
        assert_int_equal(0, got.native_size);
        assert_int_equal(90000000000, got.wait);
        assert_int_equal(1000000000, got.bounded_wait);
        assert_int_equal(1, got.mode);
        assert_int_equal(0, got.list.n);
        assert_int_equal(0, got.map.n);
        assert_int_equal(0, got.secret_list.n);
        assert_int_equal(0, got.secret_map.n);
        assert_string_equal("nobody", got.auth.user);
        assert_string_equal("", got.auth.password);
        assert_int_equal(2, got.auth.deep.depth);
        assert_int_equal(0, got.auth.deep.list.n);
        assert_int_equal(0, got.plain.level);
    }
}

static void null_leaves_an_option_at_its_default(void **state)
{
    (void)state;
    take("{\"Text\":null,\"Count\":null,\"Flag\":null,\"Ratio\":null,\"Size\":null,\"Wait\":null,"
         "\"Mode\":null,\"List\":null,\"Map\":null,\"Auth\":null,\"Secret\":null,"
         "\"Auth\":{\"User\":null,\"Deep\":null}}");
    assert_string_equal("default text", got.text);
    assert_int_equal(7, got.count);
    assert_true(got.flag);
    assert_int_equal(1, got.mode);
    assert_string_equal("nobody", got.auth.user);
    assert_int_equal(2, got.auth.deep.depth);
}

static void takes_pairs_where_a_map_allows_them(void **state)
{
    static const ilf_option table[] = {
        ILF_OPTION(MAP, struct everything, map, "Pairs", NULL, "texts", .flags = ILF_OPT_PAIRS),
        ILF_OPTION(MAP, struct everything, secret_map, "Secrets", NULL, "texts",
                   .flags = ILF_OPT_PAIRS | ILF_OPT_SECRET),
        {0},
    };
    const struct refusal wrong[] = {
        {"{\"Pairs\":[\"k\"]}",
         "flusher_x: detail.Pairs.0: want {\"Key\": \"...\", \"Value\": \"...\"}"},
        {"{\"Pairs\":[{\"Key\":\"k\"},{\"Keys\":\"k\"}]}",
         "flusher_x: detail.Pairs.1.Keys: no such option; did you mean Key?"},
        {"{\"Pairs\":[{\"Key\":1}]}", "flusher_x: detail.Pairs.0.Key: want text, got 1"},
        {"{\"Secrets\":[{\"Key\":\"k\",\"Value\":1}]}",
         "flusher_x: detail.Secrets.0.Value: want text, got another value (not shown, it is a "
         "secret)"},
        {"{\"Pairs\":\"k\"}", "flusher_x: detail.Pairs: want an object of texts, got \"k\""},
    };
    const char *json = "{\"Pairs\":[{\"Key\":\"a\",\"Value\":\"1\"},{\"key\":\"a\",\"value\":\"\"},"
                       "{\"Key\":\"\",\"Value\":\"left out\"},{\"Key\":\"b\"}],"
                       "\"Secrets\":[{\"Key\":\"k\",\"Value\":\"${ILF_TEST}\"}]}";

    (void)state;
    assert_int_equal(ILF_OK, configure_with(table, json, strlen(json)));
    assert_int_equal(3, got.map.n);
    assert_string_equal("a", got.map.items[0].key.ptr);
    assert_string_equal("1", got.map.items[0].value.ptr);
    assert_string_equal("a", got.map.items[1].key.ptr);
    assert_int_equal(0, got.map.items[1].value.len);
    assert_string_equal("b", got.map.items[2].key.ptr);
    assert_string_equal("", got.map.items[2].value.ptr);
    assert_string_equal("from outside", got.secret_map.items[0].value.ptr);
    json = "{\"Pairs\":{\"k\":\"v\"}}";
    assert_int_equal(ILF_OK, configure_with(table, json, strlen(json)));
    assert_string_equal("v", got.map.items[0].value.ptr);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(ILF_ERR_CONFIG,
                         configure_with(table, wrong[i].json, strlen(wrong[i].json)));
        assert_string_equal(wrong[i].why, err.text);
    }
}

static void takes_scalars_where_a_map_allows_them(void **state)
{
    static const ilf_option table[] = {
        ILF_OPTION(MAP, struct everything, map, "Properties", NULL, "x", .flags = ILF_OPT_SCALARS),
        {0},
    };
    static const char *const want[] = {"text", "50",      "-1",   "2147483647",
                                       "0.5",  "1000000", "true", "false"};
    const char *json = "{\"Properties\":{\"a\":\"text\",\"b\":50,\"c\":-1,\"d\":2147483647,"
                       "\"e\":0.5,\"f\":1e6,\"g\":true,\"h\":false}}";

    (void)state;
    assert_int_equal(ILF_OK, configure_with(table, json, strlen(json)));
    assert_int_equal(8, got.map.n);
    for (size_t i = 0; i < 8; i++) {
        assert_string_equal(want[i], got.map.items[i].value.ptr);
        assert_int_equal(strlen(want[i]), got.map.items[i].value.len);
    }
    json = "{\"Properties\":{\"a\":[]}}";
    assert_int_equal(ILF_ERR_CONFIG, configure_with(table, json, strlen(json)));
    assert_string_equal("flusher_x: detail.Properties.a: want text, a number or a boolean",
                        err.text);
}

static void keeps_json_of_any_type_as_text(void **state)
{
    static const ilf_option table[] = {
        ILF_OPTION(STR, struct everything, text, "Native", NULL, "x",
                   .flags = ILF_OPT_SECRET | ILF_OPT_JSON),
        {0},
    };
    static const char *const cases[][2] = {
        {"{}", ""},
        {"{\"Native\":null}", ""},
        {"{\"Native\":\"file:/no/such $x\\u0000\"}", "\"file:/no/such $x\\u0000\""},
        {"{\"Native\": [ {\"Type\": \"x\"}, 1.5, true ]}", "[{\"Type\":\"x\"},1.5,true]"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(ILF_OK, configure_with(table, cases[i][0], strlen(cases[i][0])));
        assert_string_equal(cases[i][1], got.text);
    }
}

static void takes_tables_within_tables(void **state)
{
    (void)state;
    take("{\"auth\":{\"USER\":\"me\",\"Password\":\"a$$b\",\"deep\":{\"Depth\":3,\"List\":[\"x\"],"
         "\"Map\":{\"k\":\"v\"}}}}");
    assert_string_equal("me", got.auth.user);
    assert_string_equal("a$b", got.auth.password);
    assert_int_equal(3, got.auth.deep.depth);
    assert_string_equal("x", got.auth.deep.list.items[0]);
    assert_string_equal("v", got.auth.deep.map.items[0].value.ptr);
    take("{\"Auth\":{}}");
    assert_string_equal("nobody", got.auth.user);
    assert_int_equal(2, got.auth.deep.depth);
}

static void knows_names_whatever_their_case(void **state)
{
    (void)state;
    take("{\"TEXT\":\"a\",\"cOuNt\":1}");
    assert_string_equal("a", got.text);
    assert_int_equal(1, got.count);
}

static void takes_the_last_of_duplicates(void **state)
{
    (void)state;
    take("{\"Count\":1,\"Count\":2}");
    assert_int_equal(2, got.count);
    take("{\"Count\":1,\"count\":3,\"COUNT\":2}");
    assert_int_equal(2, got.count);
    take("{\"Auth\":{\"User\":\"a\"},\"auth\":{\"Password\":\"b\"}}"); /* merge, as in Go */
    assert_string_equal("a", got.auth.user);
    assert_string_equal("b", got.auth.password);
    take("{\"Count\":1,\"count\":null}");
    assert_int_equal(1, got.count);
}

static void copies_all_that_it_keeps(void **state)
{
    char json[] = "{\"Text\":\"abc\",\"List\":[\"d\"],\"Map\":{\"k\":\"v\"},\"Secret\":\"s\"}";

    (void)state;
    take(json);
    memset(json, 'x', sizeof(json));
    assert_string_equal("abc", got.text);
    assert_string_equal("d", got.list.items[0]);
    assert_string_equal("k", got.map.items[0].key.ptr);
    assert_string_equal("v", got.map.items[0].value.ptr);
    assert_string_equal("s", got.secret);
}

static void reads_no_further_than_it_is_told(void **state)
{
    (void)state;
    assert_int_equal(ILF_OK, configure_with(options, "{\"Count\":1}garbage", 11));
    assert_int_equal(1, got.count);
}

static void gives_a_name_that_two_tables_know_to_the_first(void **state)
{
    static const ilf_option second[] = {
        ILF_OPTION(INT, struct everything, secret_number, "count", "3", "a number"),
        ILF_OPTION(INT, struct everything, bounded, "Other", "4", "a number"),
        {0},
    };
    const struct ilf__target targets[] = {{options, &got}, {second, &got}, {NULL, NULL}};
    static const char json[] = "{\"Count\":9,\"Other\":8}";

    (void)state;
    assert_int_equal(ILF_OK, ilf__configure(targets, &first_only, json, strlen(json), &arena));
    assert_int_equal(9, got.count);
    assert_int_equal(3, got.secret_number);
    assert_int_equal(8, got.bounded);
}

/* --- Refusals ------------------------------------------------------------------------------------
 */

static void says_where_json_is_malformed(void **state)
{
    static const struct refusal rows[] = {
        {"{", "flusher_x: detail: not JSON: string or '}' expected near end of file at line 1, "
              "column 1"},
        {"", "flusher_x: detail: not JSON: unexpected token near end of file at line 1, column 0"},
        {"{\"Text\" \"a\"}", "flusher_x: detail: not JSON: ':' expected at line 1, column 11"},
        {"{\n \"Text\": nul}", "flusher_x: detail: not JSON: invalid token at line 2, column 12"},
        {"{}x", "flusher_x: detail: not JSON: end of file expected at line 1, column 3"},
        {"{\"Text\":\"a\nb\"}",
         "flusher_x: detail: not JSON: unexpected newline at line 1, column 10"},
        {"{\"Text\":\"a\tb\"}",
         "flusher_x: detail: not JSON: control character 0x9 at line 1, column 10"},
        {"{\"Text\":\"\\x\"}", "flusher_x: detail: not JSON: invalid escape at line 1, column 11"},
        {"{\"Text\":\"\\ud800\"}",
         "flusher_x: detail: not JSON: invalid Unicode '\\uD800' at line 1, column 16"},
        {"{\"Text\":\"\\udc00\"}",
         "flusher_x: detail: not JSON: invalid Unicode '\\uDC00' at line 1, column 16"},
        {"{\"Text\":\"\xff\"}",
         "flusher_x: detail: not JSON: unable to decode byte 0xff at line 1, column 9"},
        {"{\"Count\":1e400}",
         "flusher_x: detail: not JSON: real number overflow at line 1, column 14"},
        {"{\"Count\":01}", "flusher_x: detail: not JSON: invalid token at line 1, column 10"},
        {"{'Count':1}", "flusher_x: detail: not JSON: string or '}' expected at line 1, column 2"},
        {"{\"a\\u0000b\":1}",
         "flusher_x: detail: not JSON: NUL byte in object key not supported at line 1, column 11"},
    };

    (void)state;
    REFUSE_ALL(rows);
}

static void never_quotes_the_text_near_an_error(void **state)
{
    static const char json[] = "{\"Secret\":\"hunter2\",\"Text\":\"x\\u00e9\"}";
    size_t len = strlen(json);

    (void)state;
    for (size_t cut = 1; cut < len; cut++) { /* cut off, and with garbage, at every byte */
        char broken[sizeof(json) + 8];

        memset(&err, 0, sizeof(err));
        assert_int_equal(ILF_ERR_CONFIG, configure_with(options, json, cut));
        assert_null(strstr(err.text, "hunter"));
        (void)snprintf(broken, sizeof(broken), "%.*s\x01%s", (int)cut, json, json + cut);
        assert_int_equal(ILF_ERR_CONFIG, configure_with(options, broken, strlen(broken)));
        assert_null(strstr(err.text, "hunter"));
        assert_null(strstr(err.text, "near '"));
    }
}

static void wants_an_object(void **state)
{
    static const char *const others[] = {"[]", "5", "\"Text\"", "true", "[{\"Text\":\"a\"}]",
                                         "1.5"};

    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        refuse(others[i], "flusher_x: detail: want an object with options, or nothing");
}

static void names_the_nearest_of_the_options(void **state)
{
    static const struct refusal rows[] = {
        {"{\"Txt\":1}", "flusher_x: detail.Txt: no such option; did you mean Text?"},
        {"{\"text \":1}", "flusher_x: detail.text : no such option; did you mean Text?"},
        {"{\"Cuont\":1}", "flusher_x: detail.Cuont: no such option; did you mean Count?"},
        {"{\"BoundedSise\":1}",
         "flusher_x: detail.BoundedSise: no such option; did you mean BoundedSize?"},
        {"{\"Frobnicate\":1}",
         "flusher_x: detail.Frobnicate: no such option; ilfrun -explain flusher_x lists them"},
        {"{\"\":1}", "flusher_x: detail.: no such option; ilfrun -explain flusher_x lists them"},
        {"{\"Auth\":{\"Pasword\":1}}",
         "flusher_x: detail.Auth.Pasword: no such option; did you mean Password?"},
        {"{\"Auth\":{\"Deep\":{\"Dept\":1}}}",
         "flusher_x: detail.Auth.Deep.Dept: no such option; did you mean Depth?"},
        {"{\"Auth\":{\"Deep\":{\"Text\":1}}}", "flusher_x: detail.Auth.Deep.Text: no such option; "
                                               "ilfrun -explain flusher_x lists them"},
        {"{\"Zzzzzz\":null}",
         "flusher_x: detail.Zzzzzz: no such option; ilfrun -explain flusher_x lists them"},
    };

    (void)state;
    REFUSE_ALL(rows);
}

static const ilf_option required[] = {
    ILF_OPTION(STR, struct everything, needed, "Needed", NULL, "a text", .flags = ILF_OPT_REQUIRED),
    ILF_OPTION(LIST, struct everything, list, "Hosts", NULL, "texts", .flags = ILF_OPT_REQUIRED),
    ILF_OPTION(MAP, struct everything, map, "Map", NULL, "texts", .flags = ILF_OPT_REQUIRED),
    ILF_OPTION(INT, struct everything, count, "Count", NULL, "a number", .flags = ILF_OPT_REQUIRED),
    {0},
};

static void refuse_required(const ilf_option *table, const char *json, const char *why)
{
    assert_int_equal(ILF_ERR_CONFIG, configure_with(table, json, strlen(json)));
    assert_string_equal(why, err.text);
}

static void insists_on_required_options(void **state)
{
    static const struct refusal rows[] = {
        {"null", "flusher_x: detail.Needed: is missing, and there is no default for it"},
        {"{}", "flusher_x: detail.Needed: is missing, and there is no default for it"},
        {"{\"Needed\":null}",
         "flusher_x: detail.Needed: is missing, and there is no default for it"},
        {"{\"Needed\":\"\"}", "flusher_x: detail.Needed: must not be empty"},
        {"{\"Needed\":\"a\"}",
         "flusher_x: detail.Hosts: is missing, and there is no default for it"},
        {"{\"Needed\":\"a\",\"Hosts\":[]}", "flusher_x: detail.Hosts: must not be empty"},
        {"{\"Needed\":\"a\",\"Hosts\":[\"h\"],\"Map\":{}}",
         "flusher_x: detail.Map: must not be empty"},
        {"{\"Needed\":\"a\",\"Hosts\":[\"h\"],\"Map\":{\"a\":\"\"}}",
         "flusher_x: detail.Count: is missing, and there is no default for it"},
    };
    static const char good[] =
        "{\"needed\":\"a\",\"HOSTS\":[\"\"],\"Map\":{\"a\":\"\"},\"Count\":0}";

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        refuse_required(required, rows[i].json, rows[i].why);
    assert_int_equal(ILF_OK, configure_with(required, good, strlen(good)));
}

static void insists_on_required_options_of_tables(void **state)
{
    static const ilf_option inner[] = {
        ILF_OPTION(STR, struct auth, user, "User", NULL, "a name", .flags = ILF_OPT_REQUIRED),
        {0},
    };
    static const ilf_option table[] = {
        ILF_OPTION(TABLE, struct everything, auth, "Auth", NULL, "a table", .table = inner),
        {0},
    };
    static const char missing[] =
        "flusher_x: detail.Auth.User: is missing, and there is no default for it";

    (void)state;
    refuse_required(table, "null", missing);
    refuse_required(table, "{\"Auth\":{}}", missing);
    refuse_required(table, "{\"Auth\":null}", missing);
    refuse_required(table, "{\"Auth\":{\"User\":\"\"}}",
                    "flusher_x: detail.Auth.User: must not be empty");
}

static void never_prints_a_secret(void **state)
{
    static const char *const bad[] = {
        "{\"Secret\":12345}",
        "{\"Secret\":[\"12345\"]}",
        "{\"Secret\":{\"a\":12345}}",
        "{\"Secret\":\"12345\\u0000\"}",
        "{\"Secret\":\"${ILF_TEST_NONE}12345\"}",
        "{\"Secret\":\"12345${\"}",
        "{\"Secert\":\"12345\"}",
        "{\"Secert\":{\"a\":\"12345\"}}",
        "{\"Secret\":\"12345\",\"Nope\":1}",
        "{\"SecretNumber\":12345}",
        "{\"SecretNumber\":\"12345\"}",
        "{\"SecretNumber\":1.2345}",
        "{\"SecretList\":\"12345\"}",
        "{\"SecretList\":[12345]}",
        "{\"SecretList\":[\"12345\\u0000\"]}",
        "{\"SecretMap\":\"12345\"}",
        "{\"SecretMap\":{\"a\":12345}}",
        "{\"SecretMap\":{\"a\":\"12345${\"}}",
        "{\"Auth\":{\"Password\":12345}}",
        "{\"Auth\":{\"Password\":[\"12345\"]}}",
        "{\"Auth\":{\"Pasword\":\"12345\"}}",
        "{\"Auth\":\"12345\"}", /* a table that holds a secret */
        "{\"Auth\":12345}",
        "{\"Auth\":[\"12345\"]}",
        "[\"12345\"]",
        "\"12345\"",
        "{\"Secret\":\"12345\"",
        "{\"Secret\":12345x}",
    };

    (void)state;
    setenv("ILF_TEST", "12345", 1);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        memset(&err, 0, sizeof(err));
        assert_int_equal(ILF_ERR_CONFIG, configure_with(options, bad[i], strlen(bad[i])));
        if (strstr(err.text, "2345"))
            fail_msg("%s: %s", bad[i], err.text);
    }
    refuse("{\"Secret\":12345}",
           "flusher_x: detail.Secret: want text, got another value (not shown, it is a secret)");
    refuse("{\"SecretNumber\":12345}", "flusher_x: detail.SecretNumber: want 1 to 9, got another "
                                       "value (not shown, it is a secret)");
}

static const struct ilf__complaint to_nobody = {.who = "flusher_x"};

static void needs_no_error_to_refuse(void **state)
{
    const struct ilf__target targets[] = {{options, &got}, {NULL, NULL}};

    (void)state;
    assert_int_equal(ILF_ERR_CONFIG,
                     ilf__configure(targets, &to_nobody, "{\"Text\":5}", 10, &arena));
    assert_int_equal(ILF_ERR_CONFIG, ilf__configure(targets, &to_nobody, "{", 1, &arena));
}

/* --- Errors are one line -------------------------------------------------------------------------
 */

/* Fail unless the error is one line of UTF-8 that says who is concerned. */
static void check_line(const char *json)
{
    const unsigned char *p = (const unsigned char *)err.text;
    size_t len = strnlen(err.text, sizeof(err.text));

    if (len == 0 || len >= sizeof(err.text) || strncmp(err.text, "flusher_x: detail", 17) != 0)
        fail_msg("%s: %.1023s", json, err.text);
    while (len > 0) {
        uint32_t rune;
        size_t n = ilf__utf8_read(p, len, &rune);

        if (n == 0 || rune < 0x20)
            fail_msg("%s: byte 0x%02x in: %s", json, *p, err.text);
        p += n;
        len -= n;
    }
}

static void shows_control_characters_in_keys_as_question_marks(void **state)
{
    static const struct refusal rows[] = {
        {"{\"a\\nb\\u0001\":1}",
         "flusher_x: detail.a?b?: no such option; ilfrun -explain flusher_x lists them"},
        {"{\"Map\":{\"x\\r\\ny\":1}}", "flusher_x: detail.Map.x??y: want text"},
    };

    (void)state;
    REFUSE_ALL(rows);
}

static void stays_on_one_line_when_names_to_expand_do_not(void **state)
{
    static const char *const bad[] = {
        "{\"Secret\":\"${a\\nb}\"}",
        "{\"Secret\":\"file:/no\\nsuch\\tfile\"}",
        "{\"SecretMap\":{\"a\\nb\":\"${c\\rd}\"}}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(ILF_ERR_CONFIG, configure_with(options, bad[i], strlen(bad[i])));
        check_line(bad[i]);
    }
}

/* @head, then @n times @unit, then @tail. */
static char *repeat(const char *head, const char *unit, size_t n, const char *tail)
{
    char *text = malloc(strlen(head) + n * strlen(unit) + strlen(tail) + 1);
    char *p = text;

    assert_non_null(text);
    p = stpcpy(p, head);
    while (n-- > 0)
        p = stpcpy(p, unit);
    strcpy(p, tail);
    return text;
}

static void cuts_a_long_value(void **state)
{
    char *json = repeat("{\"Count\":\"", "ab", 100, "\"}");
    char *want = repeat("flusher_x: detail.Count: want a whole number, got \"", "ab", 32, "...\"");

    (void)state;
    refuse(json, want);
    free(json);
    free(want);
}

static void cuts_long_values_and_keys_between_characters(void **state)
{
    static const char *const units[] = {"a", "\xc3\xa9", "\xe4\xb8\xad", "\xf0\x9f\x98\x80", "\\n"};

    (void)state;
    for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
        for (size_t n = 1; n < 400; n += n < 100 ? 1 : 37) {
            char *jsons[] = {
                repeat("{\"Count\":\"", units[u], n, "\"}"),
                repeat("{\"Count\":\"x", units[u], n, "\"}"),
                repeat("{\"", units[u], n, "\":1}"),
                repeat("{\"x", units[u], n, "\":1}"),
                repeat("{\"Map\":{\"", units[u], n, "\":1}}"),
                repeat("{\"Auth\":{\"Deep\":{\"y", units[u], n, "\":1}}}"),
            };

            for (size_t i = 0; i < sizeof(jsons) / sizeof(jsons[0]); i++) {
                memset(&err, 'x', sizeof(err));
                assert_int_equal(ILF_ERR_CONFIG,
                                 configure_with(options, jsons[i], strlen(jsons[i])));
                check_line(jsons[i]);
                free(jsons[i]);
            }
        }
    }
}

static void suggests_nothing_for_a_key_that_is_a_novel(void **state)
{
    char *json = repeat("{\"", "k", 300, "\":1}");

    (void)state;
    assert_int_equal(ILF_ERR_CONFIG, configure_with(options, json, strlen(json)));
    assert_null(strstr(err.text, "did you mean"));
    free(json);
}

static void cuts_a_long_list_of_choices(void **state)
{
    static char choice[64][16];
    static const char *many[65];
    ilf_option table[] = {
        ILF_OPTION(ENUM, struct everything, mode, "Mode", NULL, "a choice", .choices = many),
        {0},
    };

    (void)state;
    for (size_t i = 0; i < 64; i++) {
        (void)snprintf(choice[i], sizeof(choice[i]), "choice%zu", i);
        many[i] = choice[i];
    }
    assert_int_equal(ILF_ERR_CONFIG, configure_with(table, "{\"Mode\":\"x\"}", 12));
    check_line("many choices");
}

/* --- Garbage -------------------------------------------------------------------------------------
 */

static const char seed[] =
    "{\"Text\":\"a\\u00e9\\ud83d\\ude00\",\"Expanded\":\"${ILF_TEST}$$\",\"Secret\":\"s\","
    "\"Count\":12,\"Bounded\":3,\"Flag\":false,\"Ratio\":0.5,\"Size\":\"1KiB\",\"Wait\":\"1m2s\","
    "\"BoundedWait\":1e9,\"Mode\":\"never\",\"List\":[\"a\",\"b\"],\"Map\":{\"k\":\"v\",\"\":\"\"},"
    "\"Auth\":{\"User\":\"u\",\"Password\":\"p\",\"Deep\":{\"Depth\":1,\"List\":[\"x\"]}},"
    "\"Plain\":null}";

/* Change, insert, remove or double a few bytes of the @len at @text, which has room for twice as
 * many. */
static size_t mutate(char *text, size_t len, uint64_t *random)
{
    static const char *const tokens[] = {"null", "\"", "{",    "}",       "[",        "]",
                                         ":",    ",",  "1e99", "\\u0000", "\\ud800",  "${",
                                         "-",    ".",  "true", "\n",      "\xff\xfe", "\"Auth\":"};

    for (size_t changes = 1 + test_random(random) % 4; changes > 0 && len > 0; changes--) {
        size_t at = test_random(random) % len, n = 1 + test_random(random) % 8;
        const char *token = tokens[test_random(random) % (sizeof(tokens) / sizeof(tokens[0]))];

        n = n > len - at ? len - at : n;
        switch (test_random(random) % 4) {
        case 0:
            text[at] = (char)test_random(random);
            break;
        case 1:
            memmove(text + at, text + at + n, len - at - n);
            len -= n;
            break;
        case 2:
            n = strlen(token);
            memmove(text + at + n, text + at, len - at);
            memcpy(text + at, token, n);
            len += n;
            break;
        default:
            memmove(text + at + n, text + at, len - at);
            len += n;
        }
    }
    return len;
}

static void survives_any_bytes_and_refuses_them_in_one_line(void **state)
{
    uint64_t random = 20261122;
    size_t taken = 0, refused = 0;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        char text[2 * sizeof(seed)];
        size_t len = mutate(memcpy(text, seed, sizeof(seed)), sizeof(seed) - 1, &random);
        char *exact = malloc(len + 1); /* so that reading beyond it is seen */
        ilf_status status;

        assert_non_null(exact);
        memcpy(exact, text, len);
        memset(&err, 'x', sizeof(err));
        status = configure_with(options, exact, len);
        if (status == ILF_OK) {
            taken++;
        } else {
            assert_int_equal(ILF_ERR_CONFIG, status);
            check_line(seed);
            refused++;
        }
        free(exact);
        ilf__arena_dispose(&arena);
    }
    assert_true(taken > 100); /* or the mutations are too wild to test anything */
    assert_true(refused > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(sets_every_default),
        test(null_leaves_an_option_at_its_default),
        test(takes_scalars_where_a_map_allows_them),
        test(takes_pairs_where_a_map_allows_them),
        test(keeps_json_of_any_type_as_text),
        test(takes_tables_within_tables),
        test(knows_names_whatever_their_case),
        test(takes_the_last_of_duplicates),
        test(copies_all_that_it_keeps),
        test(reads_no_further_than_it_is_told),
        test(gives_a_name_that_two_tables_know_to_the_first),
        test(says_where_json_is_malformed),
        test(never_quotes_the_text_near_an_error),
        test(wants_an_object),
        test(names_the_nearest_of_the_options),
        test(insists_on_required_options),
        test(insists_on_required_options_of_tables),
        test(never_prints_a_secret),
        test(needs_no_error_to_refuse),
        test(shows_control_characters_in_keys_as_question_marks),
        test(stays_on_one_line_when_names_to_expand_do_not),
        test(cuts_a_long_value),
        test(cuts_long_values_and_keys_between_characters),
        test(suggests_nothing_for_a_key_that_is_a_novel),
        test(cuts_a_long_list_of_choices),
        test(survives_any_bytes_and_refuses_them_in_one_line),
    };

    return cmocka_run_group_tests(tests, NULL, release);
}
