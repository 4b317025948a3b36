/* What the tests of configurations share: an option of every type, and what is taken and refused. */
#ifndef ILF_TESTS_OPTIONS_TEST_H
#define ILF_TESTS_OPTIONS_TEST_H

#include "ilf_test.h"

#include "options.h"

struct deep {
    int64_t depth;
    ilf_str_list list;
    ilf_str_map map;
};

struct auth {
    const char *user, *password;
    struct deep deep;
};

struct plain {
    int64_t level;
};

struct everything {
    const char *text, *needed, *expanded, *secret;
    int64_t count, wait, bounded_wait;
    bool flag;
    double ratio, bounded_ratio;
    uint64_t size, bounded_size, native_size;
    int mode;
    ilf_str_list list, secret_list;
    ilf_str_map map, secret_map;
    int64_t bounded, secret_number;
    struct auth auth;
    struct plain plain;
};

static const char *const modes[] = {"never", "batch", "always", NULL};

static const ilf_option deep_options[] = {
    ILF_OPTION(INT, struct deep, depth, "Depth", "2", "a number"),
    ILF_OPTION(LIST, struct deep, list, "List", NULL, "texts"),
    ILF_OPTION(MAP, struct deep, map, "Map", NULL, "texts"),
    {0},
};

static const ilf_option auth_options[] = {
    ILF_OPTION(STR, struct auth, user, "User", "nobody", "a name"),
    ILF_OPTION(STR, struct auth, password, "Password", NULL, "a secret", .flags = ILF_OPT_SECRET),
    ILF_OPTION(TABLE, struct auth, deep, "Deep", NULL, "a table", .table = deep_options),
    {0},
};

static const ilf_option plain_options[] = {
    ILF_OPTION(INT, struct plain, level, "Level", NULL, "a number"),
    {0},
};

static const ilf_option options[] = {
    ILF_OPTION(STR, struct everything, text, "Text", "default text", "a text"),
    ILF_OPTION(STR, struct everything, expanded, "Expanded", NULL, "a text",
               .flags = ILF_OPT_EXPAND),
    ILF_OPTION(STR, struct everything, secret, "Secret", NULL, "a secret", .flags = ILF_OPT_SECRET),
    ILF_OPTION(INT, struct everything, count, "Count", "7", "a number"),
    ILF_OPTION(INT, struct everything, bounded, "Bounded", "5", "a number", .min = -1, .max = 10),
    ILF_OPTION(INT, struct everything, secret_number, "SecretNumber", NULL, "a number",
               .flags = ILF_OPT_SECRET, .min = 1, .max = 9),
    ILF_OPTION(BOOL, struct everything, flag, "Flag", "true", "a flag"),
    ILF_OPTION(FLOAT, struct everything, ratio, "Ratio", "0.25", "a number"),
    ILF_OPTION(FLOAT, struct everything, bounded_ratio, "BoundedRatio", NULL, "a number", .min = 0,
               .max = 1),
    ILF_OPTION(SIZE, struct everything, size, "Size", "1MiB", "a size"),
    ILF_OPTION(SIZE, struct everything, bounded_size, "BoundedSize", "1KB", "a size", .min = 100,
               .max = 1e6),
    ILF_OPTION(SIZE, struct everything, native_size, "NativeSize", NULL, "a size", .min = -1,
               .max = 0x1p62),
    ILF_OPTION(DURATION, struct everything, wait, "Wait", "1m30s", "a time"),
    ILF_OPTION(DURATION, struct everything, bounded_wait, "BoundedWait", "1s", "a time", .min = 1e6,
               .max = 86400e9),
    ILF_OPTION(ENUM, struct everything, mode, "Mode", "batch", "a choice", .choices = modes),
    ILF_OPTION(LIST, struct everything, list, "List", NULL, "texts"),
    ILF_OPTION(LIST, struct everything, secret_list, "SecretList", NULL, "texts",
               .flags = ILF_OPT_SECRET),
    ILF_OPTION(MAP, struct everything, map, "Map", NULL, "texts"),
    ILF_OPTION(MAP, struct everything, secret_map, "SecretMap", NULL, "texts",
               .flags = ILF_OPT_SECRET),
    ILF_OPTION(TABLE, struct everything, auth, "Auth", NULL, "a table", .table = auth_options),
    ILF_OPTION(TABLE, struct everything, plain, "Plain", NULL, "a table", .table = plain_options),
    {0},
};

static struct everything got;
static struct ilf__arena arena;
static ilf_error err;

static inline int reset(void **state)
{
    (void)state;
    memset(&got, 0x5a, sizeof(got)); /* so that nobody relies on zeroes */
    memset(&err, 'x', sizeof(err));
    setenv("ILF_TEST", "from outside", 1);
    unsetenv("ILF_TEST_NONE");
    return 0;
}

static inline int release(void **state)
{
    (void)state;
    ilf__arena_dispose(&arena);
    return 0;
}

static const struct ilf__complaint first_only = {.who = "flusher_x", .err = &err};

static inline ilf_status configure_with(const ilf_option *table, const char *json, size_t len)
{
    const struct ilf__target targets[] = {{table, &got}, {NULL, NULL}};

    return ilf__configure(targets, &first_only, json, len, &arena);
}

static inline void take(const char *json)
{
    if (configure_with(options, json, strlen(json)) != ILF_OK)
        fail_msg("%s: %s", json, err.text);
}

/* A refusal of @json must say @why. */
struct refusal {
    const char *json, *why;
};

static inline void refuse(const char *json, const char *why)
{
    memset(&err, 'x', sizeof(err));
    if (configure_with(options, json, strlen(json)) != ILF_ERR_CONFIG)
        fail_msg("%s: taken", json);
    assert_string_equal(why, err.text);
}

static inline void refuse_all(const struct refusal *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        refuse(rows[i].json, rows[i].why);
}

#define REFUSE_ALL(rows) refuse_all(rows, sizeof(rows) / sizeof((rows)[0]))

#define test(name) cmocka_unit_test_setup_teardown(name, reset, release)

#endif
