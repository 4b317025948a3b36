/* Collecting records into payloads: one open payload per destination and lane, all or nothing per
 * batch. Not locked: one thread at a time. */
#ifndef ILF_CBRIDGE_COLLECT_H
#define ILF_CBRIDGE_COLLECT_H

#include <stdatomic.h>

#include "queue.h"
#include "rejects.h"

/* A record larger than this goes to the dead letters unsent. The ends of a payload have 32 bits. */
#define ILF__RECORD_MAX ((size_t)256 << 20)

enum { ILF__OPEN_BUCKETS = 256 };

struct ilf__open;

struct ilf__collector {
    uint64_t max_bytes, max_records; /* of a payload; 0: no bound */
    size_t n_lanes;                  /* 0: one */

    struct ilf__open *buckets[ILF__OPEN_BUCKETS]; /* open payloads by hash */
    struct ilf__open *first, *last;               /* the same, oldest first */
    struct ilf__open *recent;                     /* that took the last record */
    struct ilf__open *closed, *closed_last;       /* in this batch, in order */
    size_t n_closed;
    struct ilf__amount open;   /* all that is in here, payloads closed included */
    struct ilf__amount before; /* the same before this batch */
    struct ilf__open *spare;   /* for the next payloads */
    struct ilf__payload *used; /* likewise: memory of payloads that have ended, linked by next */
    size_t hint_bytes, hint_records;

    uint64_t batch; /* its number */
    uint64_t wall, now;
    atomic_bool encoding;        /* records are taken: encode is running */
    bool failed;                 /* a put of this batch has failed */
    struct ilf__rejects rejects; /* of this batch */
};

/* Begin a batch at the time @wall (nanoseconds since 1970) and @now (monotonic). */
void ilf__collect_begin(struct ilf__collector *c, uint64_t wall, uint64_t now);

/* Take a record, and an event that has no form: ilf_encoder's functions, without encoder.c's care. */
ilf_status ilf__collect_put(void *collector, const ilf_record *record);
ilf_status ilf__collect_reject(void *collector, ilf_str text, uint32_t n_events, const char *why);

/* Forget what this batch has put. */
void ilf__collect_undo(struct ilf__collector *c);

/* Close the open payloads that were opened before @before. UINT64_MAX: all. */
void ilf__collect_close(struct ilf__collector *c, uint64_t before);

/* When the oldest open payload was opened, monotonic nanoseconds; UINT64_MAX: there is none. */
uint64_t ilf__collect_oldest(const struct ilf__collector *c);

/* Take the closed payloads, ready to be queued; they get their ids here. Ends the batch. */
struct ilf__list ilf__collect_take(struct ilf__collector *c);

void ilf__collect_dispose(struct ilf__collector *c);

#endif
