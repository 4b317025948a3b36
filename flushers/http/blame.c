/* Which option, and which field in it, has made a request's head long. */
#include "blame.h"

/* The longest piece of @text between @separator, and its number. */
static ilf_str longest_piece(ilf_str text, char separator, size_t *number)
{
    ilf_str longest = {"", 0};
    const char *at = text.ptr, *end = text.ptr + text.len;

    *number = 0;
    for (size_t i = 0; text.len > 0 && at <= end; i++) {
        const char *stop = memchr(at, separator, (size_t)(end - at));
        ilf_str piece = {at, (size_t)((stop ? stop : end) - at)};

        if (piece.len > longest.len) {
            longest = piece;
            *number = i;
        }
        at += piece.len + 1;
    }
    return longest;
}

static void say_template(const struct ilf__template *t, const char *option, ilf_str name, char *out,
                         size_t size)
{
    size_t used = (size_t)snprintf(out, size, "%s%.*s", option,
                                   (int)(name.len < 80 ? name.len : 80), name.ptr);

    for (size_t i = 0; i < t->n_parts && used < size; i++) {
        const struct ilf__template_part *part = &t->parts[i];

        if (part->kind == ILF__PART_FIELD)
            used +=
                (size_t)snprintf(out + used, size - used, " %%{%.*s}",
                                 (int)(part->len < 80 ? part->len : 80), t->bytes.ptr + part->at);
    }
}

/* The part of the query, or the path, that is longest in @suffix. */
static void blame_suffix(const struct target *t, ilf_str suffix, char *out, size_t size)
{
    const char *mark = suffix.len > 0 ? memchr(suffix.ptr, '?', suffix.len) : NULL;
    size_t path = mark ? (size_t)(mark - suffix.ptr) : suffix.len, number;
    ilf_str query = {mark ? mark + 1 : "", mark ? suffix.len - path - 1 : 0};

    if (t->query.n > 0 && longest_piece(query, '&', &number).len > path && number < t->query.n)
        say_template(&t->query.items[number].value, "Query.", t->query.items[number].name, out,
                     size);
    else
        say_template(&t->path, "RemoteURL", (ilf_str){"", 0}, out, size);
}

void http_blame(const struct target *t, ilf_str destination, char *out, size_t size)
{
    const char *end = destination.len > 0 ? memchr(destination.ptr, '\n', destination.len) : NULL;
    ilf_str suffix = {destination.ptr, end ? (size_t)(end - destination.ptr) : destination.len};
    ilf_str lines = {end ? end + 1 : "", end ? destination.len - suffix.len - 1 : 0}, line;
    size_t number;

    if (!t->varies) {
        (void)snprintf(out, size, "RemoteURL, Query or Headers");
        return;
    }
    line = longest_piece(lines, '\n', &number);
    if (line.len <= suffix.len) {
        blame_suffix(t, suffix, out, size);
        return;
    }
    for (size_t i = 0; i < t->varying.n; i++)
        if (t->varying.items[i].value.varies && number-- == 0)
            say_template(&t->varying.items[i].value, "Headers.", t->varying.items[i].name, out,
                         size);
}
