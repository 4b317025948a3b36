/* What the C tests share: cmocka, strings, flushers with a host that records what is logged. */
#ifndef ILF_TESTS_ILF_TEST_H
#define ILF_TESTS_ILF_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <ilf/bridge.h>

#define S(literal) ((ilf_str){literal, sizeof(literal) - 1})

/* A host whose log is the text below, one line each, with its level in front: "1 text\n". */
struct test_log {
    char text[65536];
    size_t len;
};

static inline void test_log_line(void *context, ilf_level level, ilf_str text)
{
    struct test_log *log = context;
    int n = snprintf(log->text + log->len, sizeof(log->text) - log->len, "%d %.*s\n", (int)level,
                     (int)text.len, text.ptr);

    if (n > 0 && (size_t)n < sizeof(log->text) - log->len)
        log->len += (size_t)n;
}

static inline ilf_host test_host(struct test_log *log)
{
    return (ilf_host){.struct_size = sizeof(ilf_host), .context = log, .log = test_log_line};
}

/* A started flusher, or a failed test. */
static inline ilf_flusher *test_start(const char *name, const ilf_host *host, const char *config)
{
    ilf_error err;
    ilf_flusher *f = ilf_flusher_new(name, host, &err);

    if (!f)
        fail_msg("%s", err.text);
    if (ilf_flusher_configure(f, config, strlen(config), &err) != ILF_OK ||
        ilf_flusher_init(f, NULL, &err) != ILF_OK)
        fail_msg("%s", err.text);
    return f;
}

#endif
