/* The spool's LMDB environment: opening it when it is sound, sizes, errors, its state record. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "folder.h"
#include "spool_check.h"
#include "spool_parts.h"

/* Beyond the payloads the map has room for the trees, for pages that wait for their next use, and
 * for runs of free pages that are too short for a long payload. Only addresses are taken: the file
 * grows with what is written into it. */
enum { MAP_LEAST = 64 << 20, MAP_STEP = 16 << 20 };

enum { WARM_BYTES = 9 << 20 };

char *ilf__spool_path(struct ilf__spool *spool, const char *format, ...)
{
    char name[128], *path;
    va_list args;

    va_start(args, format);
    (void)vsnprintf(name, sizeof(name), format, args);
    va_end(args);
    return asprintf(&path, "%s/%s", spool->path, name) < 0 ? NULL : path;
}

void ilf__spool_tell(struct ilf__spool *spool, ilf_level level, const char *format, ...)
{
    const struct ilf__spool_user *user = spool->users;
    char text[1024];
    va_list args;

    if (!user || !user->log)
        return;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    user->log(user->owner, level, text);
}

/* The same without the spool's path in front. */
static ilf_status fail(struct ilf__spool *spool, int rc, const char *what, ilf_error *err)
{
    const char *cure = "";
    ilf_status status = ILF_ERR_RETRY;
    struct statvfs disk;

    switch (rc) {
    case ENOMEM:
        status = ILF_ERR_NOMEM;
        break;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        cure = "; it goes on when there is room";
        break;
    case EIO: /* LMDB's word for a write that stopped in the middle, too */
        if (statvfs(spool->path, &disk) == 0)
            return ilf_fail(err, status, "%s: %s, or the disk is full: %" PRIu64 " bytes are free",
                            what, strerror(rc), (uint64_t)disk.f_bavail * disk.f_frsize);
        break;
    case MDB_MAP_FULL:
        return ilf_fail(err, status, "full: its file has grown to %zu bytes; raise its MaxBytes",
                        spool->map_size);
    case MDB_TXN_FULL:
        return ilf_fail(err, ILF_ERR_DROP, "too many payloads at once");
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_PANIC:
    case MDB_BAD_TXN:
    case MDB_VERSION_MISMATCH:
        cure = "; it is opened anew";
        spool->broken = true;
        break;
    default:
        break;
    }
    return ilf_fail(err, status, "%s: %s%s", what, mdb_strerror(rc), cure);
}

ilf_status ilf__spool_fail(struct ilf__spool *spool, int rc, const char *what, ilf_error *err)
{
    ilf_error why;
    ilf_status status = fail(spool, rc, what, &why);

    return ilf_fail(err, status, "spool '%s': %s", spool->path, why.text);
}

int ilf__store_put_state(struct ilf__spool *spool, MDB_txn *txn,
                         const struct ilf__spool_state *state)
{
    struct ilf__spool_state whole = *state;
    unsigned char zero[8];
    MDB_val key = {8, zero}, value;
    int rc;

    whole.name = (ilf_str){spool->name, strlen(spool->name)};
    ilf__spool_key_write(zero, 0);
    value = (MDB_val){ILF__SPOOL_STATE + whole.name.len, NULL};
    rc = mdb_put(txn, spool->dbi, &key, &value, MDB_RESERVE);
    if (rc == 0)
        ilf__spool_state_write(value.mv_data, &whole);
    return rc;
}

int ilf__store_first(struct ilf__spool *spool, MDB_txn *txn, uint64_t from, uint64_t *sequence,
                     MDB_val *value)
{
    unsigned char bytes[8];
    MDB_val key = {8, bytes};
    MDB_cursor *cursor;
    int rc = mdb_cursor_open(txn, spool->dbi, &cursor);

    if (rc != 0)
        return rc;
    ilf__spool_key_write(bytes, from > 0 ? from : 1);
    rc = mdb_cursor_get(cursor, &key, value, MDB_SET_RANGE);
    if (rc == 0)
        *sequence = ilf__spool_key_read(key.mv_data);
    mdb_cursor_close(cursor);
    return rc;
}

static size_t map_size(uint64_t max_bytes)
{
    const uint64_t most = SIZE_MAX / 4;
    uint64_t size = max_bytes < most ? max_bytes + max_bytes / 2 + MAP_LEAST : most;

    return size & ~(size_t)0xffff;
}

/* LMDB is left without a map when this fails, so the store must then be opened again. */
static int resize(struct ilf__spool *spool, size_t size)
{
    int rc = mdb_env_set_mapsize(spool->env, size);

    if (rc == 0)
        spool->map_size = size;
    else
        spool->broken = true;
    return rc;
}

int ilf__store_grow(struct ilf__spool *spool)
{
    return resize(spool, spool->map_size + MAP_STEP);
}

ilf_status ilf__store_configure(struct ilf__spool *spool, ilf_error *err)
{
    bool sync = spool->options.sync == ILF__SYNC_BATCH;
    size_t size = map_size(spool->options.max_bytes);
    int rc = mdb_env_set_flags(spool->env, MDB_NOSYNC, !sync);

    if (rc == 0 && sync && spool->unsynced)
        rc = mdb_env_sync(spool->env, 1);
    if (rc == 0 && size > spool->map_size)
        rc = resize(spool, size);
    return rc == 0 ? ILF_OK : ilf__spool_fail(spool, rc, "configure", err);
}

void ilf__store_close(struct ilf__spool *spool)
{
    if (spool->env)
        mdb_env_close(spool->env);
    spool->env = NULL;
}

/* Read the state; a store that has none is new. Whose it is was not checked before. */
static ilf_status read_state(struct ilf__spool *spool, MDB_txn *txn, ilf_error *err)
{
    struct ilf__spool_state *state = &spool->state;
    unsigned char zero[8];
    MDB_val key = {8, zero}, value;
    int rc;

    ilf__spool_key_write(zero, 0);
    rc = mdb_get(txn, spool->dbi, &key, &value);
    if (rc == MDB_NOTFOUND) {
        *state = (struct ilf__spool_state){0};
        return ILF_OK;
    }
    if (rc != 0)
        return fail(spool, rc, "read", err);
    if (!ilf__spool_state_read(state, value.mv_data, value.mv_size))
        return fail(spool, MDB_CORRUPTED, "read its state", err);
    if (state->version > ILF__SPOOL_VERSION)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "a newer release has written it, in version %" PRIu32
                        " of the format; this one reads up to %d: give it another folder, or let "
                        "the newer one empty it",
                        state->version, ILF__SPOOL_VERSION);
    if (state->payloads > 0 &&
        !ilf_str_equal(state->name, (ilf_str){spool->name, strlen(spool->name)}))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "it holds %" PRIu64
                        " payloads of a %.*s, not of a %s: give every flusher a folder of its own, "
                        "or move this one away",
                        state->payloads, (int)state->name.len, state->name.ptr, spool->name);
    return ILF_OK;
}

/* Set what the spool keeps in memory about the store. */
static ilf_status load(struct ilf__spool *spool, const struct ilf__store_counts *counts,
                       ilf_error *err)
{
    struct ilf__spool_record record;
    MDB_txn *txn;
    MDB_val value;
    ilf_status status;
    int rc = mdb_txn_begin(spool->env, NULL, MDB_RDONLY, &txn);

    if (rc == 0)
        rc = mdb_dbi_open(txn, NULL, 0, &spool->dbi);
    if (rc != 0)
        return fail(spool, rc, "open", err);
    status = read_state(spool, txn, err);
    spool->state.name = (ilf_str){NULL, 0};
    if (status == ILF_OK &&
        (spool->state.payloads != counts->payloads || spool->state.bytes != counts->bytes))
        status = fail(spool, MDB_CORRUPTED, "compare its state with its payloads", err);
    spool->lowest = spool->oldest = 0;
    if (status == ILF_OK) {
        rc = ilf__store_first(spool, txn, 0, &spool->lowest, &value);
        if (rc == 0 && ilf__spool_record_peek(&record, value.mv_data, value.mv_size))
            spool->oldest = record.accepted_at;
        else if (rc != 0 && rc != MDB_NOTFOUND)
            status = fail(spool, rc, "read", err);
    }
    mdb_txn_abort(txn);
    return status;
}

void ilf__store_close_on_exec(MDB_env *env)
{
    int fd = -1;

    if (mdb_env_get_fd(env, &fd) == 0 && fd >= 0)
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static ilf_status open_sound(struct ilf__spool *spool, const char *file,
                             const struct ilf__store_counts *counts, ilf_error *err)
{
    bool sync = spool->options.sync == ILF__SYNC_BATCH;
    void *volatile warm; /* else the compiler sees no use in it */
    ilf_status status;
    int rc = mdb_env_create(&spool->env);

    /* LMDB takes the pages of a transaction from malloc and frees them at its end. A free that large
     * makes glibc keep up to twice as much of what is freed, where it would else give it back to the
     * system with each transaction and take it again, page fault by page fault: that has cost a third
     * of the speed at which payloads are written. */
    // cppcheck-suppress unusedAllocatedMemory ; its free is what counts
    warm = malloc(WARM_BYTES);
    free(warm);
    spool->map_size = map_size(spool->options.max_bytes);
    if (rc == 0)
        rc = mdb_env_set_mapsize(spool->env, spool->map_size);
    if (rc == 0)
        rc = mdb_env_open(spool->env, file, MDB_NOSUBDIR | MDB_NOLOCK | (sync ? 0 : MDB_NOSYNC),
                          0600);
    if (rc != 0) {
        ilf__store_close(spool);
        if (rc == ENOMEM || rc == EINVAL) /* of mmap */
            return ilf_fail(err, ILF_ERR_CONFIG,
                            "no room for a map of %zu bytes among the addresses of this process; "
                            "lower its MaxBytes",
                            spool->map_size);
        return fail(spool, rc, "open", err);
    }
    ilf__store_close_on_exec(spool->env);
    status = load(spool, counts, err);
    if (status != ILF_OK)
        ilf__store_close(spool);
    return status;
}

/* A rebuilt store that a crash has kept from taking its place: it is complete if the damaged one
 * has gone already. */
static bool finish_rebuild(struct ilf__spool *spool, const char *file)
{
    char *rebuilt = ilf__spool_path(spool, "rebuild.mdb");

    if (!rebuilt)
        return false;
    if (access(file, F_OK) != 0 && errno == ENOENT)
        (void)rename(rebuilt, file);
    else
        (void)unlink(rebuilt);
    free(rebuilt);
    return true;
}

/* One try. When @spool->broken comes back set, @fd is what to rebuild from. */
static ilf_status try_open(struct ilf__spool *spool, int fd, const char *file, ilf_error *err)
{
    struct ilf__store_counts counts;

    spool->broken = false;
    switch (ilf__spool_check(fd, &counts, err)) {
    case ILF__STORE_NONE:
        ilf__sync_folder(spool->path);
        return open_sound(spool, file, &counts, err);
    case ILF__STORE_SOUND:
        return open_sound(spool, file, &counts, err);
    case ILF__STORE_DAMAGED:
        spool->broken = true;
        break;
    case ILF__STORE_FAILED:
        break;
    }
    return ILF_ERR_RETRY;
}

ilf_status ilf__store_open(struct ilf__spool *spool, ilf_error *err)
{
    char *file = ilf__spool_path(spool, "data.mdb");
    ilf_error why = {""};
    ilf_status status;
    int fd = -1;

    if (!file || !finish_rebuild(spool, file)) {
        free(file);
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    }
    for (int attempt = 0;; attempt++) {
        fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0) {
            status = ilf_fail(&why, ILF_ERR_CONFIG, "open data.mdb: %s", strerror(errno));
            break;
        }
        status = try_open(spool, fd, file, &why);
        if (!spool->broken || attempt > 0)
            break;
        status = ilf__store_rebuild(spool, fd, file, why.text, &why);
        if (status != ILF_OK)
            break;
        (void)close(fd);
    }
    if (fd >= 0)
        (void)close(fd);
    free(file);
    if (status != ILF_OK)
        return ilf_fail(err, status, "spool '%s': %s", spool->path, why.text);
    return ILF_OK;
}
