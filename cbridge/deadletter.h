/* Dead letters: records that will never be delivered, as lines of JSON in a file with a bound. */
#ifndef ILF_CBRIDGE_DEADLETTER_H
#define ILF_CBRIDGE_DEADLETTER_H

#include "payload.h"

struct ilf__deadletter_options {
    const char *path;   /* a file; "": no dead letters, what can't be delivered is dropped, counted
                         * and logged */
    uint64_t max_bytes; /* a file that grows beyond it is moved to PATH.1, that to PATH.2... */
    int64_t max_files;  /* beside the current one; the oldest is deleted, counted and logged */
};

struct ilf__deadletters;

/* Open the file for appending, so that an error shows at start. Instances of one process that name
 * the same file share it; another process is waited for line by line (flock). */
ilf_status ilf__deadletters_open(struct ilf__deadletters **out,
                                 const struct ilf__deadletter_options *options, ilf_error *err);

void ilf__deadletters_close(struct ilf__deadletters *letters);

/* What a line says beside the record. */
struct ilf__letter {
    const char *flusher; /* name of its type */
    ilf_str config;      /* name of the pipeline */
    ilf_str destination;
    ilf_str
        body; /* the record in the sink's format, or for one that encode has rejected, its text */
    bool encoded; /* it is in the sink's format: replay sends it as it is */
    uint32_t n_events;
    uint64_t accepted_at; /* nanoseconds since 1970 */
    uint64_t dead_at;     /* likewise */
    uint32_t attempts;
    int32_t code;
    ilf_str reason;
};

/* Write @n letters, whole lines only: all of them, or with an error none. The bytes of a body that
 * is no UTF-8 come as base64 in another member. */
ilf_status ilf__deadletters_write(struct ilf__deadletters *letters,
                                  const struct ilf__letter *letter, size_t n, ilf_error *err);

#endif
