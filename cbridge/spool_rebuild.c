/* A new store made of what is left of a damaged one, and the files that damage is set aside into. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "folder.h"
#include "point.h"
#include "spool_parts.h"
#include "spool_salvage.h"
#include "write_all.h"

/* Bytes of one transaction while payloads are moved. */
enum { MOVE_BYTES = 32 << 20 };

/* "damaged-20260131-235959", in UTC; the name is new in the folder with @suffix behind it. */
static char *damaged_path(struct ilf__spool *spool, const char *suffix)
{
    time_t now = time(NULL);
    char when[32] = "", *path;
    struct tm tm;

    if (gmtime_r(&now, &tm))
        (void)strftime(when, sizeof(when), "%Y%m%d-%H%M%S", &tm);
    path = ilf__spool_path(spool, "damaged-%s%s", when, suffix);
    for (int i = 1; path && access(path, F_OK) == 0; i++) {
        free(path);
        path = ilf__spool_path(spool, "damaged-%s-%d%s", when, i, suffix);
    }
    return path;
}

ilf_status ilf__spool_set_aside(struct ilf__spool *spool, uint64_t sequence, const char *bytes,
                                size_t len, ilf_error *err)
{
    char *path = damaged_path(spool, ".payload");
    int rc = path ? 0 : ENOMEM, fd = -1;

    if (rc == 0) {
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        rc = fd < 0 ? errno : ilf__write_all(fd, bytes, len);
    }
    if (fd >= 0 && close(fd) != 0 && rc == 0)
        rc = errno;
    if (rc == ENOSPC || rc == EDQUOT || rc == EFBIG || rc == ENOMEM) {
        if (fd >= 0)
            (void)unlink(path);
        free(path);
        return ilf__spool_fail(spool, rc, "keep a damaged payload", err);
    }
    if (rc == 0)
        ilf__spool_tell(spool, ILF_LEVEL_ERROR,
                        "spool '%s': payload %" PRIu64 " of %zu bytes is damaged and will not be "
                        "delivered; it is kept as %s",
                        spool->path, sequence, len, path);
    else /* keeping it must not keep the others back */
        ilf__spool_tell(spool, ILF_LEVEL_ERROR,
                        "spool '%s': payload %" PRIu64 " of %zu bytes is damaged and will not be "
                        "delivered; it can't be kept: %s",
                        spool->path, sequence, len, strerror(rc));
    free(path);
    return ILF_OK;
}

/* Move the entries from @from on that one transaction takes. Returns how many, in @moved, counted
 * in @state. */
static int move_some(struct ilf__spool *spool, const struct ilf__wreck *wreck, int fd, size_t from,
                     size_t *moved, struct ilf__spool_state *state)
{
    uint64_t bytes = 0;
    MDB_txn *txn;
    size_t i = from;
    int rc = mdb_txn_begin(spool->env, NULL, 0, &txn);

    if (rc != 0)
        return rc;
    rc = mdb_dbi_open(txn, NULL, 0, &spool->dbi);
    for (; rc == 0 && i < wreck->n_entries && bytes < MOVE_BYTES && i - from < 10000; i++) {
        const struct ilf__wreck_entry *entry = &wreck->entries[i];
        unsigned char key_bytes[8];
        MDB_val key = {8, key_bytes}, value = {entry->size, NULL};

        ilf__spool_key_write(key_bytes, entry->sequence);
        rc = mdb_put(txn, spool->dbi, &key, &value, MDB_RESERVE | MDB_APPEND);
        /* It was read a moment ago; should it fail now, its checksum will. */
        if (rc == 0 && !ilf__wreck_read(fd, entry, value.mv_data))
            memset(value.mv_data, 0, entry->size);
        bytes += entry->size;
        state->payloads++;
        state->events += entry->n_events;
        state->bytes += entry->size;
        if (entry->sequence > state->last)
            state->last = entry->sequence;
    }
    if (rc == 0)
        rc = ilf__store_put_state(spool, txn, state);
    if (rc != 0) {
        mdb_txn_abort(txn);
        return rc;
    }
    *moved = i - from;
    return mdb_txn_commit(txn);
}

/* Write the payloads of @wreck into a new store @path, so that it survives a power cut. */
static int move_all(struct ilf__spool *spool, const struct ilf__wreck *wreck, int fd,
                    const char *path)
{
    struct ilf__spool_state state = {.last = wreck->state.last};
    uint64_t bytes = 0;
    int rc;

    for (size_t i = 0; i < wreck->n_entries; i++)
        bytes += wreck->entries[i].size;
    rc = mdb_env_create(&spool->env);
    if (rc == 0)
        rc = mdb_env_set_mapsize(spool->env, (size_t)(bytes * 2 + MOVE_BYTES));
    if (rc == 0)
        rc = mdb_env_open(spool->env, path, MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC, 0600);
    if (rc == 0)
        ilf__store_close_on_exec(spool->env);
    for (size_t i = 0, moved = 0; rc == 0 && i < wreck->n_entries; i += moved)
        rc = move_some(spool, wreck, fd, i, &moved, &state);
    if (rc == 0)
        rc = mdb_env_sync(spool->env, 1);
    ilf__store_close(spool);
    return rc;
}

/* May this be read as a spool of ours at all? */
static ilf_status check_owner(struct ilf__spool *spool, const struct ilf__wreck *wreck,
                              ilf_error *err)
{
    const struct ilf__spool_state *state = &wreck->state;

    if (!wreck->has_state)
        return ILF_OK;
    if (state->version > ILF__SPOOL_VERSION)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "it is damaged, and a newer release has written it: move it away");
    if (wreck->n_entries > 0 &&
        !ilf_str_equal(state->name, (ilf_str){spool->name, strlen(spool->name)}))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "it is damaged, and holds payloads of a %.*s, not of a %s: give every "
                        "flusher a folder of its own, or move this one away",
                        (int)state->name.len, state->name.ptr, spool->name);
    return ILF_OK;
}

static void tell(struct ilf__spool *spool, const struct ilf__wreck *wreck, const char *why,
                 const char *kept, int rc)
{
    char held[64] = "an unknown number";

    if (wreck->has_state)
        (void)snprintf(held, sizeof(held), "%" PRIu64, wreck->state.payloads);
    if (rc != 0)
        ilf__spool_tell(spool, ILF_LEVEL_ERROR,
                        "spool '%s': its store is damaged (%s); %zu payloads are left in it, but "
                        "can't be copied (%s); it is kept as %s, and the spool begins anew. To "
                        "have them delivered: make room, stop the agent, move the file back to "
                        "data.mdb, and start",
                        spool->path, why, wreck->n_entries, mdb_strerror(rc), kept);
    else
        ilf__spool_tell(spool, ILF_LEVEL_ERROR,
                        "spool '%s': its store is damaged (%s); %zu payloads were found in it, of "
                        "%s that it held, and go on, some perhaps once more; the damaged file is "
                        "kept as %s",
                        spool->path, why, wreck->n_entries, held, kept);
}

ilf_status ilf__store_rebuild(struct ilf__spool *spool, int fd, const char *file, const char *why,
                              ilf_error *err)
{
    char *rebuilt = ilf__spool_path(spool, "rebuild.mdb"), *kept = damaged_path(spool, ".mdb");
    struct ilf__wreck wreck = {0};
    ilf_error reason;
    ilf_status status;
    int rc;

    (void)snprintf(reason.text, sizeof(reason.text), "%s", why); /* @why may be @err's */
    status = rebuilt && kept ? ilf__wreck_search(&wreck, fd, err)
                             : ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    if (status == ILF_OK)
        status = check_owner(spool, &wreck, err);
    if (status == ILF_OK) {
        rc = move_all(spool, &wreck, fd, rebuilt);
        if (rc != 0)
            (void)unlink(rebuilt);
        ILF__POINT("spool-rebuilt");
        if (rename(file, kept) != 0)
            status = ilf_fail(err, ILF_ERR_CONFIG, "move data.mdb away: %s", strerror(errno));
        ILF__POINT("spool-set-aside");
        if (status == ILF_OK && rc == 0 && rename(rebuilt, file) != 0)
            status = ilf_fail(err, ILF_ERR_RETRY, "rename rebuild.mdb: %s", strerror(errno));
        ilf__sync_folder(spool->path);
        if (status == ILF_OK)
            tell(spool, &wreck, reason.text, kept, rc);
    }
    ilf__wreck_dispose(&wreck);
    free(rebuilt);
    free(kept);
    return status;
}
