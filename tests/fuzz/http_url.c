/* Fuzz target: URLs, headers and parameters of flusher_c_http with what varies in them. The input's
 * lines are: URL, name and value of a header, name and value of a parameter, the value of fields. */
#include <stdlib.h>

#include "../../flushers/http/target.h"
#include "../../flushers/http/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { URL, HEADER, HEADER_VALUE, NAME, VALUE, FIELD, N_LINES };

static void no_log(void *context, ilf_level level, ilf_str text)
{
    (void)context;
    (void)level;
    (void)text;
}

/* No line of @text is one that it should not have. */
static void check_bytes(ilf_str text, bool newlines)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if ((c < ' ' && c != '\t' && !(newlines && c == '\n')) || c == 0x7f)
            abort();
    }
}

/* What is written into a query is read back from it. */
static void check_escapes(ilf_str name, ilf_str value)
{
    struct ilf__text written = {0}, read = {0};
    ilf_str query;
    size_t key_len;

    url_put_query(&written, name);
    ilf__text_put_char(&written, '=');
    url_put_query(&written, value);
    query = (ilf_str){written.ptr, written.len};
    if (!url_next_pair(&query, &read, &key_len) ||
        !ilf_str_equal((ilf_str){read.ptr, key_len}, name) ||
        !ilf_str_equal((ilf_str){read.ptr ? read.ptr + key_len : "", read.len - key_len}, value) ||
        query.len != 0)
        abort();
    ilf__text_dispose(&written);
    ilf__text_dispose(&read);
}

static void use(const struct target *t, const struct ilf__names *names, ilf_str field)
{
    struct ilf__text scratch = {0}, destination = {0}, url = {0};
    ilf_str *selected = calloc(names->n + 1, sizeof(*selected)), lines;

    if (!selected)
        abort();
    for (size_t i = 0; i < names->n; i += 2)
        selected[i] = field;
    if (strchr(t->servers[0].label, '@'))
        abort(); /* user and password are before it */
    for (size_t i = 0; i < t->n_headers; i++)
        check_bytes((ilf_str){t->headers[i], strlen(t->headers[i])}, false);
    if (!t->varies || !target_put(t, selected, &scratch, &destination)) {
        if (!target_url(t, 0, (ilf_str){destination.ptr, destination.len}, &url, &lines))
            abort();
        if (strlen(url.ptr) + 1 != url.len || strchr(url.ptr, ' '))
            abort();
        check_bytes((ilf_str){url.ptr, url.len - 1}, false);
        check_bytes(lines, true);
    }
    (void)target_url(t, 0, field, &url, &lines); /* a destination that another release wrote */
    ilf__text_dispose(&scratch);
    ilf__text_dispose(&destination);
    ilf__text_dispose(&url);
    free(selected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const more[] = {"Content-Type", "application/json", NULL};
    const ilf_host host = {.struct_size = sizeof(host), .log = no_log};
    char *copy = malloc(size + 1);
    ilf_str lines[N_LINES];
    ilf_kv header, pair;
    struct target_options options = {.headers = {&header, 1}, .query = {&pair, 1}};
    struct target target = {0};
    struct ilf__names names = {0};
    char *at = copy;
    ilf_error err;

    if (!copy)
        return 0;
    memcpy(copy, data, size);
    copy[size] = '\0';
    for (size_t i = 0; i < N_LINES; i++) { /* options are strings of C; a field is what it is */
        size_t left = size - (size_t)(at - copy);
        char *end = i < FIELD && left > 0 ? memchr(at, '\n', left) : NULL;

        lines[i] = (ilf_str){at, i == FIELD ? left
                                 : end      ? strnlen(at, (size_t)(end - at))
                                            : strlen(at)};
        if (end)
            *end = '\0';
        at = end ? end + 1 : i < FIELD ? copy + size : at;
    }
    check_escapes(lines[NAME], lines[FIELD]);
    header = (ilf_kv){lines[HEADER], lines[HEADER_VALUE]};
    pair = (ilf_kv){lines[NAME], lines[VALUE]};
    options.remote_url = lines[URL].ptr;
    options.headers.n = lines[HEADER].len > 0;
    options.query.n = lines[NAME].len > 0;
    if (target_init(&target, &options, more, &names, &host, &err) == ILF_OK)
        use(&target, &names, lines[FIELD]);
    target_dispose(&target);
    ilf__names_dispose(&names);
    free(copy);
    return 0;
}
