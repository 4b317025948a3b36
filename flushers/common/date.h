/* Dates in the patterns of Elasticsearch indexes: %{+yyyy.MM.dd}.
 *
 * A pattern is turned into a layout of Go by replacing its tokens one after the other, and that is
 * what the native one does too, with all that comes of it: a colon has ended the pattern before,
 * letters of a month that was put in are tokens themselves, d beside EEEE and M beside EEE or aa
 * are text, "2006" is the year.
 *
 *     yyyy yy   year            EEEE EEE  Monday, Mon      ss s   second
 *     MMMM MMM  January, Jan    HH        hour, of 24      SSS    behind a point: its fraction
 *     MM M      month           KK K      hour, of 12      aa     AM, PM
 *     dd d      day             mm m      minute           XXX XX X  +01:00, +0100, +01
 *     ww        ISO week, without a leading zero */
#ifndef ILF_COMMON_DATE_H
#define ILF_COMMON_DATE_H

#include <time.h>

#include "text.h"

/* A time in its zone, as localtime_r gives it. */
struct ilf__moment {
    struct tm tm;
    uint32_t ns;
};

/* @seconds since 1970 in the process's own zone. */
void ilf__moment_local(struct ilf__moment *moment, time_t seconds, uint32_t ns);

/* Append the layout of @pattern to @layout. */
void ilf__date_compile(struct ilf__text *layout, ilf_str pattern);

/* Append @moment as @layout wants it. */
void ilf__date_put(struct ilf__text *text, ilf_str layout, const struct ilf__moment *moment);

#endif
