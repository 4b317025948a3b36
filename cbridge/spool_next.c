/* Reading a spool: the next payload that nobody has claimed; and what every call begins and ends
 * with. */
#include <stdlib.h>
#include <unistd.h>

#include "instance.h"
#include "point.h"
#include "spool_parts.h"

ilf_status ilf__spool_enter(struct ilf__spool *spool, ilf_error *err)
{
    ilf_status status = ILF_OK;

    if (spool->pid != getpid())
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "spool: process %ld has it open; a forked child can't use it",
                        (long)spool->pid);
    pthread_mutex_lock(&spool->mutex);
    if (spool->broken)
        ilf__store_close(spool);
    if (!spool->env) {
        status = ilf__store_open(spool, err);
        spool->scan_from = 0; /* the rebuilt store may hold some that were removed */
        spool->inherited = spool->state.last;
    }
    if (status == ILF_OK)
        status = ilf__spool_keep_place(spool, false, err);
    if (status != ILF_OK)
        pthread_mutex_unlock(&spool->mutex);
    return status;
}

static void sync_when_due(struct ilf__spool *spool)
{
    uint64_t now;
    int rc;

    if (spool->options.sync != ILF__SYNC_INTERVAL || !spool->unsynced || !spool->env)
        return;
    now = ilf__monotonic();
    if (now - spool->synced_at < (uint64_t)spool->options.sync_interval)
        return;
    spool->synced_at = now;
    rc = mdb_env_sync(spool->env, 1);
    if (rc == 0)
        spool->unsynced = false;
    else
        ilf__spool_tell(spool, ILF_LEVEL_ERROR,
                        "spool '%s': sync: %s; what was written since the last sync might not "
                        "survive a power cut",
                        spool->path, mdb_strerror(rc));
}

ilf_status ilf__spool_leave(struct ilf__spool *spool, ilf_status status)
{
    sync_when_due(spool);
    ilf__spool_show(spool);
    pthread_mutex_unlock(&spool->mutex);
    return status;
}

void ilf__spool_show(struct ilf__spool *spool)
{
    const struct ilf__spool_state *state = &spool->state;
    uint64_t claimed = spool->claims.claimed;

    pthread_mutex_lock(&spool->shown_mutex);
    spool->shown = (struct ilf__spool_stats){
        .payloads = state->payloads,
        .events = state->events,
        .bytes = state->bytes,
        .oldest = spool->oldest,
        .unclaimed = state->payloads > claimed ? state->payloads - claimed : 0,
        .damaged = spool->damaged,
    };
    pthread_mutex_unlock(&spool->shown_mutex);
}

void ilf__spool_stats(struct ilf__spool *spool, struct ilf__spool_stats *stats)
{
    pthread_mutex_lock(&spool->shown_mutex);
    *stats = spool->shown;
    pthread_mutex_unlock(&spool->shown_mutex);
}

void ilf__spool_look(struct ilf__spool *spool)
{
    ilf_error err;

    if (ilf__spool_enter(spool, &err) == ILF_OK)
        (void)ilf__spool_leave(spool, ilf__spool_keep_place(spool, true, &err));
}

/* What looking for the next payload has come to. */
struct found {
    uint64_t sequence; /* 0: there is none */
    struct ilf__payload *payload;
    enum ilf__found what;
};

/* Keep the payload at @sequence, which is damaged, in a file and remove it. */
static ilf_status set_aside(struct ilf__spool *spool, uint64_t sequence, ilf_error *err)
{
    unsigned char bytes[8];
    MDB_val key = {8, bytes}, value;
    ilf_status status;
    MDB_txn *txn;
    int rc = mdb_txn_begin(spool->env, NULL, MDB_RDONLY, &txn);

    if (rc != 0)
        return ilf__spool_fail(spool, rc, "read", err);
    ilf__spool_key_write(bytes, sequence);
    rc = mdb_get(txn, spool->dbi, &key, &value);
    status = rc == 0 ? ilf__spool_set_aside(spool, sequence, value.mv_data, value.mv_size, err)
                     : ilf__spool_fail(spool, rc, "read", err);
    mdb_txn_abort(txn);
    ILF__POINT("spool-payload-set-aside");
    if (status == ILF_OK)
        status = ilf__spool_delete(spool, &sequence, 1, err);
    if (status == ILF_OK) {
        spool->damaged++;
        ilf__claims_remove(&spool->claims, sequence);
    }
    return status;
}

/* Find and read the first payload from scan_from on that is not claimed. */
static int scan(struct ilf__spool *spool, MDB_cursor *cursor, struct found *found)
{
    unsigned char bytes[8];
    MDB_val key = {8, bytes}, value;
    const struct ilf__claim *claim;
    uint64_t sequence;
    int rc;

    ilf__spool_key_write(bytes, spool->scan_from > 0 ? spool->scan_from : 1);
    rc = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    for (; rc == 0; rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
        sequence = ilf__spool_key_read(key.mv_data);
        claim = ilf__claims_find(&spool->claims, sequence);
        if (claim && claim->owner)
            continue;
        found->sequence = sequence;
        found->what =
            ilf__spool_record_read(&found->payload, value.mv_data, value.mv_size, sequence);
        spool->scan_from = sequence; /* those before are claimed */
        return 0;
    }
    if (rc == MDB_NOTFOUND)
        spool->scan_from = UINT64_MAX;
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static ilf_status find(struct ilf__spool *spool, struct found *found, ilf_error *err)
{
    MDB_cursor *cursor = NULL;
    MDB_txn *txn = NULL;
    int rc;

    *found = (struct found){0};
    rc = mdb_txn_begin(spool->env, NULL, MDB_RDONLY, &txn);
    if (rc == 0)
        rc = mdb_cursor_open(txn, spool->dbi, &cursor);
    if (rc == 0)
        rc = scan(spool, cursor, found);
    if (cursor)
        mdb_cursor_close(cursor);
    if (txn)
        mdb_txn_abort(txn);
    return rc == 0 ? ILF_OK : ilf__spool_fail(spool, rc, "read", err);
}

ilf_status ilf__spool_next(struct ilf__spool *spool, struct ilf__payload **out, const void *owner,
                           ilf_error *err)
{
    ilf_status status = ilf__spool_enter(spool, err);
    struct found found = {0};

    *out = NULL;
    if (status != ILF_OK)
        return status;
    if (spool->state.payloads <= spool->claims.claimed)
        return ilf__spool_leave(spool, ILF_OK);
    if (!ilf__claims_reserve(&spool->claims, 1))
        return ilf__spool_leave(spool, ilf_fail(err, ILF_ERR_NOMEM, "out of memory"));
    do {
        status = find(spool, &found, err);
        if (status == ILF_OK && found.sequence != 0 && found.what == ILF__FOUND_DAMAGED)
            status = set_aside(spool, found.sequence, err);
    } while (status == ILF_OK && found.sequence != 0 && found.what == ILF__FOUND_DAMAGED);
    if (status == ILF_OK && found.what == ILF__FOUND_NOMEM)
        status = ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    if (status != ILF_OK || found.sequence == 0)
        return ilf__spool_leave(spool, status);
    if (found.sequence <= spool->inherited || ilf__claims_find(&spool->claims, found.sequence))
        found.payload->shown.flags |= ILF_PAYLOAD_MAY_REPEAT;
    ilf__claims_set(&spool->claims, found.sequence, owner);
    spool->scan_from = found.sequence + 1;
    *out = found.payload;
    return ilf__spool_leave(spool, ILF_OK);
}
