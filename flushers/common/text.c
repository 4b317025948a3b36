/* Text that grows: where flushers format what they send. */
#include "text.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { SMALLEST = 4096, MOST_DIGITS = 17 };

bool ilf__text_grow(struct ilf__text *text, size_t more)
{
    size_t cap = text->cap > SMALLEST ? text->cap : SMALLEST;
    char *ptr;

    if (text->failed || more > SIZE_MAX / 2 - text->len) {
        text->failed = true;
        return false;
    }
    while (cap < text->len + more)
        cap *= 2;
    ptr = realloc(text->ptr, cap);
    if (!ptr) {
        text->failed = true;
        return false;
    }
    text->ptr = ptr;
    text->cap = cap;
    return true;
}

void ilf__text_fit(struct ilf__text *text)
{
    char *ptr = text->len > 0 ? realloc(text->ptr, text->len) : NULL;

    if (!ptr) /* there is room to spare, as before */
        return;
    text->ptr = ptr;
    text->cap = text->len;
}

void ilf__text_put_uint(struct ilf__text *text, uint64_t n)
{
    char digits[20];
    size_t i = sizeof(digits);

    do
        digits[--i] = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    ilf__text_put(text, digits + i, sizeof(digits) - i);
}

void ilf__text_put_int(struct ilf__text *text, int64_t n)
{
    if (n < 0)
        ilf__text_put_char(text, '-');
    ilf__text_put_uint(text, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

static bool reads_back(const char *number, double value, uint32_t bits)
{
    return bits == 32 ? strtof(number, NULL) == (float)value : strtod(number, NULL) == value;
}

/* Make the last digit of @number (d.ddde+xx) one more. False when it is a 9. */
static bool bump(char *number)
{
    char *last = strchr(number, 'e') - 1;

    if (*last < '0' || *last >= '9')
        return false;
    ++*last;
    return true;
}

/* The fewest digits of @value (>= 0) that read back as the same, into @digits; returns their
 * number, and where the decimal point is: value = 0.DIGITS * 10^*point. printf rounds correctly, so
 * the first precision that reads back is the shortest, but for powers of two: there the neighbour
 * below is nearer than the one above, and the digits rounded up may do where those rounded down do
 * not. 15 digits always fit a normal double. */
static size_t shortest(double value, uint32_t bits, char digits[MOST_DIGITS], int *point)
{
    int precision = bits == 32 || value < DBL_MIN ? 1 : 15, exponent;
    bool power_of_two = frexp(value, &exponent) == 0.5;
    char number[40];
    size_t n = 0;

    for (; precision <= MOST_DIGITS; precision++) {
        (void)snprintf(number, sizeof(number), "%.*e", precision - 1, value);
        if (reads_back(number, value, bits))
            break;
        if (power_of_two && bump(number) && reads_back(number, value, bits))
            break;
    }
    for (const char *p = number; *p != 'e'; p++)
        if (*p >= '0' && *p <= '9') /* skips the point, which is a comma in some locales */
            digits[n++] = *p;
    *point = atoi(strchr(number, 'e') + 1) + 1;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    return n;
}

static void put_zeros(struct ilf__text *text, int n)
{
    while (n-- > 0)
        ilf__text_put_char(text, '0');
}

static void put_plain(struct ilf__text *text, const char *digits, int n, int point)
{
    if (point <= 0) {
        ILF__TEXT_PUT_LITERAL(text, "0.");
        put_zeros(text, -point);
        ilf__text_put(text, digits, (size_t)n);
    } else if (point >= n) {
        ilf__text_put(text, digits, (size_t)n);
        put_zeros(text, point - n);
    } else {
        ilf__text_put(text, digits, (size_t)point);
        ilf__text_put_char(text, '.');
        ilf__text_put(text, digits + point, (size_t)(n - point));
    }
}

static void put_exponent(struct ilf__text *text, const char *digits, int n, int point)
{
    int exponent = point - 1;

    ilf__text_put_char(text, digits[0]);
    if (n > 1) {
        ilf__text_put_char(text, '.');
        ilf__text_put(text, digits + 1, (size_t)n - 1);
    }
    ilf__text_put_char(text, 'e');
    ilf__text_put_char(text, exponent < 0 ? '-' : '+');
    if (abs(exponent) < 10) /* Go writes at least two digits */
        ilf__text_put_char(text, '0');
    ilf__text_put_int(text, abs(exponent));
}

void ilf__text_put_float(struct ilf__text *text, double value, uint32_t bits,
                         enum ilf__float_style style)
{
    char digits[MOST_DIGITS];
    int low = style == ILF__FLOAT_WIDE ? -6 : -4, high = style == ILF__FLOAT_WIDE ? 21 : 6;
    int point, n;

    if (signbit(value))
        ilf__text_put_char(text, '-');
    if (value == 0) {
        ilf__text_put_char(text, '0');
        return;
    }
    n = (int)shortest(fabs(value), bits, digits, &point);
    if (point - 1 < low || point - 1 >= high)
        put_exponent(text, digits, n, point);
    else
        put_plain(text, digits, n, point);
}

void ilf__text_dispose(struct ilf__text *text)
{
    free(text->ptr);
    *text = (struct ilf__text){0};
}
