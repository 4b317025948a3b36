/* A payload: records of one destination that are sent together, in one block of memory. */
#ifndef ILF_CBRIDGE_PAYLOAD_H
#define ILF_CBRIDGE_PAYLOAD_H

#include <ilf/flusher.h>

/* Memory of payloads from this size on is used again, since the kernel clears it page by page when it
 * is fresh, which takes longer than to fill it; below, malloc has some at hand. */
enum { ILF__REUSED = 1 << 16 };

struct ilf__payload {
    ilf_payload shown; /* what send sees; its pointers lead into this very block */
    uint64_t lane;     /* hash of the key that all its records share under Delivery.Order "key";
                        * payloads of a lane are sent in the order of their ids */
    uint64_t sequence; /* its number in the spool; 0: it is not there */
    /* Its place in a queue: the number of the payload that was added, counted through the process,
     * and of its records the first that this is a part of. */
    uint64_t place;
    size_t first_record;
    size_t memory; /* bytes that it takes */

    /* Its owner's, which is one list at a time. */
    struct ilf__payload *next, *prev;
    unsigned rank;     /* in a heap */
    uint64_t oldest;   /* in a heap: when the oldest of those below it, and itself, was accepted */
    uint64_t due;      /* not to be sent before, monotonic nanoseconds */
    uint64_t sent_at;  /* start of the send under way, monotonic nanoseconds */
    uint64_t asked_by; /* set of endpoints that have said "not now", and want to be left alone... */
    uint64_t asked_until; /* ... until then, by this payload */
    uint64_t first_fail;  /* monotonic nanoseconds; 0: has not failed */
};

/* A payload that holds copies of what @like shows; its id, times, attempt and flags too. NULL when
 * memory is short. Free it with free. */
struct ilf__payload *ilf__payload_copy(const ilf_payload *like, uint64_t lane);

/* A payload of the records of @from whose number @take tells to be taken, in their order, with the
 * id @id. NULL when memory is short; it must take one record at least. */
struct ilf__payload *ilf__payload_part(const struct ilf__payload *from, uint64_t id,
                                       bool (*take)(const void *context, size_t record),
                                       const void *context);

/* Memory for a payload, uninitialised: *@memory bytes, or a few more, which it then says. It is
 * the first of the list *@used if that fits, else fresh. NULL when memory is short. */
struct ilf__payload *ilf__payload_memory(struct ilf__payload **used, size_t *memory);

/* Free a list, linked by next. */
void ilf__payload_free_all(struct ilf__payload *first);

/* An id that no other payload has, in this process or in an earlier one on this machine: it grows,
 * and begins with the time. */
uint64_t ilf__payload_id(void);

#endif
