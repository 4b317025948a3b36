/* Tests of cbridge/option_changes.c. */
#include "option_changes.h"

#include "options_test.h"

static const char *const modes_of[] = {"off", "on", NULL};

struct own {
    const char *path, *url, *secret;
    int64_t count, wait;
    bool flag;
    double ratio;
    uint64_t size;
    int mode;
    ilf_str_list list;
    ilf_str_map map;
    struct {
        int64_t limit;
    } nested;
};

static const ilf_option nested_options[] = {
    {.name = "Limit", .type = ILF_OPT_INT, .offset = 0, .default_value = "7", .help = "x"},
    {0},
};

static const ilf_option own_options[] = {
    ILF_OPTION(STR, struct own, path, "Path", "-", "x"),
    ILF_OPTION(STR, struct own, url, "URL", NULL, "x"),
    ILF_OPTION(STR, struct own, secret, "Password", NULL, "x", .flags = ILF_OPT_SECRET),
    ILF_OPTION(INT, struct own, count, "Count", "3", "x"),
    ILF_OPTION(DURATION, struct own, wait, "Wait", "1s", "x"),
    ILF_OPTION(BOOL, struct own, flag, "Flag", "true", "x"),
    ILF_OPTION(FLOAT, struct own, ratio, "Ratio", "0.5", "x"),
    ILF_OPTION(SIZE, struct own, size, "Size", "1KiB", "x"),
    ILF_OPTION(ENUM, struct own, mode, "Mode", "on", "x", .choices = modes_of),
    ILF_OPTION(LIST, struct own, list, "List", NULL, "x"),
    ILF_OPTION(MAP, struct own, map, "Map", NULL, "x"),
    {.name = "Nested",
     .type = ILF_OPT_TABLE,
     .offset = offsetof(struct own, nested),
     .help = "x",
     .table = nested_options},
    {0},
};

/* What is said of @json. */
static const char *changes(const char *json)
{
    static char text[1024];
    struct own own = {0};
    const struct ilf__target targets[] = {{own_options, &own}, {NULL, NULL}};
    const struct ilf__complaint to = {.who = "flusher_x", .err = &err};
    struct ilf__page page = ilf__page(text, sizeof(text));
    struct ilf__arena memory = {0};

    assert_int_equal(ILF_OK, ilf__configure(targets, &to, json, strlen(json), &memory));
    ilf__put_changes(&page, targets);
    ilf__arena_dispose(&memory);
    return text;
}

static void says_nothing_of_defaults(void **state)
{
    (void)state;
    assert_string_equal("", changes("{}"));
    assert_string_equal("", changes("null"));
    assert_string_equal("", changes("{\"Path\":\"-\",\"Wait\":1000000000,\"Size\":1024,\"Mode\":"
                                    "\"ON\",\"List\":[],\"Nested\":{\"Limit\":7}}"));
}

static void says_what_was_changed_in_the_order_of_the_options(void **state)
{
    (void)state;
    assert_string_equal(
        "Path=/tmp/x, Count=-4, Wait=0.25s, Flag=false, Ratio=1.5, Size=2048, Mode=off, List=[a, "
        "b], "
        "Map={2}, Nested.Limit=8",
        changes(
            "{\"Map\":{\"a\":\"b\",\"c\":\"d\"},\"Path\":\"/tmp/x\",\"Count\":-4,\"Wait\":"
            "\"250ms\",\"Flag\":false,\"Ratio\":1.5,\"Size\":\"2KiB\",\"Mode\":\"off\",\"List\":"
            "[\"a\",\"b\"],\"Nested\":{\"Limit\":8}}"));
}

static void shows_no_secret(void **state)
{
    static const char *const cases[][2] = {
        {"{\"Password\":\"s3cret\"}", "Password=***"},
        {"{\"URL\":\"https://user:s3cret@host:1/p@th?token=s3cret\"}",
         "URL=https://***@host:1/p@th?***"},
        {"{\"URL\":\"http://a@b@host?x=s3cret@y\"}", "URL=http://***@host?***"},
        {"{\"URL\":\"http://host\"}", "URL=http://host"},
        {"{\"List\":[\"http://u:s3cret@h/\",\"mailto:x@y\"]}", "List=[http://***@h/, mailto:x@y]"},
        {"{\"Map\":{\"k\":\"s3cret\"}}", "Map={1}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(cases[i][1], changes(cases[i][0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_nothing_of_defaults),
        cmocka_unit_test(says_what_was_changed_in_the_order_of_the_options),
        cmocka_unit_test(shows_no_secret),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
