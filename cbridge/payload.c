/* A payload: records of one destination that are sent together, in one block of memory. */
#include "payload.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* An uninitialised payload with room for @n_records records of @n_bytes bytes in all. */
static struct ilf__payload *allocate(size_t n_records, size_t n_bytes, ilf_str destination)
{
    struct ilf__payload *p;
    size_t memory = sizeof(*p);
    ilf_record_end *ends;
    char *bytes;

    if (n_records > (SIZE_MAX / 4) / sizeof(*ends) || n_bytes > SIZE_MAX / 4 ||
        destination.len > SIZE_MAX / 4)
        return NULL;
    memory += n_records * sizeof(*ends) + destination.len + n_bytes;
    p = malloc(memory);
    if (!p)
        return NULL;
    memset(p, 0, sizeof(*p));
    ends = (ilf_record_end *)(p + 1);
    bytes = (char *)(ends + n_records);
    if (destination.len > 0)
        memcpy(bytes, destination.ptr, destination.len);
    p->memory = memory;
    p->shown.struct_size = sizeof(p->shown);
    p->shown.destination = (ilf_str){bytes, destination.len};
    p->shown.bytes = (ilf_str){bytes + destination.len, n_bytes};
    p->shown.ends = ends;
    p->shown.n_records = n_records;
    return p;
}

struct ilf__payload *ilf__payload_copy(const ilf_payload *like, uint64_t lane)
{
    struct ilf__payload *p = allocate(like->n_records, like->bytes.len, like->destination);
    ilf_payload from = *like;

    if (!p)
        return NULL;
    if (like->n_records > 0)
        memcpy((void *)p->shown.ends, like->ends, like->n_records * sizeof(*like->ends));
    if (like->bytes.len > 0)
        memcpy((char *)p->shown.bytes.ptr, like->bytes.ptr, like->bytes.len);
    from.destination = p->shown.destination;
    from.bytes = p->shown.bytes;
    from.ends = p->shown.ends;
    from.struct_size = sizeof(from);
    p->shown = from;
    p->lane = lane;
    return p;
}

struct ilf__payload *ilf__payload_part(const struct ilf__payload *from, uint64_t id,
                                       bool (*take)(const void *context, size_t record),
                                       const void *context)
{
    size_t n_records = 0, n_bytes = 0;
    struct ilf__payload *p;
    ilf_record_end *end;
    size_t first = 0;
    char *at;

    for (size_t i = 0; i < from->shown.n_records; i++)
        if (take(context, i)) {
            first = n_records > 0 ? first : i;
            n_records++;
            n_bytes += ilf_payload_record(&from->shown, i).len;
        }
    p = allocate(n_records, n_bytes, from->shown.destination);
    if (!p)
        return NULL;
    end = (ilf_record_end *)p->shown.ends;
    at = (char *)p->shown.bytes.ptr;
    for (size_t i = 0; i < from->shown.n_records; i++) {
        ilf_str record;

        if (!take(context, i))
            continue;
        record = ilf_payload_record(&from->shown, i);
        if (record.len > 0)
            memcpy(at, record.ptr, record.len);
        at += record.len;
        *end++ =
            (ilf_record_end){(uint32_t)(at - p->shown.bytes.ptr), from->shown.ends[i].n_events};
        p->shown.n_events += from->shown.ends[i].n_events;
    }
    p->shown.id = id;
    p->shown.accepted_at = from->shown.accepted_at;
    p->shown.attempt = from->shown.attempt;
    p->shown.flags = from->shown.flags;
    p->lane = from->lane;
    p->place = from->place;
    p->first_record = from->first_record + first;
    p->first_fail = from->first_fail;
    return p;
}

struct ilf__payload *ilf__payload_memory(struct ilf__payload **used, size_t *memory)
{
    struct ilf__payload *p = *used;

    if (!p || *memory < ILF__REUSED / 2)
        return malloc(*memory);
    *used = p->next;
    if (p->memory >= *memory && p->memory / 2 <= *memory) {
        *memory = p->memory;
        return p;
    }
    free(p);
    return malloc(*memory);
}

void ilf__payload_free_all(struct ilf__payload *first)
{
    while (first) {
        struct ilf__payload *next = first->next;

        free(first);
        first = next;
    }
}

uint64_t ilf__payload_id(void)
{
    static _Atomic(uint64_t)
        last; /* one for the process: ids of two instances may meet in a spool */
    uint64_t before = atomic_load_explicit(&last, memory_order_relaxed), id;
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    do { /* a clock that was set back does not make ids go back */
        id = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
        id = id > before ? id : before + 1;
    } while (!atomic_compare_exchange_weak_explicit(&last, &before, id, memory_order_relaxed,
                                                    memory_order_relaxed));
    return id;
}
