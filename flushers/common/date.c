/* Dates in the patterns of Elasticsearch indexes: first their layout, then, as Go does it, the time
 * in that layout. */
#include "date.h"

#include <stdlib.h>

/* --- From a pattern to a layout -------------------------------------------------------------- */

/* In the order in which they are replaced. A token with an @unless stays where the layout, as far as
 * it has come, holds one of those: its letter would be one of theirs. */
static const struct {
    const char *token, *layout;
    const char *unless[2];
} tokens[] = {
    {"'Z'XXX", "Z07:00:00", {NULL}},
    {"'Z'XX", "Z070000", {NULL}},
    {"'Z'X", "Z07", {NULL}},
    {"yyyy", "2006", {NULL}},
    {"MMMM", "January", {NULL}},
    {"EEEE", "Monday", {NULL}},
    {"XXX", "-07:00", {NULL}},
    {"SSS", "999999999", {NULL}},
    {"MMM", "Jan", {NULL}},
    {"EEE", "Mon", {NULL}},
    {"yy", "06", {NULL}},
    {"ss", "05", {NULL}},
    {"mm", "04", {NULL}},
    {"dd", "02", {NULL}},
    {"aa", "PM", {NULL}},
    {"XX", "-0700", {NULL}},
    {"MM", "01", {NULL}},
    {"KK", "03", {NULL}},
    {"HH", "15", {NULL}},
    {"s", "5", {NULL}},
    {"m", "4", {NULL}},
    {"d", "2", {"Monday", NULL}},
    {"Z", "MST", {NULL}},
    {"X", "-07", {NULL}},
    {"M", "1", {"Mon", "PM"}},
    {"K", "3", {NULL}},
};

static size_t find(ilf_str text, size_t from, const char *what)
{
    size_t len = strlen(what);

    for (size_t i = from; i + len <= text.len; i++)
        if (memcmp(text.ptr + i, what, len) == 0)
            return i;
    return text.len;
}

static void replace(struct ilf__text *out, ilf_str in, const char *token, const char *layout)
{
    size_t from = 0, at;

    while ((at = find(in, from, token)) < in.len) {
        ilf__text_put(out, in.ptr + from, at - from);
        ilf__text_put(out, layout, strlen(layout));
        from = at + strlen(token);
    }
    if (from < in.len)
        ilf__text_put(out, in.ptr + from, in.len - from);
}

void ilf__date_compile(struct ilf__text *layout, ilf_str pattern)
{
    struct ilf__text now = {0}, next = {0};

    ilf__text_put_str(&now, pattern);
    for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        const ilf_str in = {now.ptr, now.len};
        struct ilf__text swap = next;

        if ((tokens[i].unless[0] && find(in, 0, tokens[i].unless[0]) < in.len) ||
            (tokens[i].unless[1] && find(in, 0, tokens[i].unless[1]) < in.len))
            continue;
        next.len = 0;
        swap.len = 0;
        replace(&swap, in, tokens[i].token, tokens[i].layout);
        next = now;
        now = swap;
    }
    if (now.failed || next.failed)
        layout->failed = true;
    else
        ilf__text_put(layout, now.ptr, now.len);
    ilf__text_dispose(&now);
    ilf__text_dispose(&next);
}

/* --- From a layout to a text ----------------------------------------------------------------- */

static const char *const months[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};
static const char *const days[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                   "Thursday", "Friday", "Saturday"};

void ilf__moment_local(struct ilf__moment *moment, time_t seconds, uint32_t ns)
{
    *moment = (struct ilf__moment){.ns = ns};
    if (!localtime_r(&seconds, &moment->tm))
        memset(&moment->tm, 0, sizeof(moment->tm));
}

static void put_number(struct ilf__text *text, int n, int width)
{
    char digits[24];
    int len = snprintf(digits, sizeof(digits), "%0*d", width, n);

    ilf__text_put(text, digits, (size_t)len);
}

static void put_word(struct ilf__text *text, const char *word, size_t most)
{
    ilf__text_put(text, word, strlen(word) < most ? strlen(word) : most);
}

static int twelve(const struct tm *tm)
{
    return tm->tm_hour % 12 == 0 ? 12 : tm->tm_hour % 12;
}

static void put_week(struct ilf__text *text, const struct tm *tm)
{
    char week[8];

    if (strftime(week, sizeof(week), "%V", tm) > 0)
        put_number(text, atoi(week), 1);
}

/* The zone's distance from UTC: hours, and with @minutes and @seconds these too. */
static void put_zone(struct ilf__text *text, const struct tm *tm, bool minutes, bool seconds,
                     bool colon)
{
    long off = tm->tm_gmtoff < 0 ? -tm->tm_gmtoff : tm->tm_gmtoff;

    ilf__text_put_char(text, tm->tm_gmtoff < 0 ? '-' : '+');
    put_number(text, (int)(off / 3600), 2);
    if (colon)
        ilf__text_put_char(text, ':');
    if (minutes)
        put_number(text, (int)(off / 60 % 60), 2);
    if (colon && seconds)
        ilf__text_put_char(text, ':');
    if (seconds)
        put_number(text, (int)(off % 60), 2);
}

static bool begins(const char *p, size_t left, const char *what)
{
    return left >= strlen(what) && memcmp(p, what, strlen(what)) == 0;
}

/* -07:00 and its like; with Z instead of the sign, UTC is just a Z. Returns how much of the layout
 * it was, 0 if it is none. */
static size_t put_offset(struct ilf__text *text, const char *p, size_t left, const struct tm *tm)
{
    static const struct {
        const char *layout;
        bool minutes, seconds, colon;
    } all[] = {
        {"070000", true, true, false}, {"07:00:00", true, true, true}, {"0700", true, false, false},
        {"07:00", true, false, true},  {"07", false, false, false},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (!begins(p + 1, left - 1, all[i].layout))
            continue;
        if (*p == 'Z' && tm->tm_gmtoff == 0)
            ilf__text_put_char(text, 'Z');
        else
            put_zone(text, tm, all[i].minutes, all[i].seconds, all[i].colon);
        return 1 + strlen(all[i].layout);
    }
    return 0;
}

/* A point or comma with zeros (so many digits) or nines (as many as are needed) behind it. */
static size_t put_fraction(struct ilf__text *text, const char *p, size_t left, uint32_t ns)
{
    size_t n = 1;
    char digits[16];

    if (left < 2 || (p[1] != '0' && p[1] != '9'))
        return 0;
    while (n < left && p[n] == p[1])
        n++;
    if (n < left && p[n] >= '0' && p[n] <= '9')
        return 0;
    (void)snprintf(digits, sizeof(digits), "%09u", (unsigned)ns);
    left = n - 1 < 9 ? n - 1 : 9;
    if (p[1] == '9')
        while (left > 0 && digits[left - 1] == '0')
            left--;
    if (left > 0) {
        ilf__text_put_char(text, p[0]);
        ilf__text_put(text, digits, left);
    }
    return n;
}

static size_t put_two_digits(struct ilf__text *text, const char *p, size_t left,
                             const struct tm *tm)
{
    const int values[] = {tm->tm_mon + 1, tm->tm_mday, twelve(tm),
                          tm->tm_min,     tm->tm_sec,  (tm->tm_year + 1900) % 100};

    if (begins(p, left, "002")) {
        put_number(text, tm->tm_yday + 1, 3);
        return 3;
    }
    if (left < 2 || p[1] < '1' || p[1] > '6')
        return 0;
    put_number(text, values[p[1] - '1'], 2);
    return 2;
}

/* A name whose short form counts only when no lower-case letter follows. */
static size_t put_name(struct ilf__text *text, const char *p, size_t left, const char *whole,
                       const char *name)
{
    if (begins(p, left, whole)) {
        put_word(text, name, SIZE_MAX);
        return strlen(whole);
    }
    if (left < 3 || memcmp(p, whole, 3) != 0 || (left > 3 && p[3] >= 'a' && p[3] <= 'z'))
        return 0;
    put_word(text, name, 3);
    return 3;
}

static size_t put_digit(struct ilf__text *text, const char *p, size_t left, const struct tm *tm)
{
    switch (*p) {
    case '1':
        if (left > 1 && p[1] == '5') {
            put_number(text, tm->tm_hour, 2);
            return 2;
        }
        put_number(text, tm->tm_mon + 1, 1);
        return 1;
    case '2':
        if (begins(p, left, "2006")) {
            put_number(text, tm->tm_year + 1900, 4);
            return 4;
        }
        put_number(text, tm->tm_mday, 1);
        return 1;
    case '3':
        put_number(text, twelve(tm), 1);
        return 1;
    case '4':
        put_number(text, tm->tm_min, 1);
        return 1;
    default:
        put_number(text, tm->tm_sec, 1);
        return 1;
    }
}

/* _2 and __2: the day of the month and of the year, with blanks in front. */
static size_t put_blanks(struct ilf__text *text, const char *p, size_t left, const struct tm *tm)
{
    bool of_year = begins(p, left, "__2");
    char digits[16];

    if (begins(p, left, "_2006") || (!of_year && !begins(p, left, "_2")))
        return 0;
    (void)snprintf(digits, sizeof(digits), "%*d", of_year ? 3 : 2,
                   of_year ? tm->tm_yday + 1 : tm->tm_mday);
    put_word(text, digits, SIZE_MAX);
    return of_year ? 3 : 2;
}

/* What begins at @p in the layout; 0 when it is text. */
static size_t put_token(struct ilf__text *text, const char *p, size_t left,
                        const struct ilf__moment *moment)
{
    const struct tm *tm = &moment->tm;
    size_t n;

    switch (*p) {
    case 'J':
        return put_name(text, p, left, "January", months[tm->tm_mon % 12]);
    case 'M':
        n = put_name(text, p, left, "Monday", days[tm->tm_wday % 7]);
        if (n > 0 || !begins(p, left, "MST"))
            return n;
        put_word(text, tm->tm_zone ? tm->tm_zone : "UTC", SIZE_MAX);
        return 3;
    case 'P':
    case 'p':
        if (left < 2 || p[1] != (*p == 'P' ? 'M' : 'm'))
            return 0;
        put_word(text,
                 *p == 'P'          ? (tm->tm_hour < 12 ? "AM" : "PM")
                 : tm->tm_hour < 12 ? "am"
                                    : "pm",
                 2);
        return 2;
    case 'w':
        if (!begins(p, left, "ww"))
            return 0;
        put_week(text, tm);
        return 2;
    case '0':
        return put_two_digits(text, p, left, tm);
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
        return put_digit(text, p, left, tm);
    case '_':
        return put_blanks(text, p, left, tm);
    case '-':
    case 'Z':
        return put_offset(text, p, left, tm);
    case '.':
    case ',':
        return put_fraction(text, p, left, moment->ns);
    default:
        return 0;
    }
}

void ilf__date_put(struct ilf__text *text, ilf_str layout, const struct ilf__moment *moment)
{
    for (size_t i = 0; i < layout.len;) {
        size_t n = put_token(text, layout.ptr + i, layout.len - i, moment);

        if (n == 0)
            ilf__text_put_char(text, layout.ptr[i]);
        i += n > 0 ? n : 1;
    }
}
