/* One value of a configuration: from its JSON into the option's place. */
#ifndef ILF_CBRIDGE_OPTION_VALUE_H
#define ILF_CBRIDGE_OPTION_VALUE_H

#include "arena.h"
#include "option_error.h"

/* Where complaints go, and where texts that are kept live. */
struct ilf__reader {
    struct ilf__complaint to;
    struct ilf__arena *arena;
};

/* Keep the first failure in @first. Does it end the walk? Not when all complaints are wanted. */
bool ilf__ends(const struct ilf__reader *r, ilf_status status, ilf_status *first);

/* Set @option, which is at @path and no table, in the struct at @base to @value, which is not null.
 */
ilf_status ilf__read_value(const struct ilf__reader *r, const struct ilf__path *path,
                           const ilf_option *option, json_t *value, void *base);

#endif
