/* Option values written as text: sizes, durations, numbers, and ${NAME} inside strings. */
#include "value.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { FILE_LIMIT = 64 << 10, MOST_DIGITS = 19 };

struct unit {
    const char *name;
    double factor;
};

static const struct unit size_units[] = {
    {"", 1},     {"B", 1},        {"KB", 1e3},  {"KiB", 1024.0}, {"MB", 1e6}, {"MiB", 0x1p20},
    {"GB", 1e9}, {"GiB", 0x1p30}, {"TB", 1e12}, {"TiB", 0x1p40}, {NULL, 0},
};

static const struct unit time_units[] = {
    {"ns", 1},  {"us", 1e3}, {"\xc2\xb5s", 1e3}, {"\xce\xbcs", 1e3}, {"ms", 1e6},
    {"s", 1e9}, {"m", 60e9}, {"h", 3600e9},      {NULL, 0},
};

/* Read digits with an optional fraction, so that the number is *@digits / *@scale: kept apart, for
 * 4.1 has no double, while 41 * 1e9 / 10 is exact. (strtod would take signs, hex, "inf" and
 * locales' commas.) A fraction is read up to MOST_DIGITS in all; a whole part that is longer is
 * refused. */
static bool read_decimal(const char **text, double *digits, double *scale)
{
    const char *p = *text;
    int n = 0;
    bool any = false;

    *digits = 0;
    *scale = 1;
    for (; isdigit((unsigned char)*p); p++, any = true) {
        *digits = *digits * 10 + (*p - '0');
        n += *digits > 0;
        if (n > MOST_DIGITS)
            return false;
    }
    if (*p == '.') {
        for (p++; isdigit((unsigned char)*p); p++, any = true) {
            if (n++ >= MOST_DIGITS)
                continue;
            *digits = *digits * 10 + (*p - '0');
            *scale *= 10;
        }
    }
    *text = p;
    return any;
}

/* The unit whose name is @len bytes of @name, without regard to case. */
static const struct unit *find_unit(const struct unit *units, const char *name, size_t len)
{
    for (; units->name; units++)
        if (strlen(units->name) == len && strncasecmp(units->name, name, len) == 0)
            return units;
    return NULL;
}

bool ilf__parse_size(const char *text, double *bytes)
{
    const struct unit *unit;
    double digits, scale;

    while (*text == ' ')
        text++;
    if (!read_decimal(&text, &digits, &scale))
        return false;
    while (*text == ' ')
        text++;
    unit = find_unit(size_units, text, strlen(text));
    if (!unit || digits * unit->factor / scale > 0x1p63)
        return false;
    *bytes = floor(digits * unit->factor / scale);
    return true;
}

bool ilf__parse_duration(const char *text, double *ns)
{
    double total = 0, sign = 1;

    if (*text == '-' || *text == '+')
        sign = *text++ == '-' ? -1 : 1;
    if (strcmp(text, "0") == 0) {
        *ns = 0;
        return true;
    }
    do {
        const struct unit *unit;
        double digits, scale;
        size_t len;

        if (!read_decimal(&text, &digits, &scale))
            return false;
        len = strcspn(text, "0123456789.");
        unit = find_unit(time_units, text, len);
        if (!unit)
            return false;
        total += digits * unit->factor / scale;
        text += len;
    } while (*text);
    if (total >= 0x1p63)
        return false;
    *ns = sign * floor(total); /* nothing is shorter than a nanosecond */
    return true;
}

bool ilf__parse_number(const char *text, double *number)
{
    char *end;

    if ((!isdigit((unsigned char)*text) && *text != '-') || text[strspn(text, "0123456789+-.eE")])
        return false;
    *number = strtod(text, &end);
    return *end == '\0' && isfinite(*number);
}

/* What ends or begins a value that was meant without: an editor's line end goes, for no value ends
 * with one; what else can't be seen is refused, for servers would take it as a part of the secret.
 * PEM has lines. */
static ilf_status check_content(const char *path, ilf_str *content, ilf_error *err)
{
    const bool pem = content->len > 11 && memcmp(content->ptr, "-----BEGIN ", 11) == 0;

    if (content->len > 0 && content->ptr[content->len - 1] == '\n')
        content->len -= content->len > 1 && content->ptr[content->len - 2] == '\r' ? 2 : 1;
    if (content->len == 0)
        return ilf_fail(err, ILF_ERR_CONFIG, "read '%s': it is empty", path);
    if (content->len >= 3 && memcmp(content->ptr, "\xef\xbb\xbf", 3) == 0)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "read '%s': it begins with a byte order mark: save it without", path);
    for (size_t i = 0; i < content->len; i++) {
        const unsigned char c = (unsigned char)content->ptr[i];

        if ((c < ' ' || c == 0x7f) && !(pem && (c == '\n' || c == '\r')))
            return ilf_fail(err, ILF_ERR_CONFIG,
                            "read '%s': byte %zu is a control character: only one line end, the "
                            "last, may be there",
                            path, i + 1);
    }
    return ILF_OK;
}

static ilf_status read_file(struct ilf__arena *arena, const char *path, ilf_str *out,
                            ilf_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char *bytes;
    size_t len = 0;

    if (fd < 0)
        return ilf_fail(err, ILF_ERR_CONFIG, "read '%s': %s", path, strerror(errno));
    bytes = ilf__arena_alloc(arena, FILE_LIMIT + 1);
    if (!bytes) {
        close(fd);
        return ilf_fail(err, ILF_ERR_NOMEM, "read '%s': out of memory", path);
    }
    while (len <= FILE_LIMIT) {
        ssize_t n = read(fd, bytes + len, FILE_LIMIT + 1 - len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            ilf_fail(err, ILF_ERR_CONFIG, "read '%s': %s", path, strerror(errno));
            close(fd);
            return ILF_ERR_CONFIG;
        }
        if (n == 0)
            break;
        len += (size_t)n;
    }
    close(fd);
    if (len > FILE_LIMIT)
        return ilf_fail(err, ILF_ERR_CONFIG, "read '%s': larger than 64 KiB", path);
    *out = (ilf_str){bytes, len};
    if (check_content(path, out, err) != ILF_OK)
        return ILF_ERR_CONFIG;
    bytes[out->len] = '\0';
    return ILF_OK;
}

/* The value of the variable whose name lies between @name and @end, or NULL with @err set. */
static const char *variable(const char *name, const char *end, ilf_error *err)
{
    char copy[256];
    size_t len = (size_t)(end - name);
    const char *value;

    if (len == 0 || len >= sizeof(copy) || memchr(name, '=', len)) {
        ilf_fail(err, ILF_ERR_CONFIG, "${} needs the name of an environment variable");
        return NULL;
    }
    memcpy(copy, name, len);
    copy[len] = '\0';
    value = getenv(copy);
    if (!value)
        ilf_fail(err, ILF_ERR_CONFIG, "environment variable %s is not set", copy);
    return value;
}

/* One pass over @text: measure into @len with @out NULL, then write at most @size bytes, since
 * another thread may have made a variable longer in between. */
static bool expand_variables(ilf_str text, char *out, size_t size, size_t *len, ilf_error *err)
{
    const char *p = text.ptr, *end = text.ptr + text.len;

    *len = 0;
    while (p < end) {
        const char *part = p, *close;
        size_t n = 1;

        if (end - p >= 2 && p[0] == '$' && p[1] == '$') {
            p += 2;
        } else if (end - p >= 2 && p[0] == '$' && p[1] == '{') {
            close = memchr(p, '}', (size_t)(end - p));
            if (!close) {
                ilf_fail(err, ILF_ERR_CONFIG, "${ without }: write $$ for a single $");
                return false;
            }
            part = variable(p + 2, close, err);
            if (!part)
                return false;
            n = strlen(part);
            p = close + 1;
        } else {
            p++;
        }
        if (out && n > size - *len) {
            ilf_fail(err, ILF_ERR_CONFIG, "an environment variable changed while it was read");
            return false;
        }
        if (out)
            memcpy(out + *len, part, n);
        *len += n;
    }
    return true;
}

ilf_status ilf__expand(struct ilf__arena *arena, ilf_str text, ilf_str *out, ilf_error *err)
{
    static const char file[] = "file:";
    size_t size, len;
    char *copy;

    if (!expand_variables(text, NULL, 0, &size, err))
        return ILF_ERR_CONFIG;
    copy = ilf__arena_alloc(arena, size + 1);
    if (!copy)
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    if (!expand_variables(text, copy, size, &len, err))
        return ILF_ERR_CONFIG;
    copy[len] = '\0';
    if (strncmp(copy, file, sizeof(file) - 1) == 0)
        return read_file(arena, copy + sizeof(file) - 1, out, err);
    *out = (ilf_str){copy, len};
    return ILF_OK;
}
