/* Payloads in order. */
#ifndef ILF_CBRIDGE_LIST_H
#define ILF_CBRIDGE_LIST_H

#include "payload.h"

struct ilf__list {
    struct ilf__payload *head, *tail;
};

/* Append to, put in front of, and take from a list. */
void ilf__list_append(struct ilf__list *list, struct ilf__payload *p);
void ilf__list_prepend(struct ilf__list *list, struct ilf__payload *p);
struct ilf__payload *ilf__list_take(struct ilf__list *list);

/* Was @a added to the queue behind @b? Parts of one are in the order of their records. */
bool ilf__is_behind(const struct ilf__payload *a, const struct ilf__payload *b);

/* Put a list in that order, and merge two that are in it. */
struct ilf__list ilf__list_sort(struct ilf__list list);
struct ilf__list ilf__list_merge(struct ilf__list a, struct ilf__list b);

#endif
