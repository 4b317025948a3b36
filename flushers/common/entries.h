/* Named fields in the order of their names, of which of several with one name the last counts. */
#ifndef ILF_COMMON_ENTRIES_H
#define ILF_COMMON_ENTRIES_H

#include "fields.h"

struct ilf__entry {
    ilf_str name;
    int64_t source; /* whose name it is: a number of the caller's */
    size_t rank;    /* of two with the same name, the one with the higher rank counts */
};

/* Zeroed is empty and ready for use; free the items. */
struct ilf__entries {
    struct ilf__entry *items;
    size_t n, cap;
};

/* Make the array that @items points to the pointer of, of *@cap elements, large enough for @n of
 * @size bytes. False when memory is short. */
bool ilf__room(void *items, size_t *cap, size_t n, size_t size);

bool ilf__entries_add(struct ilf__entries *entries, ilf_str name, int64_t source, size_t rank);

/* Sort @entries, and leave of each name only the one that counts. */
void ilf__entries_settle(struct ilf__entries *entries);

/* The entry @name of settled ones, or NULL. */
const struct ilf__entry *ilf__entries_find(const struct ilf__entries *entries, ilf_str name);

#endif
