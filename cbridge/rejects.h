/* What a batch holds that no payload will: events that encode has rejected, records too large for
 * any sink. */
#ifndef ILF_CBRIDGE_REJECTS_H
#define ILF_CBRIDGE_REJECTS_H

#include <ilf/flusher.h>

struct ilf__reject {
    struct ilf__reject *next;
    ilf_str text, destination;
    uint32_t n_events;
    bool too_large; /* a record in the sink's format, else an event without a form */
    char why[204];
};

struct ilf__rejects {
    struct ilf__reject *first, *last;
    uint64_t events; /* in all of them */
};

/* Append a copy. False: out of memory. @why may be NULL. */
bool ilf__rejects_add(struct ilf__rejects *rejects, ilf_str text, ilf_str destination,
                      uint32_t n_events, const char *why, bool too_large);

void ilf__rejects_forget(struct ilf__rejects *rejects);

#endif
