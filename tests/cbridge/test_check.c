/* Tests of cbridge/check.c: every complaint about a configuration, in the words of configure. */
#include <ilf_test.h>

#include "check.h"

struct inner {
    int64_t depth;
    const char *user, *password;
};

struct outer {
    const char *path, *secret;
    int64_t count, wait;
    int mode;
    ilf_str_list hosts;
    ilf_str_map labels;
    struct inner inner;
};

static const char *const modes[] = {"never", "always", NULL};

static const ilf_option inner_options[] = {
    ILF_OPTION(INT, struct inner, depth, "Depth", "2", "a number", .min = 1, .max = 9),
    ILF_OPTION(STR, struct inner, user, "User", NULL, "a name", .flags = ILF_OPT_REQUIRED),
    ILF_OPTION(STR, struct inner, password, "Password", NULL, "a secret", .flags = ILF_OPT_SECRET),
    {0},
};

static const ilf_option options[] = {
    ILF_OPTION(STR, struct outer, path, "Path", NULL, "a text", .flags = ILF_OPT_REQUIRED),
    ILF_OPTION(STR, struct outer, secret, "Secret", NULL, "a secret", .flags = ILF_OPT_SECRET),
    ILF_OPTION(INT, struct outer, count, "Count", "7", "a number"),
    ILF_OPTION(DURATION, struct outer, wait, "Wait", "1s", "a time"),
    ILF_OPTION(ENUM, struct outer, mode, "Mode", NULL, "a choice", .choices = modes),
    ILF_OPTION(LIST, struct outer, hosts, "Hosts", NULL, "texts", .flags = ILF_OPT_REQUIRED),
    ILF_OPTION(MAP, struct outer, labels, "Labels", NULL, "texts"),
    ILF_OPTION(TABLE, struct outer, inner, "Inner", NULL, "a table", .table = inner_options),
    {0},
};

static unsigned running; /* instances between init and stop */

static ilf_status init(void *self, const ilf_host *host, ilf_error *err)
{
    struct outer *f = self;

    assert_true(host->checking);
    ilf_logf(host, ILF_LEVEL_ERROR, "a check does not log");
    if (strcmp(f->path, "bad") == 0)
        return ilf_fail(err, ILF_ERR_CONFIG, "detail.Path: there is no '%s'", f->path);
    if (strcmp(f->path, "worse") == 0)
        return ilf_fail(err, ILF_ERR_NOMEM, "flusher_x: out of\nmemory");
    running++;
    return ILF_OK;
}

static ilf_status stop(void *self, ilf_error *err)
{
    (void)self;
    (void)err;
    running--;
    return ILF_OK;
}

static ilf_status take_nothing(void *self, const ilf_batch *batch, ilf_error *err)
{
    (void)self;
    (void)batch;
    (void)err;
    return ILF_OK;
}

static const ilf_flusher_ops ops = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_x",
    .description = "is checked",
    .instance_size = sizeof(struct outer),
    .options = options,
    .init = init,
    .flush = take_nothing,
    .stop = stop,
};

static const char *checked(const char *json)
{
    static char buf[8192];
    struct ilf__page page = ilf__page(buf, sizeof(buf));

    ilf__check(&ops, json, strlen(json), &page);
    assert_int_equal(page.len, strlen(buf));
    return buf;
}

struct row {
    const char *json, *complaints;
};

static const struct row rows[] = {
    {"{\"Path\":\"p\",\"Hosts\":[\"h\"],\"Inner\":{\"User\":\"u\"},\"StopTimeout\":\"1s\"}", ""},
    {"null", "detail.Path: is missing, and there is no default for it\n"
             "detail.Hosts: is missing, and there is no default for it\n"
             "detail.Inner.User: is missing, and there is no default for it\n"},
    {"{\"Pth\":1,\"Cont\":2,\"Hosts\":[],\"Inner\":{\"Dept\":3,\"User\":\"\"},\"Retri\":{}}",
     "detail.Pth: no such option; did you mean Path?\n"
     "detail.Cont: no such option; did you mean Count?\n"
     "detail.Hosts: must not be empty\n"
     "detail.Inner.Dept: no such option; did you mean Depth?\n"
     "detail.Inner.User: must not be empty\n"
     "detail.Retri: no such option; did you mean Retry?\n"
     "detail.Path: is missing, and there is no default for it\n"},
    {"{\"Path\":1,\"Hosts\":[\"a\",2,null],\"Labels\":{\"a\":1,\"b\":\"x\",\"c\":[]},\"Mode\":"
     "\"n\","
     "\"Count\":1.5,\"Wait\":\"x\",\"Inner\":{\"Depth\":10,\"User\":true}}",
     "detail.Path: want text, got 1\n"
     "detail.Hosts.1: want text\n"
     "detail.Hosts.2: want text\n"
     "detail.Labels.a: want text\n"
     "detail.Labels.c: want text\n"
     "detail.Mode: want one of \"never\", \"always\"; got \"n\"\n"
     "detail.Count: want a whole number, got 1.5\n"
     "detail.Wait: want a duration: nanoseconds, or text such as \"30s\" or \"1m30s\", got \"x\"\n"
     "detail.Inner.Depth: want 1 to 9, got 10\n"
     "detail.Inner.User: want text, got true\n"},
    {"{\"Path\":\"p\",\"Hosts\":[\"h\"],\"Inner\":5}",
     "detail.Inner: want an object, got a number\n"},
    {"[]", "detail: want an object with options, or nothing\n"},
    {"{\"Path\":", "detail: not JSON: unexpected token near end of file at line 1, column 8\n"},
};

static void tells_every_complaint_at_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(rows[i].complaints, checked(rows[i].json));
}

#define WITH_PATH(path, more)                                                                      \
    "{\"Path\":\"" path "\",\"Hosts\":[\"h\"],\"Inner\":{\"User\":\"u\"}" more "}"

static void tells_what_init_says_and_stops_what_it_started(void **state)
{
    (void)state;
    assert_string_equal("detail.Path: there is no 'bad'\n", checked(WITH_PATH("bad", "")));
    assert_string_equal("out of?memory\n", checked(WITH_PATH("worse", "")));
    assert_string_equal("", checked(WITH_PATH("good", "")));
    assert_int_equal(0, running);
}

static void says_when_nanoseconds_look_like_seconds(void **state)
{
    (void)state;
    assert_string_equal("detail.Wait: warning: 30 is nanoseconds: write 30s\n",
                        checked(WITH_PATH("p", ",\"Wait\":30")));
    assert_string_equal("detail.Wait: warning: 5000 is nanoseconds: write 5000ms\n",
                        checked(WITH_PATH("p", ",\"Wait\":5000")));
    assert_string_equal("detail.Retry.MaxDelay: want 0.001s to 86400s, got 30: 30 is nanoseconds: "
                        "write 30s\n",
                        checked(WITH_PATH("p", ",\"Retry\":{\"MaxDelay\":30}")));
    assert_string_equal("", checked(WITH_PATH("p", ",\"Wait\":1000000")));
    assert_string_equal("", checked(WITH_PATH("p", ",\"Wait\":0")));
    assert_string_equal("", checked(WITH_PATH("p", ",\"Wait\":-1")));
    assert_string_equal("", checked(WITH_PATH("p", ",\"Wait\":\"30ns\"")));
}

static void says_when_a_key_is_there_twice(void **state)
{
    (void)state;
    assert_string_equal(
        "detail: warning: the key that ends at line 1, column 64 was there before in "
        "the same object: the last one counts\n",
        checked(WITH_PATH("p", ",\"Count\":1,\"Count\":2")));
}

static void makes_no_file_and_changes_none(void **state)
{
    static const char kept[] = "{\"FileName\":\"%s\",\"Append\":false}";
    char json[512], buf[512], *text;
    size_t len;
    FILE *file;

    (void)state;
    (void)snprintf(json, sizeof(json), kept, test_path("new"));
    assert_int_equal(0, ilf_check("flusher_c_stdout", json, strlen(json), buf, sizeof(buf)));
    assert_int_equal(-1, access(test_path("new"), F_OK));
    file = fopen(test_path("old"), "w");
    assert_non_null(file);
    (void)fputs("kept", file);
    (void)fclose(file);
    (void)snprintf(json, sizeof(json), kept, test_path("old"));
    assert_int_equal(0, ilf_check("flusher_c_stdout", json, strlen(json), buf, sizeof(buf)));
    text = test_read_file(test_path("old"), &len);
    assert_string_equal("kept", text);
    free(text);
    (void)snprintf(json, sizeof(json), kept, test_path("none/new"));
    assert_int_not_equal(0, ilf_check("flusher_c_stdout", json, strlen(json), buf, sizeof(buf)));
    assert_non_null(strstr(buf, "No such file or directory: create the folder first"));
}

/* What is told first is what configure says, and nothing is told where it succeeds. */
static void agrees_with_configure(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ilf_error err = {""};
        ilf_flusher *f = ilf__flusher_new(&ops, NULL, &err);
        const char *all = checked(rows[i].json);
        char first[sizeof(err.text)];

        assert_non_null(f);
        assert_int_equal(*all ? ILF_ERR_CONFIG : ILF_OK,
                         ilf_flusher_configure(f, rows[i].json, strlen(rows[i].json), &err));
        (void)snprintf(first, sizeof(first), "flusher_x: %.*s", (int)strcspn(all, "\n"), all);
        if (*all)
            assert_string_equal(first, err.text);
        ilf_flusher_free(f);
    }
}

static void never_shows_a_secret(void **state)
{
    static const char *const details[] = {
        "{\"Secret\":12345,\"Inner\":{\"Password\":12345}}",
        "{\"Secret\":\"${12345}\",\"Inner\":{\"Password\":\"pass${12345}word\"}}",
        "{\"Secret\":\"a\\u0000 12345\",\"Inner\":{\"Password\":[\"12345\"]}}",
        "{\"Secret\":\"12345",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++) {
        const char *all = checked(details[i]);

        assert_string_not_equal("", all);
        if (!strstr(details[i], "\"${12345}\"")) /* by itself it names a variable */
            assert_null(strstr(all, "12345"));
        assert_null(strstr(all, "pass$"));
    }
}

static void cuts_the_text_to_any_size(void **state)
{
    static const char json[] = "{\"FileNam\":1,\"Fields\":2}";
    char whole[1024];
    size_t len = ilf_check("flusher_c_stdout", json, strlen(json), whole, sizeof(whole));

    (void)state;
    assert_in_range(len, 1, sizeof(whole) - 1);
    assert_int_equal(len, ilf_check("flusher_c_stdout", json, strlen(json), NULL, 0));
    for (size_t size = 1; size <= len + 2; size++) {
        char *buf = malloc(size); /* so that a sanitizer sees a byte too many */
        size_t fits = size - 1 < len ? size - 1 : len;

        assert_int_equal(len, ilf_check("flusher_c_stdout", json, strlen(json), buf, size));
        assert_memory_equal(whole, buf, fits);
        assert_int_equal(0, buf[fits]);
        free(buf);
    }
}

static void says_which_name_is_nearest(void **state)
{
    char buf[256];

    (void)state;
    assert_int_not_equal(0, ilf_check("flusher_c_nul", "null", 4, buf, sizeof(buf)));
    assert_string_equal("no flusher 'flusher_c_nul'; did you mean flusher_c_null?\n", buf);
    assert_int_equal(0, ilf_check("flusher_c_null", "null", 4, buf, sizeof(buf)));
    assert_string_equal("", buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_every_complaint_at_once),
        cmocka_unit_test(tells_what_init_says_and_stops_what_it_started),
        cmocka_unit_test(says_when_nanoseconds_look_like_seconds),
        cmocka_unit_test(says_when_a_key_is_there_twice),
        cmocka_unit_test_setup_teardown(makes_no_file_and_changes_none, test_make_folder,
                                        test_remove_folder),
        cmocka_unit_test(agrees_with_configure),
        cmocka_unit_test(never_shows_a_secret),
        cmocka_unit_test(cuts_the_text_to_any_size),
        cmocka_unit_test(says_which_name_is_nearest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
