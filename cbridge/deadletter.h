/* Dead letters: records that will never be delivered, as lines of JSON in a file with a bound. */
#ifndef ILF_CBRIDGE_DEADLETTER_H
#define ILF_CBRIDGE_DEADLETTER_H

#include "payload.h"

struct ilf__deadletter_options {
    const char *path;   /* a file; "": no dead letters, what can't be delivered is dropped, counted
                         * and logged */
    uint64_t max_bytes; /* a file that would grow beyond it is moved to PATH.1, that to PATH.2...;
                         * 0: no bound */
    int64_t max_files;  /* beside the current one; the oldest is deleted, counted and logged */
};

struct ilf__deadletters;

/* Open the file for appending, so that an error shows at start. Any number of instances and
 * processes may have the same file open: they wait for each other (flock). A line that a crash has
 * torn gets its newline, so that it alone is unreadable. */
ilf_status ilf__deadletters_open(struct ilf__deadletters **out,
                                 const struct ilf__deadletter_options *options, ilf_error *err);

void ilf__deadletters_close(struct ilf__deadletters *letters);

/* What a line says beside the record. */
struct ilf__letter {
    const char *flusher; /* name of its type */
    ilf_str config;      /* name of the pipeline */
    ilf_str destination;
    /* The record in the sink's format, or for one that encode has rejected, its text. */
    ilf_str body;
    bool encoded; /* it is in the sink's format: replay sends it as it is */
    uint32_t n_events;
    uint64_t accepted_at; /* nanoseconds since 1970 */
    uint64_t dead_at;     /* likewise */
    uint32_t attempts;
    int32_t code;
    ilf_str reason;
};

/* Write @n letters, whole lines only: all of them, or with an error none. When it returns they
 * survive a power cut. Disk full and the like are ILF_ERR_RETRY. The bytes of a member that is no
 * UTF-8 come as base64 in another (docs/dead-letters.md). @deleted, where it is not NULL, becomes
 * the number of letters that went with the oldest file, to be counted and logged. */
ilf_status ilf__deadletters_write(struct ilf__deadletters *letters,
                                  const struct ilf__letter *letter, size_t n, uint64_t *deleted,
                                  ilf_error *err);

#endif
