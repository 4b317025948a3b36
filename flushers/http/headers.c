/* Lines of headers, as HTTP allows and libcurl takes them. */
#include "headers.h"

#include <stdlib.h>
#include <strings.h>

/* What the connection needs to say by itself: where the body ends, whether it waits, and whether it
 * becomes another protocol's. */
static const char *const ours[] = {"Content-Length", "Transfer-Encoding", "Trailer",
                                   "Expect",         "Upgrade",           NULL};

bool header_is_name(ilf_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] <= ' ' || (unsigned char)name.ptr[i] >= 0x7f ||
            strchr("\"(),/:;<=>?@[\\]{}", name.ptr[i]))
            return false;
    return name.len > 0;
}

bool header_fits(ilf_str value)
{
    for (size_t i = 0; i < value.len; i++)
        if (((unsigned char)value.ptr[i] < ' ' && value.ptr[i] != '\t') || value.ptr[i] == 0x7f)
            return false;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static ilf_str trim(ilf_str text)
{
    for (; text.len > 0 && is_blank(text.ptr[0]); text.ptr++)
        text.len--;
    while (text.len > 0 && is_blank(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

void header_put(struct ilf__text *to, ilf_str name, ilf_str value)
{
    const bool empty = trim(value).len == 0; /* blanks alone libcurl takes for none too */

    ilf__text_put_str(to, name);
    ilf__text_put(to, empty ? ";" : ": ", empty ? 1 : 2);
    if (!empty)
        ilf__text_put_str(to, value);
}

bool header_fits_host(ilf_str value)
{
    const ilf_str host = trim(value);

    for (size_t i = 0; i < host.len; i++)
        if (is_blank(host.ptr[i]) || strchr("\"#/<>?@\\^`{|}", host.ptr[i]))
            return false;
    return true;
}

static bool is_named(ilf_str name, const char *want)
{
    return name.len == strlen(want) && strncasecmp(name.ptr, want, name.len) == 0;
}

static bool is_ours(ilf_str name)
{
    const ilf_str trimmed = trim(name);

    for (size_t i = 0; ours[i]; i++)
        if (is_named(trimmed, ours[i]))
            return true;
    return false;
}

/* A Connection other than these two names headers that a proxy would strip. */
static bool is_kept(const ilf_kv *header, const ilf_host *host)
{
    const ilf_str value = trim(header->value);

    if (!is_ours(header->key) && (!is_named(trim(header->key), "Connection") ||
                                  is_named(value, "close") || is_named(value, "keep-alive")))
        return true;
    ilf_logf(host, ILF_LEVEL_WARN,
             "detail.Headers.%.*s: is ignored, for the client itself says that: leave it out",
             (int)trim(header->key).len, trim(header->key).ptr);
    return false;
}

bool headers_keep(const ilf_str_map *headers, const char *without, ilf_str_map *kept,
                  const ilf_host *host)
{
    ilf_kv *items = calloc(headers->n + 1, sizeof(*items));

    *kept = (ilf_str_map){items, 0};
    for (size_t i = 0; items && i < headers->n; i++) {
        const ilf_kv *header = &headers->items[i];

        if (!(without && is_named(header->key, without)) && is_kept(header, host))
            items[kept->n++] = *header;
    }
    return items;
}
