/* What the tests of formats share: a format of given options, and a sink that keeps what it is
 * given as text, "first+records bytes" a line, then the selected values. */
#ifndef ILF_TESTS_FORMAT_TEST_H
#define ILF_TESTS_FORMAT_TEST_H

#include <ilf_test.h>

#include <dlfcn.h>
#include <limits.h>

#include "../../../flushers/common/format.h"
#include "../../../flushers/common/names.h"

static struct ilf__format_options convert;
static struct ilf__names names;
static struct ilf__format format;
static struct ilf__text text;
static ilf_status take_status;

static struct {
    char text[1 << 18];
    size_t len;
} got;

static inline void keep(const char *ptr, size_t len)
{
    assert_true(got.len + len < sizeof(got.text));
    if (len > 0)
        memcpy(got.text + got.len, ptr, len);
    got.len += len;
    got.text[got.len] = '\0';
}

static inline ilf_status keep_item(void *context, struct ilf__text *from,
                                   const struct ilf__item *item)
{
    char head[64];

    (void)context;
    (void)snprintf(head, sizeof(head), "%zu+%zu ", item->first, item->n_records);
    keep(head, strlen(head));
    keep(from->ptr + item->start, from->len - item->start);
    for (size_t i = 0; i < names.n; i++) {
        keep(" ", 1);
        keep(item->selected[i].ptr ? item->selected[i].ptr : "-",
             item->selected[i].ptr ? item->selected[i].len : 1);
    }
    keep("\n", 1);
    return take_status;
}

static inline void keep_refusal(void *context, size_t index, const char *why)
{
    char line[256];

    (void)context;
    (void)snprintf(line, sizeof(line), "refused %zu: %s\n", index, why);
    keep(line, strlen(line));
}

static const struct ilf__sink sink = {NULL, keep_item, keep_refusal};

static inline int set_up(void **state)
{
    (void)state;
    convert = (struct ilf__format_options){
        .protocol = "custom_single",
        .encoding = "json",
        .separator = "",
        .ignore_unexpected_data = true,
    };
    take_status = ILF_OK;
    got.len = 0;
    got.text[0] = '\0';
    return unsetenv("ALICLOUD_LOG_K8S_FLAG");
}

static inline int tear_down(void **state)
{
    (void)state;
    ilf__format_dispose(&format);
    ilf__names_dispose(&names);
    ilf__text_dispose(&text);
    return 0;
}

#define test_format(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static inline void want_field(const char *name)
{
    size_t index;

    assert_true(ilf__names_add(&names, (ilf_str){name, strlen(name)}, &index));
}

static inline void start(const char *protocol, const char *encoding)
{
    convert.protocol = protocol;
    convert.encoding = encoding;
    assert_works(ilf__format_init(&format, &convert, &names, &err));
}

/* Fail unless what was kept is @want; then keep nothing. */
static inline void assert_kept(const char *want)
{
    assert_string_equal(want, got.text);
    got.len = 0;
    got.text[0] = '\0';
}

#define assert_group(want, group)                                                                  \
    do {                                                                                           \
        assert_works(ilf__format_group(&format, group, &text, &sink, &err));                       \
        assert_kept(want);                                                                         \
    } while (0)

#define assert_events(want, group)                                                                 \
    do {                                                                                           \
        assert_works(ilf__format_events(&format, group, &text, &sink, &err));                      \
        assert_kept(want);                                                                         \
    } while (0)

/* --- Memory that ends ------------------------------------------------------------------------- */

static long reallocs = LONG_MAX; /* that still succeed */

/* The growing of everything here goes through realloc. */
void *realloc(void *ptr, size_t size)
{
    static void *(*next)(void *, size_t);

    if (!next) {
        void *symbol = dlsym(RTLD_NEXT, "realloc");

        memcpy(&next, &symbol, sizeof(next));
    }
    if (reallocs <= 0)
        return NULL;
    if (reallocs != LONG_MAX)
        reallocs--;
    return next(ptr, size);
}

/* Let memory end at each point of @call in turn: it must say so and nothing else, until it succeeds
 * with the output @want. */
#define assert_survives(want, call)                                                                \
    do {                                                                                           \
        ilf_status status = ILF_ERR_NOMEM;                                                         \
                                                                                                   \
        for (long n = 0; status != ILF_OK; n++) {                                                  \
            ilf_error err;                                                                         \
                                                                                                   \
            got.len = 0;                                                                           \
            start(convert.protocol, convert.encoding);                                             \
            reallocs = n;                                                                          \
            status = (call);                                                                       \
            reallocs = LONG_MAX;                                                                   \
            if (status != ILF_OK) {                                                                \
                assert_int_equal(ILF_ERR_NOMEM, status);                                           \
                assert_string_equal("format: out of memory", err.text);                            \
                assert_false(text.failed);                                                         \
                ilf__text_dispose(&text);                                                          \
                ilf__format_dispose(&format);                                                      \
                assert_true(n < 1000);                                                             \
            }                                                                                      \
        }                                                                                          \
        assert_kept(want);                                                                         \
    } while (0)

#endif
