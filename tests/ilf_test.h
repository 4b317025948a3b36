/* What the C tests share: cmocka, strings, flushers with a host that records what is logged. */
#ifndef ILF_TESTS_ILF_TEST_H
#define ILF_TESTS_ILF_TEST_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <ilf/bridge.h>

#if defined(__SANITIZE_THREAD__)
#include "c11_threads.h"
#endif
#include "instance.h"
#include "registry.h"

#define S(literal) ((ilf_str){literal, sizeof(literal) - 1})

/* The same where C wants a constant. */
#define S_CONST(literal)                                                                           \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }

/* Is it a line that every instance logs when it starts, or has stopped? They are test_report.c's. */
static inline bool test_is_report(ilf_str text)
{
    return text.len > 0 && text.ptr &&
           (memmem(text.ptr, text.len, ": started: libilf ", 18) ||
            memmem(text.ptr, text.len, ": stopped: ", 11));
}

/* A host whose log is the text below, one line each, with its level in front: "1 text\n". */
struct test_log {
    char text[65536];
    size_t len;
};

static inline void test_log_line(void *context, ilf_level level, ilf_str text)
{
    struct test_log *log = context;
    int n = test_is_report(text) ? 0
                                 : snprintf(log->text + log->len, sizeof(log->text) - log->len,
                                            "%d %.*s\n", (int)level, (int)text.len, text.ptr);

    if (n > 0 && (size_t)n < sizeof(log->text) - log->len)
        log->len += (size_t)n;
}

static inline ilf_host test_host(struct test_log *log)
{
    return (ilf_host){.struct_size = sizeof(ilf_host), .context = log, .log = test_log_line};
}

/* A host that keeps what is logged byte by byte, each line with a newline behind it. */
struct test_lines {
    char text[1 << 17];
    size_t len;
};

static inline void test_lines_add(void *context, ilf_level level, ilf_str text)
{
    struct test_lines *lines = context;

    (void)level;
    if (!test_is_report(text) && text.len < sizeof(lines->text) - lines->len) {
        memcpy(lines->text + lines->len, text.ptr, text.len);
        lines->text[lines->len + text.len] = '\n';
        lines->len += text.len + 1;
    }
}

static inline ilf_host test_lines_host(struct test_lines *lines)
{
    return (ilf_host){.struct_size = sizeof(ilf_host), .context = lines, .log = test_lines_add};
}

/* Fail unless the lines are @want, and forget them. */
static inline void assert_lines(struct test_lines *lines, ilf_str want)
{
    size_t len = lines->len;

    lines->len = 0;
    if (len != want.len || memcmp(lines->text, want.ptr, len) != 0)
        fail_msg("got %zu bytes: %.*s\nwant %zu: %.*s", len, (int)len, lines->text, want.len,
                 (int)want.len, want.ptr);
}

/* A flusher that is configured with @config and started, or a failed test. */
static inline ilf_flusher *test_start_ops(const ilf_flusher_ops *ops, const ilf_host *host,
                                          const char *config)
{
    ilf_error err;
    ilf_flusher *f = ilf__flusher_new(ops, host, &err);

    if (!f)
        fail_msg("%s", err.text);
    if (ilf_flusher_configure(f, config, strlen(config), &err) != ILF_OK ||
        ilf_flusher_init(f, NULL, &err) != ILF_OK)
        fail_msg("%s", err.text);
    return f;
}

/* The same for a flusher of the library. */
static inline ilf_flusher *test_start(const char *name, const ilf_host *host, const char *config)
{
    const ilf_flusher_ops *ops = ilf__find(name, NULL);

    assert_non_null(ops);
    return test_start_ops(ops, host, config);
}

/* Fail unless @call, which uses a variable err, succeeds. */
#define assert_works(call)                                                                         \
    do {                                                                                           \
        ilf_error err = {"no text"};                                                               \
                                                                                                   \
        if ((call) != ILF_OK)                                                                      \
            fail_msg("%s: %s", #call, err.text);                                                   \
    } while (0)

/* Fail unless @call, which uses a variable err, fails just so. */
#define assert_fails(want_status, want_text, call)                                                 \
    do {                                                                                           \
        ilf_error err = {"no text"};                                                               \
                                                                                                   \
        assert_int_equal(want_status, call);                                                       \
        assert_string_equal(want_text, err.text);                                                  \
    } while (0)

static const ilf_batch no_groups = {.struct_size = sizeof(ilf_batch)};
static const ilf_event_batch no_events = {.struct_size = sizeof(ilf_event_batch)};

/* A counter's value. */
static inline uint64_t test_count(const ilf__count *counter)
{
    return atomic_load(counter);
}

/* --- Data ------------------------------------------------------------------------------------- */

/* One log group of one log with the contents {"k":"@value"}, at second 1. Not movable: its parts
 * point to each other. */
struct test_batch {
    ilf_kv kv;
    ilf_log log;
    ilf_group group;
    ilf_batch batch;
};

static inline const ilf_batch *test_fill(struct test_batch *b, ilf_str value)
{
    b->kv = (ilf_kv){S("k"), value};
    b->log = (ilf_log){.time = 1, .contents = &b->kv, .n_contents = 1};
    b->group = (ilf_group){.logs = &b->log, .n_logs = 1};
    b->batch = (ilf_batch){.struct_size = sizeof(ilf_batch),
                           .groups = &b->group,
                           .n_groups = 1,
                           .n_bytes = 1 + value.len};
    return &b->batch;
}

/* Numbers that are the same in every run (xorshift64*). @state is anything but 0. */
static inline uint64_t test_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

/* How many seeded runs a test makes: @few, or what $SEEDS says (make soak). */
static inline uint64_t test_seeds(uint64_t few)
{
    const char *seeds = getenv("SEEDS");

    return seeds && atoll(seeds) > 0 ? (uint64_t)atoll(seeds) : few;
}

/* --- Files ------------------------------------------------------------------------------------ */

/* The folder of the running test, between test_make_folder and test_remove_folder. */
static inline char *test_folder(void)
{
    static char path[32];

    return path;
}

/* Setup and teardown of tests that need files. */
static inline int test_make_folder(void **state)
{
    (void)state;
    strcpy(test_folder(), "/tmp/ilf_test.XXXXXX");
    return mkdtemp(test_folder()) ? 0 : -1;
}

static inline void test_remove(const char *path)
{
    DIR *dir = unlink(path) == 0 ? NULL : opendir(path);
    const struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        char child[4096 + 300];

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(child, sizeof(child), "%.4096s/%.256s", path, entry->d_name);
        test_remove(child);
    }
    if (dir) {
        closedir(dir);
        (void)rmdir(path);
    }
}

static inline int test_remove_folder(void **state)
{
    (void)state;
    test_remove(test_folder());
    return 0;
}

#define test_with_folder(test)                                                                     \
    cmocka_unit_test_setup_teardown(test, test_make_folder, test_remove_folder)

/* The path of @name in the test's folder; good until four more were asked for. */
static inline const char *test_path(const char *name)
{
    static char paths[5][512];
    static unsigned next;
    char *path = paths[next++ % 5];

    (void)snprintf(path, sizeof(paths[0]), "%s/%s", test_folder(), name);
    return path;
}

static inline void test_write_file(const char *path, const char *bytes, size_t len)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(len, fwrite(bytes, 1, len, file));
    assert_int_equal(0, fclose(file));
}

/* What the file @path holds, with a NUL behind it; free it. NULL, and 0, when there is no file. */
static inline char *test_read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "r");
    struct stat st;
    char *bytes;

    *len = 0;
    if (!file)
        return NULL;
    assert_int_equal(0, fstat(fileno(file), &st));
    bytes = malloc((size_t)st.st_size + 1);
    assert_non_null(bytes);
    *len = fread(bytes, 1, (size_t)st.st_size, file);
    bytes[*len] = '\0';
    fclose(file);
    return bytes;
}

/* Fail unless the file @path holds @want. */
static inline void assert_file(const char *path, ilf_str want)
{
    size_t len;
    char *got = test_read_file(path, &len);

    if (!got)
        fail_msg("%s is not there", path);
    if (len != want.len || memcmp(got, want.ptr, len) != 0)
        fail_msg("%s holds %zu bytes: %.2000s\nwant %zu: %.2000s", path, len, got, want.len,
                 want.ptr);
    free(got);
}

static inline int test_compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Fail unless the names in the test's folder, sorted, are @want: "a b c". */
static inline void assert_names(const char *want)
{
    char *names[256] = {NULL}, got[8192] = "";
    DIR *dir = opendir(test_folder());
    const struct dirent *entry;
    size_t n = 0;

    assert_non_null(dir);
    while ((entry = readdir(dir)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && n < 256)
            names[n++] = strdup(entry->d_name);
    closedir(dir);
    qsort(names, n, sizeof(*names), test_compare_names);
    for (size_t i = 0; i < n; i++) {
        if (strlen(got) + strlen(names[i]) + 2 < sizeof(got))
            strcat(strcat(got, i > 0 ? " " : ""), names[i]);
        free(names[i]);
    }
    assert_string_equal(want, got);
}

#endif
