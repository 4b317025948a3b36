/* What the tables of options say, in the words that people read: defaults and ranges. */
#ifndef ILF_CBRIDGE_OPTION_TEXT_H
#define ILF_CBRIDGE_OPTION_TEXT_H

#include <ilf/flusher.h>

/* Room for a number, and for a range. */
enum { ILF__NUMBER_TEXT = 32, ILF__RANGE_TEXT = 2 * ILF__NUMBER_TEXT + 4 };

/* @number as it would be written for @option. */
void ilf__number_text(char out[ILF__NUMBER_TEXT], const ilf_option *option, double number);

/* "MIN to MAX", or "" where there is no range: one that ends beyond 2^53 says only that it is a
 * number. */
void ilf__range_text(char out[ILF__RANGE_TEXT], const ilf_option *option);

/* The default of @option, which is no table. */
const char *ilf__default_text(const ilf_option *option);

/* Do ${ENV} and file: work in it? */
static inline bool ilf__is_expanded(const ilf_option *option)
{
    return (option->flags & (ILF_OPT_SECRET | ILF_OPT_EXPAND)) && !(option->flags & ILF_OPT_JSON);
}

#endif
