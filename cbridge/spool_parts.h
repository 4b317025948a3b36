/* What the files of the spool share: the spool behind its lock, and its store. */
#ifndef ILF_CBRIDGE_SPOOL_PARTS_H
#define ILF_CBRIDGE_SPOOL_PARTS_H

#include <lmdb.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "spool.h"
#include "spool_claims.h"
#include "spool_record.h"

/* One who has the spool open. */
struct ilf__spool_user {
    void *owner;
    ilf__spool_log log;
    char *pipeline;               /* "": not known */
    struct ilf__spool_user *next; /* who opened it before */
};

/* LMDB forbids to open a store twice in a process, so there is one of these per folder.
 *
 * One mutex is held over every call, which makes LMDB's own locks superfluous (MDB_NOLOCK: no lock
 * file whose content could be damaged, no slot per thread) and lets the map be resized at any time,
 * as no transaction is then under way. */
struct ilf__spool {
    struct ilf__spool *next; /* in the list of spool_open.c, whose mutex guards it and refs */
    unsigned refs;
    dev_t device; /* of its folder, by which it is found */
    ino_t inode;

    pthread_mutex_t mutex; /* guards all below */
    struct ilf__spool_user *users;
    char *path; /* the folder, absolute */
    char *name; /* the flusher's */
    int lock;   /* the lock file, locked for this process; -1: not open yet */
    pid_t pid;  /* the process it is open in */
    struct ilf__spool_options options; /* path is not set */
    uint64_t synced_at;                /* monotonic nanoseconds */
    bool unsynced;                     /* something was written since */

    MDB_env *env; /* NULL: it was damaged or failed, and is opened again by the next call */
    bool broken;  /* LMDB has met damage since it was opened */
    bool astray;  /* its path leads elsewhere, and it could not be made again there */
    uint64_t
        look_at; /* when it is next looked whether that is so, monotonic nanoseconds; UINT64_MAX: never */
    uint64_t told_astray;
    MDB_dbi dbi;
    size_t map_size;
    struct ilf__spool_state state; /* as in the store; name is not set */
    uint64_t lowest, oldest;       /* sequence and accepted_at of the first payload; 0: none */
    uint64_t inherited;            /* sequences up to this were written by an earlier process */
    uint64_t damaged;              /* payloads set aside */

    struct ilf__claims claims;
    uint64_t scan_from; /* no payload with a lower sequence is unclaimed */

    pthread_mutex_t shown_mutex; /* held for moments only, unlike the other over a sync */
    struct ilf__spool_stats shown;
};

/* Start of every call: the mutex is held and the store open when this succeeds. */
ilf_status ilf__spool_enter(struct ilf__spool *spool, ilf_error *err);

/* End of every call that has entered; returns @status. */
ilf_status ilf__spool_leave(struct ilf__spool *spool, ilf_status status);

/* Remove payloads from the store, but not from the claims. The mutex is held. */
ilf_status ilf__spool_delete(struct ilf__spool *spool, const uint64_t *sequences, size_t n,
                             ilf_error *err);

/* Bring what ilf__spool_stats shows up to date. The mutex is held. */
void ilf__spool_show(struct ilf__spool *spool);

/* Tell the user of the spool. */
ILF_PRINTF(3, 4)
void ilf__spool_tell(struct ilf__spool *spool, ilf_level level, const char *format, ...);

/* The error @rc (LMDB's or errno) of what was to be done ("write"). */
ilf_status ilf__spool_fail(struct ilf__spool *spool, int rc, const char *what, ilf_error *err);

/* Open the store, after a look whether it is sound; make a new one of what is left if it is not. */
ilf_status ilf__store_open(struct ilf__spool *spool, ilf_error *err);
void ilf__store_close(struct ilf__spool *spool);

/* Just opened: can it be told whether it is in its place? */
void ilf__spool_first_look(struct ilf__spool *spool);

/* Make what is open again at its path, if that was removed or replaced; a look at most each second,
 * unless @now. The mutex is held and the store open; a failure leaves it open. */
ilf_status ilf__spool_keep_place(struct ilf__spool *spool, bool now, ilf_error *err);

/* Lock the folder for this process. */
ilf_status ilf__spool_lock(struct ilf__spool *spool, ilf_error *err);

/* Set the folder by which the spool is found. */
void ilf__spool_found_at(struct ilf__spool *spool, const struct stat *folder);

/* Set the flags and the size of the map that the options ask for. */
ilf_status ilf__store_configure(struct ilf__spool *spool, ilf_error *err);

/* LMDB lets its file be inherited by the programs that this process starts: that it does not. */
void ilf__store_close_on_exec(MDB_env *env);

/* Room that a removal needs to get through when the map is full. */
int ilf__store_grow(struct ilf__spool *spool);

/* Put @state into @txn. */
int ilf__store_put_state(struct ilf__spool *spool, MDB_txn *txn,
                         const struct ilf__spool_state *state);

/* Look up the first payload from sequence @from on in @txn. MDB_NOTFOUND when there is none. */
int ilf__store_first(struct ilf__spool *spool, MDB_txn *txn, uint64_t from, uint64_t *sequence,
                     MDB_val *value);

/* Make what is left of the damaged file @fd at @file into a new store in its place, and move it
 * aside. When there is no room for that, the new store is empty. */
ilf_status ilf__store_rebuild(struct ilf__spool *spool, int fd, const char *file, const char *why,
                              ilf_error *err);

/* The path of a file in the spool's folder; free it. NULL when memory is short. */
ILF_PRINTF(2, 3) char *ilf__spool_path(struct ilf__spool *spool, const char *format, ...);

/* Keep the @len bytes of a damaged payload in a file of its own. */
ilf_status ilf__spool_set_aside(struct ilf__spool *spool, uint64_t sequence, const char *bytes,
                                size_t len, ilf_error *err);

#endif
