/* Options before any configuration: each with its default. */
#ifndef ILF_CBRIDGE_OPTION_DEFAULT_H
#define ILF_CBRIDGE_OPTION_DEFAULT_H

#include <ilf/flusher.h>

/* Where @option has its value, in the struct at @base that its table is for. */
static inline void *ilf__value_at(void *base, const ilf_option *option)
{
    return (char *)base + option->offset;
}

/* The index of the choice @text of an enum, without regard to case, or -1. */
int ilf__find_choice(const ilf_option *option, const char *text);

/* Set @option, with all that is in it, to its default. The table is the flusher's own code, so a
 * default that does not parse is left at zero here and found by the conformance test, which compares
 * what is shown with what is set. */
void ilf__set_default(const ilf_option *option, void *base);

/* A flag of the runtime's own options: what the configuration leaves out stays unset (one
 * of the values below) until ilf__set_defaults, so that a flusher may have a default of its own between.
 * For sizes, whole numbers, durations, choices. */
#define ILF__OPT_UNSET (1u << 16)

#define ILF__UNSET_SIZE UINT64_MAX
#define ILF__UNSET_INT INT64_MIN /* durations too */
#define ILF__UNSET_ENUM (-1)

/* Set all options of @table in @base to their defaults, but for those that stay unset. */
void ilf__prepare(const ilf_option *table, void *base);

/* Give the options of @table in @base that are still unset their defaults. */
void ilf__set_defaults(const ilf_option *table, void *base);

#endif
