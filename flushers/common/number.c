/* Numbers written as text, read as Go's strconv reads them. */
#include "number.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

bool ilf__parse_int(ilf_str text, int64_t *number)
{
    bool negative = text.len > 0 && text.ptr[0] == '-';
    size_t i = negative || (text.len > 0 && text.ptr[0] == '+');
    uint64_t limit = (uint64_t)INT64_MAX + negative, n = 0;

    if (i == text.len)
        return false;
    for (; i < text.len; i++) {
        unsigned digit = (unsigned)(unsigned char)text.ptr[i] - '0';

        if (digit > 9 || n > (limit - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    *number = negative ? (int64_t)(0 - n) : (int64_t)n;
    return true;
}

bool ilf__parse_bool(ilf_str text, bool *value)
{
    static const char *const words[] = {"0", "f", "F", "false", "False", "FALSE",
                                        "1", "t", "T", "true",  "True",  "TRUE"};
    const size_t n = sizeof(words) / sizeof(words[0]);

    for (size_t i = 0; i < n; i++) {
        if (!ilf_str_equal(text, (ilf_str){words[i], strlen(words[i])}))
            continue;
        *value = i >= n / 2;
        return true;
    }
    return false;
}

/* Copy @text without its underscores, each of which must stand between digits, or behind 0x. */
static bool copy_digits(ilf_str text, bool hex, struct ilf__text *out)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char before = i > 0 ? (unsigned char)text.ptr[i - 1] : 0;
        unsigned char after = i + 1 < text.len ? (unsigned char)text.ptr[i + 1] : 0;
        bool fine = hex ? (isxdigit(before) || before == 'x' || before == 'X') && isxdigit(after)
                        : isdigit(before) && isdigit(after);

        if (text.ptr[i] != '_')
            ilf__text_put_char(out, text.ptr[i]);
        else if (!fine)
            return false;
    }
    ilf__text_put_char(out, '\0');
    return !out->failed;
}

/* Digits with at most one point, of which there is at least one: how far they go; 0 for none. */
static size_t mantissa(const char *p, int (*is_digit)(int))
{
    size_t i = 0, digits = 0;
    bool point = false;

    for (; is_digit((unsigned char)p[i]) || (p[i] == '.' && !point); i++) {
        point = point || p[i] == '.';
        digits += p[i] != '.';
    }
    return digits > 0 ? i : 0;
}

/* Is @p a number as Go writes it? strtod would take blanks, and hexadecimal ones without exponent.
 */
static bool is_number(const char *p, bool hex)
{
    size_t n;

    p += *p == '-' || *p == '+';
    p += hex ? 2 : 0;
    n = mantissa(p, hex ? isxdigit : isdigit);
    if (n == 0)
        return false;
    p += n;
    if (tolower((unsigned char)*p) == (hex ? 'p' : 'e')) {
        p++;
        p += *p == '-' || *p == '+';
        n = strspn(p, "0123456789");
        if (n == 0)
            return false;
        p += n;
    } else if (hex) {
        return false;
    }
    return *p == '\0';
}

bool ilf__parse_float(ilf_str text, struct ilf__text *scratch, double *number)
{
    size_t sign = text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+');
    bool hex = text.len > sign + 2 && text.ptr[sign] == '0' &&
               (text.ptr[sign + 1] == 'x' || text.ptr[sign + 1] == 'X');

    if (text.len > 0 && memchr(text.ptr, '\0', text.len))
        return false;
    scratch->len = 0;
    if (!copy_digits(text, hex, scratch) || !is_number(scratch->ptr, hex))
        return false;
    *number = strtod(scratch->ptr, NULL);
    return isfinite(*number);
}
