/* Tests of cbridge/option_value.c: what each type of option takes, and the exact words of every
 * refusal. */
#include "options_test.h"

static void takes_text(void **state)
{
    (void)state;
    take("{\"Text\":\"\"}");
    assert_string_equal("", got.text);
    take("{\"Text\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00 \xe4\xb8\xad\"}");
    assert_string_equal("\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80 \xe4\xb8\xad", got.text);
    take("{\"Text\":\"${ILF_TEST} $$ file:x\"}"); /* is not marked for expansion */
    assert_string_equal("${ILF_TEST} $$ file:x", got.text);
}

static void takes_numbers(void **state)
{
    static const struct {
        const char *json;
        int64_t value;
    } rows[] = {
        {"0", 0},
        {"-0", 0},
        {"-5", -5},
        {"1e5", 100000},
        {"1.5e1", 15},
        {"12.0", 12},
        {"9007199254740992", INT64_C(1) << 53},
        {"-9007199254740992", -(INT64_C(1) << 53)},
        {"9007199254740993", INT64_C(1) << 53}, /* the host has made a float64 of it already */
        {"9223372036854774784", INT64_C(9223372036854774784)},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char json[64];

        (void)snprintf(json, sizeof(json), "{\"Count\":%s}", rows[i].json);
        take(json);
        assert_int_equal(rows[i].value, got.count);
    }
    take("{\"Bounded\":-1}");
    assert_int_equal(-1, got.bounded);
    take("{\"Bounded\":10}");
    assert_int_equal(10, got.bounded);
}

static void takes_floats(void **state)
{
    (void)state;
    take("{\"Ratio\":1}");
    assert_true(got.ratio == 1);
    take("{\"Ratio\":-0.5e-3}");
    assert_true(got.ratio == -0.5e-3);
    take("{\"Ratio\":1e308,\"BoundedRatio\":1}");
    assert_true(got.ratio == 1e308);
    assert_true(got.bounded_ratio == 1);
    take("{\"BoundedRatio\":0.999}");
    assert_true(got.bounded_ratio == 0.999);
}

static void takes_flags(void **state)
{
    (void)state;
    take("{\"Flag\":false}");
    assert_false(got.flag);
    take("{\"Flag\":true}");
    assert_true(got.flag);
}

static void takes_sizes(void **state)
{
    (void)state;
    take("{\"Size\":4096}");
    assert_int_equal(4096, got.size);
    take("{\"Size\":\"512KiB\"}");
    assert_int_equal(512 << 10, got.size);
    take("{\"Size\":\"1.5 MB\",\"BoundedSize\":\"1MB\"}");
    assert_int_equal(1500000, got.size);
    assert_int_equal(1000000, got.bounded_size);
    take("{\"BoundedSize\":100}");
    assert_int_equal(100, got.bounded_size);
    take("{\"Size\":0}");
    assert_int_equal(0, got.size);
}

static void takes_a_negative_size_as_none_where_native_flushers_do(void **state)
{
    (void)state;
    take("{\"NativeSize\":-1}");
    assert_int_equal(0, got.native_size);
    take("{\"NativeSize\":-1e18}");
    assert_int_equal(0, got.native_size);
    take("{\"NativeSize\":12}");
    assert_int_equal(12, got.native_size);
}

static void takes_durations(void **state)
{
    (void)state;
    take("{\"Wait\":30000000000}"); /* as native flushers have it */
    assert_int_equal(30000000000, got.wait);
    take("{\"Wait\":\"30s\"}");
    assert_int_equal(30000000000, got.wait);
    take("{\"Wait\":\"1m30.5s\"}");
    assert_int_equal(90500000000, got.wait);
    take("{\"Wait\":-1}");
    assert_int_equal(-1, got.wait);
    take("{\"Wait\":\"0\",\"BoundedWait\":\"24h\"}");
    assert_int_equal(0, got.wait);
    assert_int_equal(86400000000000, got.bounded_wait);
}

static void takes_choices_whatever_their_case(void **state)
{
    (void)state;
    take("{\"Mode\":\"never\"}");
    assert_int_equal(0, got.mode);
    take("{\"Mode\":\"ALWAYS\"}");
    assert_int_equal(2, got.mode);
}

static void takes_lists(void **state)
{
    (void)state;
    take("{\"List\":[]}");
    assert_int_equal(0, got.list.n);
    take("{\"List\":[\"a\",\"\",\"b c\"],\"SecretList\":[\"${ILF_TEST}\",\"$$\"]}");
    assert_int_equal(3, got.list.n);
    assert_string_equal("a", got.list.items[0]);
    assert_string_equal("", got.list.items[1]);
    assert_string_equal("b c", got.list.items[2]);
    assert_null(got.list.items[3]);
    assert_int_equal(2, got.secret_list.n);
    assert_string_equal("from outside", got.secret_list.items[0]);
    assert_string_equal("$", got.secret_list.items[1]);
}

static void takes_maps_in_their_order(void **state)
{
    (void)state;
    take("{\"Map\":{}}");
    assert_int_equal(0, got.map.n);
    take("{\"Map\":{\"z\":\"1\",\"a\":\"22\",\"\":\"\",\"Z\":\"4\"},"
         "\"SecretMap\":{\"k\":\"${ILF_TEST}\"}}");
    assert_int_equal(4, got.map.n);
    assert_string_equal("z", got.map.items[0].key.ptr);
    assert_string_equal("1", got.map.items[0].value.ptr);
    assert_string_equal("a", got.map.items[1].key.ptr);
    assert_int_equal(2, got.map.items[1].value.len);
    assert_string_equal("22", got.map.items[1].value.ptr);
    assert_int_equal(0, got.map.items[2].key.len);
    assert_string_equal("", got.map.items[2].value.ptr);
    assert_string_equal("Z", got.map.items[3].key.ptr);
    assert_string_equal("from outside", got.secret_map.items[0].value.ptr);
}

static void expands_what_is_marked(void **state)
{
    (void)state;
    take("{\"Expanded\":\"<${ILF_TEST}>$$\",\"Secret\":\"${ILF_TEST}\"}");
    assert_string_equal("<from outside>$", got.expanded);
    assert_string_equal("from outside", got.secret);
}

static void says_what_each_type_wants_and_what_it_got(void **state)
{
    static const struct refusal rows[] = {
        {"{\"Text\":5}", "flusher_x: detail.Text: want text, got 5"},
        {"{\"Text\":-1.5}", "flusher_x: detail.Text: want text, got -1.5"},
        {"{\"Text\":true}", "flusher_x: detail.Text: want text, got true"},
        {"{\"Text\":[]}", "flusher_x: detail.Text: want text, got an array"},
        {"{\"Text\":{}}", "flusher_x: detail.Text: want text, got an object"},
        {"{\"Count\":\"5\"}", "flusher_x: detail.Count: want a whole number, got \"5\""},
        {"{\"Count\":1.5}", "flusher_x: detail.Count: want a whole number, got 1.5"},
        {"{\"Count\":false}", "flusher_x: detail.Count: want a whole number, got false"},
        {"{\"Count\":\"a\\n\\\"b\"}",
         "flusher_x: detail.Count: want a whole number, got \"a\\n\\\"b\""},
        {"{\"Count\":[1]}", "flusher_x: detail.Count: want a whole number, got an array"},
        {"{\"Flag\":1}", "flusher_x: detail.Flag: want true or false, got 1"},
        {"{\"Flag\":\"true\"}", "flusher_x: detail.Flag: want true or false, got \"true\""},
        {"{\"Ratio\":\"1\"}", "flusher_x: detail.Ratio: want a number, got \"1\""},
        {"{\"Size\":\"1 bit\"}",
         "flusher_x: detail.Size: want a size: bytes, or text such as \"512KiB\" or \"10MB\", got "
         "\"1 bit\""},
        {"{\"Size\":1.5}", "flusher_x: detail.Size: want a size: bytes, or text such as "
                           "\"512KiB\" or \"10MB\", got 1.5"},
        {"{\"Size\":true}", "flusher_x: detail.Size: want a size: bytes, or text such as "
                            "\"512KiB\" or \"10MB\", got true"},
        {"{\"Wait\":\"5\"}", "flusher_x: detail.Wait: want a duration: nanoseconds, or text such "
                             "as \"30s\" or \"1m30s\", got \"5\""},
        {"{\"Wait\":0.5}", "flusher_x: detail.Wait: want a duration: nanoseconds, or text such as "
                           "\"30s\" or \"1m30s\", got 0.5"},
        {"{\"Mode\":\"sometimes\"}", "flusher_x: detail.Mode: want one of \"never\", \"batch\", "
                                     "\"always\"; got \"sometimes\""},
        {"{\"Mode\":1}", "flusher_x: detail.Mode: want one of \"never\", \"batch\", \"always\"; "
                         "got 1"},
        {"{\"Mode\":\"\"}", "flusher_x: detail.Mode: want one of \"never\", \"batch\", "
                            "\"always\"; got \"\""},
        {"{\"List\":\"a\"}", "flusher_x: detail.List: want an array of texts, got \"a\""},
        {"{\"List\":{}}", "flusher_x: detail.List: want an array of texts, got an object"},
        {"{\"List\":[\"a\",1]}", "flusher_x: detail.List.1: want text"},
        {"{\"List\":[null]}", "flusher_x: detail.List.0: want text"},
        {"{\"Map\":[]}", "flusher_x: detail.Map: want an object of texts, got an array"},
        {"{\"Map\":\"\"}", "flusher_x: detail.Map: want an object of texts, got \"\""},
        {"{\"Map\":{\"a\":\"1\",\"b\":2}}", "flusher_x: detail.Map.b: want text"},
        {"{\"Map\":{\"a\":null}}", "flusher_x: detail.Map.a: want text"},
        {"{\"Plain\":5}", "flusher_x: detail.Plain: want an object, got a number"},
        {"{\"Plain\":[]}", "flusher_x: detail.Plain: want an object, got an array"},
        {"{\"Plain\":{\"Level\":\"1\"}}",
         "flusher_x: detail.Plain.Level: want a whole number, got \"1\""},
        {"{\"Auth\":{\"Deep\":{\"Depth\":\"1\"}}}",
         "flusher_x: detail.Auth.Deep.Depth: want a whole number, got \"1\""},
        {"{\"Auth\":{\"Deep\":{\"List\":[\"a\",\"b\",3]}}}",
         "flusher_x: detail.Auth.Deep.List.2: want text"},
        {"{\"auth\":{\"deep\":{\"map\":{\"k\":[]}}}}", /* as the table spells them */
         "flusher_x: detail.Auth.Deep.Map.k: want text"},
    };

    (void)state;
    REFUSE_ALL(rows);
}

static void says_which_range_a_number_is_out_of(void **state)
{
    static const struct refusal rows[] = {
        {"{\"Bounded\":11}", "flusher_x: detail.Bounded: want -1 to 10, got 11"},
        {"{\"Bounded\":-2}", "flusher_x: detail.Bounded: want -1 to 10, got -2"},
        {"{\"BoundedRatio\":1.001}", "flusher_x: detail.BoundedRatio: want 0 to 1, got 1.001"},
        {"{\"BoundedRatio\":-1e-9}", "flusher_x: detail.BoundedRatio: want 0 to 1, got -1e-09"},
        {"{\"BoundedSize\":99}", "flusher_x: detail.BoundedSize: want 100 to 1000000, got 99"},
        {"{\"BoundedSize\":\"1MiB\"}",
         "flusher_x: detail.BoundedSize: want 100 to 1000000, got \"1MiB\""},
        {"{\"BoundedWait\":0}", "flusher_x: detail.BoundedWait: want 0.001s to 86400s, got 0"},
        {"{\"BoundedWait\":\"25h\"}",
         "flusher_x: detail.BoundedWait: want 0.001s to 86400s, got \"25h\""},
        {"{\"Count\":9223372036854775808}", "flusher_x: detail.Count: is too large"},
        {"{\"Count\":1e300}", "flusher_x: detail.Count: is too large"},
        {"{\"Count\":-1e300}", "flusher_x: detail.Count: is too small"},
        {"{\"Size\":-1}", "flusher_x: detail.Size: is too small"},
        {"{\"Size\":1e19}", "flusher_x: detail.Size: is too large"},
        {"{\"Wait\":1e19}", "flusher_x: detail.Wait: is too large"},
    };

    (void)state;
    REFUSE_ALL(rows);
}

static void refuses_a_nul_inside_any_text(void **state)
{
    static const struct refusal rows[] = {
        {"{\"Text\":\"a\\u0000b\"}",
         "flusher_x: detail.Text: holds a NUL character (\\u0000), which no option can"},
        {"{\"Secret\":\"\\u0000\"}",
         "flusher_x: detail.Secret: holds a NUL character (\\u0000), which no option can"},
        {"{\"List\":[\"a\",\"\\u0000\"]}",
         "flusher_x: detail.List.1: holds a NUL character (\\u0000), which no option can"},
        {"{\"Map\":{\"k\":\"v\\u0000\"}}",
         "flusher_x: detail.Map.k: holds a NUL character (\\u0000), which no option can"},
        {"{\"Mode\":\"batch\\u0000x\"}", "flusher_x: detail.Mode: want one of \"never\", "
                                         "\"batch\", \"always\"; got \"batch\\u0000x\""},
        {"{\"Size\":\"1MiB\\u0000x\"}",
         "flusher_x: detail.Size: want a size: bytes, or text such as \"512KiB\" or \"10MB\", got "
         "\"1MiB\\u0000x\""},
        {"{\"Wait\":\"1s\\u0000\"}",
         "flusher_x: detail.Wait: want a duration: nanoseconds, or text such as \"30s\" or "
         "\"1m30s\", got \"1s\\u0000\""},
    };

    (void)state;
    REFUSE_ALL(rows);
}

static void does_not_take_part_of_a_secret_for_the_name_of_a_variable(void **state)
{
    (void)state;
    refuse(
        "{\"Secret\":\"pa${ss}word\"}",
        "flusher_x: detail.Secret: names an environment variable that is not there (not shown, it "
        "is a secret; write $$ for a single $)");
}

static void says_what_it_cannot_expand(void **state)
{
    static const struct refusal rows[] = {
        {"{\"Secret\":\"${ILF_TEST_NONE}\"}",
         "flusher_x: detail.Secret: environment variable ILF_TEST_NONE is not set"},
        {"{\"Expanded\":\"${\"}", "flusher_x: detail.Expanded: ${ without }: write $$ for a single "
                                  "$"},
        {"{\"Auth\":{\"Password\":\"file:/no/such\"}}",
         "flusher_x: detail.Auth.Password: read '/no/such': No such file or directory"},
        {"{\"SecretMap\":{\"k\":\"${}\"}}",
         "flusher_x: detail.SecretMap.k: ${} needs the name of an environment variable"},
        {"{\"SecretList\":[\"a\",\"${x\"]}",
         "flusher_x: detail.SecretList.1: ${ without }: write $$ for a single $"},
    };

    (void)state;
    REFUSE_ALL(rows);
}

static void refuses_a_file_with_a_nul(void **state)
{
    char json[600], why[600];

    (void)state;
    test_write_file(test_path("secret"), "a\0b", 3);
    (void)snprintf(json, sizeof(json), "{\"Secret\":\"file:%s\"}", test_path("secret"));
    (void)snprintf(why, sizeof(why),
                   "flusher_x: detail.Secret: read '%s': byte 2 is a control character: only one "
                   "line end, the last, may be there",
                   test_path("secret"));
    refuse(json, why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(takes_text),
        test(takes_numbers),
        test(takes_floats),
        test(takes_flags),
        test(takes_sizes),
        test(takes_a_negative_size_as_none_where_native_flushers_do),
        test(takes_durations),
        test(takes_choices_whatever_their_case),
        test(takes_lists),
        test(takes_maps_in_their_order),
        test(expands_what_is_marked),
        test(says_what_each_type_wants_and_what_it_got),
        test(says_which_range_a_number_is_out_of),
        test(refuses_a_nul_inside_any_text),
        test(does_not_take_part_of_a_secret_for_the_name_of_a_variable),
        test(says_what_it_cannot_expand),
        test_with_folder(refuses_a_file_with_a_nul),
    };

    return cmocka_run_group_tests(tests, NULL, release);
}
