/* The parts of URLs, and their escapes (RFC 3986; queries as Go's url.Values writes them). */
#include "url.h"

#include <ctype.h>
#include <strings.h>

const char *url_split(const char *url, struct url_parts *parts)
{
    const char *host = strncasecmp(url, "http://", 7) == 0    ? url + 7
                       : strncasecmp(url, "https://", 8) == 0 ? url + 8
                                                              : NULL;
    const char *path, *query, *end = url + strcspn(url, "#");

    if (!host)
        return "must begin with http:// or https://";
    for (const char *p = url; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7f)
            return "holds a blank or control character: escape it, as %20";
    path = host + strcspn(host, "/?#");
    if (path == host || path[-1] == '@')
        return "names no host";
    query = memchr(path, '?', (size_t)(end - path));
    *parts = (struct url_parts){
        .base = {url, (size_t)(path - url)},
        .path = {path, (size_t)((query ? query : end) - path)},
        .query = {query ? query + 1 : end, query ? (size_t)(end - query) - 1 : 0},
    };
    return NULL;
}

void url_put_label(struct ilf__text *text, ilf_str base)
{
    const char *host = memchr(base.ptr, ':', base.len);
    const char *at = memrchr(base.ptr, '@', base.len), *end = base.ptr + base.len;

    host = host ? host + 3 : base.ptr;
    at = at ? at + 1 : host;
    ilf__text_put(text, base.ptr, (size_t)(host - base.ptr));
    ilf__text_put(text, at, (size_t)(end - at));
}

static void put_escaped(struct ilf__text *text, ilf_str value, bool plus)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];

        if (c < 0x80 && (isalnum(c) || strchr("-_.~", c)) && c != '\0') {
            ilf__text_put_char(text, (char)c);
        } else if (c == ' ' && plus) {
            ilf__text_put_char(text, '+');
        } else {
            ilf__text_put_char(text, '%');
            ilf__text_put_char(text, digits[c >> 4]);
            ilf__text_put_char(text, digits[c & 15]);
        }
    }
}

void url_put_query(struct ilf__text *text, ilf_str value)
{
    put_escaped(text, value, true);
}

void url_put_path(struct ilf__text *text, ilf_str value)
{
    put_escaped(text, value, false);
}

static int hex(unsigned char c)
{
    return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

static bool put_decoded(struct ilf__text *text, ilf_str from)
{
    for (size_t i = 0; i < from.len; i++) {
        char c = from.ptr[i];

        if (c == '%') {
            int high = i + 2 < from.len ? hex((unsigned char)from.ptr[i + 1]) : -1;
            int low = high >= 0 ? hex((unsigned char)from.ptr[i + 2]) : -1;

            if (i + 2 >= from.len || low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        ilf__text_put_char(text, c);
    }
    return true;
}

bool url_next_pair(ilf_str *query, struct ilf__text *text, size_t *key_len)
{
    while (query->len > 0) {
        const char *end = memchr(query->ptr, '&', query->len), *equals;
        ilf_str pair = {query->ptr, end ? (size_t)(end - query->ptr) : query->len};
        ilf_str value = {"", 0}, key = pair;
        size_t before = text->len;

        query->ptr += pair.len + (end ? 1 : 0);
        query->len -= pair.len + (end ? 1 : 0);
        equals = pair.len > 0 ? memchr(pair.ptr, '=', pair.len) : NULL;
        if (equals) {
            key.len = (size_t)(equals - pair.ptr);
            value = (ilf_str){equals + 1, pair.len - key.len - 1};
        }
        if (pair.len > 0 && !memchr(pair.ptr, ';', pair.len) && put_decoded(text, key)) {
            *key_len = text->len - before;
            if (put_decoded(text, value))
                return true;
        }
        text->len = before;
    }
    return false;
}

bool url_is_dots(ilf_str segment)
{
    size_t dots = 0;

    for (size_t i = 0; i < segment.len; dots++) {
        if (segment.ptr[i] == '.')
            i++;
        else if (segment.len - i >= 3 && strncasecmp(segment.ptr + i, "%2e", 3) == 0)
            i += 3;
        else
            return false;
    }
    return dots == 1 || dots == 2;
}

bool url_is_suffix(ilf_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] <= ' ' || text.ptr[i] == 0x7f)
            return false;
    return text.len == 0 || *text.ptr == '/' || *text.ptr == '?';
}

bool url_has_user(const char *url)
{
    const char *host = strstr(url, "://");

    return host && memchr(host + 3, '@', strcspn(host + 3, "/?#"));
}
