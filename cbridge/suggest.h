/* "Did you mean ...?": the known name that a mistyped one is nearest to. */
#ifndef ILF_CBRIDGE_SUGGEST_H
#define ILF_CBRIDGE_SUGGEST_H

#include <stddef.h>

struct ilf__suggestion {
    const char *typed;
    const char *best; /* NULL while nothing is near enough */
    size_t distance;  /* of the best; at first, one more than is near enough */
};

struct ilf__suggestion ilf__suggest(const char *typed);

/* Take @known, which must outlive the suggestion, if it is nearer than what was considered before.
 */
void ilf__consider(struct ilf__suggestion *suggestion, const char *known);

#endif
