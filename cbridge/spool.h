/* The spool: payloads on disk, in order, until they are delivered. An LMDB environment in a folder
 * of its own, which one process at a time has open; all instances of that process that name the
 * same folder share it, such as the two of a reload. The options of the last to open it hold.
 *
 * Threads: any function may be called from any thread. Errors: ILF_ERR_RETRY when the disk or the
 * spool's bound is full or the disk fails (nothing was changed, try again later), ILF_ERR_NOMEM,
 * ILF_ERR_CONFIG when it can't be opened as configured, or is used by a forked child, which must
 * open its own. */
#ifndef ILF_CBRIDGE_SPOOL_H
#define ILF_CBRIDGE_SPOOL_H

#include "payload.h"

enum ilf__sync {
    ILF__SYNC_BATCH,    /* append returns when the payloads survive a power cut */
    ILF__SYNC_INTERVAL, /* they survive a crash of the process at once, a power cut after a while */
    ILF__SYNC_NEVER,    /* likewise, whenever the system writes them */
};

struct ilf__spool_options {
    const char *path;      /* a folder, made if need be; "": no spool */
    uint64_t max_bytes;    /* bound of the payloads in it */
    int sync;              /* enum ilf__sync */
    int64_t sync_interval; /* nanoseconds */
    /* Whose records they are. Of two pipelines with one folder, each would send the other's to its own
     * sink. "" or NULL: not known. */
    const char *pipeline;
};

struct ilf__spool;

/* Where a spool tells what it met, such as damage that it has set aside: through the log of the one
 * who opened it last and has not closed it. May be called during any call with the spool, by any
 * thread, and must not call the spool. */
typedef void (*ilf__spool_log)(void *owner, ilf_level level, const char *text);

/* What of the folder is removed, renamed or replaced while it is open is noticed within a second of
 * calls, and when it is closed: it is made again, with all that the spool holds. Until that works,
 * calls fail with ILF_ERR_RETRY. */

/* Open the spool, or join those who have it open. What is damaged is set aside into a file in its
 * folder and told through @log; it is no failure. @name is the flusher's, and is kept with the
 * spool: payloads in the format of one flusher are not for another. @owner stands for the one who
 * opens it, in claims and in the log. */
ilf_status ilf__spool_open(struct ilf__spool **out, const struct ilf__spool_options *options,
                           const char *name, ilf__spool_log log, void *owner, ilf_error *err);

/* Leave it. What @owner had claimed is free for others; see ilf__spool_next. */
void ilf__spool_close(struct ilf__spool *spool, const void *owner);

/* Write @n payloads behind all others, all or none, and claim them for @owner; sets their
 * sequence. With @owner NULL nobody has claimed them, and ilf__spool_next will give them in their
 * turn: for what the memory has no room for. ILF_ERR_DROP when they would not even fit into an empty
 * spool. */
ilf_status ilf__spool_append(struct ilf__spool *spool, struct ilf__payload *const *payloads,
                             size_t n, const void *owner, ilf_error *err);

/* Give claims back: ilf__spool_next will give these payloads again. */
ilf_status ilf__spool_release(struct ilf__spool *spool, const uint64_t *sequences, size_t n,
                              ilf_error *err);

/* What @from has claimed is @to's, who has the spool open too. */
void ilf__spool_pass(struct ilf__spool *spool, const void *from, const void *to);

/* Read and claim the first payload that nobody has claimed, as a copy that belongs to the caller,
 * with ILF_PAYLOAD_MAY_REPEAT set if it may have been sent before. *@out is NULL when there is
 * none. What is found damaged on the way is set aside and told through the log. */
ilf_status ilf__spool_next(struct ilf__spool *spool, struct ilf__payload **out, const void *owner,
                           ilf_error *err);

/* Remove payloads: they are delivered, or the dead letters have them. All or none. A removal may be
 * forgotten by a power cut, which means that they are sent once more. */
ilf_status ilf__spool_remove(struct ilf__spool *spool, const uint64_t *sequences, size_t n,
                             ilf_error *err);

/* Put @n payloads (0 to 2, say) in the place of number @sequence, in its order and claimed as it
 * was: what is left of it after a partial success or a split. Sets their sequence. Costs no room:
 * it works when the spool is full. */
ilf_status ilf__spool_replace(struct ilf__spool *spool, uint64_t sequence,
                              struct ilf__payload *const *payloads, size_t n, ilf_error *err);

struct ilf__spool_stats {
    uint64_t payloads, events;
    uint64_t bytes;     /* of the payloads with their headers, as counted against max_bytes */
    uint64_t oldest;    /* accepted_at of the first, nanoseconds since 1970; 0: it is empty */
    uint64_t unclaimed; /* payloads that ilf__spool_next would give */
    uint64_t damaged;   /* payloads set aside since it was opened */
};

/* See that it is still in its place. */
void ilf__spool_look(struct ilf__spool *spool);

/* Costs no disk access. */
void ilf__spool_stats(struct ilf__spool *spool, struct ilf__spool_stats *stats);

#endif
