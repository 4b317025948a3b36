/* Payloads in order. */
#include "list.h"

void ilf__list_append(struct ilf__list *list, struct ilf__payload *p)
{
    p->next = NULL;
    if (list->tail)
        list->tail->next = p;
    else
        list->head = p;
    list->tail = p;
}

void ilf__list_prepend(struct ilf__list *list, struct ilf__payload *p)
{
    p->next = list->head;
    list->head = p;
    if (!list->tail)
        list->tail = p;
}

struct ilf__payload *ilf__list_take(struct ilf__list *list)
{
    struct ilf__payload *p = list->head;

    if (p) {
        list->head = p->next;
        if (!list->head)
            list->tail = NULL;
        p->next = NULL;
    }
    return p;
}

bool ilf__is_behind(const struct ilf__payload *a, const struct ilf__payload *b)
{
    return a->place != b->place ? a->place > b->place : a->first_record > b->first_record;
}

struct ilf__list ilf__list_merge(struct ilf__list a, struct ilf__list b)
{
    struct ilf__list merged = {NULL, NULL}, rest;

    while (a.head && b.head)
        ilf__list_append(&merged, ilf__list_take(ilf__is_behind(a.head, b.head) ? &b : &a));
    rest = a.head ? a : b;
    if (!merged.head || !rest.head)
        return merged.head ? merged : rest;
    merged.tail->next = rest.head;
    merged.tail = rest.tail;
    return merged;
}

/* By merging runs of 1, 2, 4... payloads, of which runs[i] is one of 2^i. */
struct ilf__list ilf__list_sort(struct ilf__list list)
{
    struct ilf__list runs[64] = {{NULL, NULL}}, sorted = {NULL, NULL};
    struct ilf__payload *p;

    while ((p = ilf__list_take(&list))) {
        struct ilf__list run = {p, p};
        size_t i = 0;

        for (; runs[i].head; i++) {
            run = ilf__list_merge(runs[i], run);
            runs[i] = (struct ilf__list){NULL, NULL};
        }
        runs[i] = run;
    }
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
        sorted = ilf__list_merge(runs[i], sorted);
    return sorted;
}
