/* A spool whose folder or files are removed, renamed or replaced while it is open. What is open still
 * works, but nobody would find it again: so it is copied to where the path leads now. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "folder.h"
#include "instance.h"
#include "spool_parts.h"

static const uint64_t LOOK = 1000000000;

/* Is @path the open file @fd? Yes, if that can't be told. */
static bool is_file(const char *path, int fd)
{
    struct stat named, opened;

    if (!path || fstat(fd, &opened) != 0)
        return true;
    if (stat(path, &named) != 0)
        return errno != ENOENT && errno != ENOTDIR;
    return named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

static bool is_in_place(struct ilf__spool *spool)
{
    char *data = ilf__spool_path(spool, "data.mdb"), *lock = ilf__spool_path(spool, "lock");
    int fd = -1;
    bool in_place;

    in_place = mdb_env_get_fd(spool->env, &fd) != 0 || is_file(data, fd);
    in_place = in_place && is_file(lock, spool->lock);
    free(data);
    free(lock);
    return in_place;
}

/* Lock the folder that is there now, and let go of the one before. */
static ilf_status lock_again(struct ilf__spool *spool, ilf_error *err)
{
    char *path = ilf__spool_path(spool, "lock");
    int before = spool->lock;
    ilf_status status = ILF_OK;

    if (!path || !is_file(path, before)) {
        status = ilf__spool_lock(spool, err);
        if (status == ILF_OK) {
            (void)flock(before, LOCK_UN);
            (void)close(before);
        } else {
            if (spool->lock >= 0 && spool->lock != before)
                (void)close(spool->lock);
            spool->lock = before;
        }
    }
    free(path);
    return status;
}

/* A store that is in our place may hold records of somebody: it is moved to a name that is free. */
static int move_away(struct ilf__spool *spool, const char *file)
{
    char *other = NULL;
    int rc;

    if (access(file, F_OK) != 0)
        return errno == ENOENT ? 0 : errno;
    for (int i = 1; !other || access(other, F_OK) == 0; i++) {
        free(other);
        other = ilf__spool_path(spool, "other-%d.mdb", i);
        if (!other)
            return ENOMEM;
    }
    rc = rename(file, other) == 0 ? 0 : errno;
    if (rc == 0)
        ilf__spool_tell(
            spool, ILF_LEVEL_ERROR,
            "spool '%s': another store was put into it while it was in use; that is kept "
            "as %s, and not delivered",
            spool->path, other);
    free(other);
    return rc;
}

/* Copy what is open to @file. */
static int copy(struct ilf__spool *spool, const char *file)
{
    char *path = ilf__spool_path(spool, "moved.mdb");
    int fd, rc = path ? 0 : ENOMEM;

    if (rc != 0)
        return rc;
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        rc = errno;
        free(path);
        return rc;
    }
    rc = mdb_env_copyfd(spool->env, fd);
    if (rc == 0 && fsync(fd) != 0)
        rc = errno;
    if (close(fd) != 0 && rc == 0)
        rc = errno;
    if (rc == 0)
        rc = move_away(spool, file);
    if (rc == 0 && rename(path, file) != 0)
        rc = errno;
    if (rc != 0)
        (void)unlink(path);
    ilf__sync_folder(spool->path);
    free(path);
    return rc;
}

static ilf_status make_again(struct ilf__spool *spool, ilf_error *err)
{
    char *file = ilf__spool_path(spool, "data.mdb");
    ilf_status status = ILF_OK;
    struct stat folder;
    int fd, rc = file ? ilf__make_folder(spool->path, 0700) : ENOMEM;

    if (rc == 0 && stat(spool->path, &folder) != 0)
        rc = errno;
    if (rc == 0)
        status = lock_again(spool, err);
    if (rc == 0 && status == ILF_OK && mdb_env_get_fd(spool->env, &fd) == 0 && !is_file(file, fd)) {
        rc = copy(spool, file);
        if (rc == 0) {
            ilf__store_close(spool);
            status = ilf__store_open(spool, err);
        }
    }
    if (rc == 0 && status == ILF_OK)
        ilf__spool_found_at(spool, &folder);
    free(file);
    return rc == 0 ? status : ilf__spool_fail(spool, rc, "make it again", err);
}

/* Some file systems give the open file other numbers than the named one: there it can't be told. */
void ilf__spool_first_look(struct ilf__spool *spool)
{
    spool->look_at = is_in_place(spool) ? 0 : UINT64_MAX;
}

ilf_status ilf__spool_keep_place(struct ilf__spool *spool, bool now, ilf_error *err)
{
    uint64_t at = ilf__monotonic();
    ilf_error why;

    if (spool->look_at != UINT64_MAX && (now || at >= spool->look_at)) {
        spool->look_at = at + LOOK;
        if (is_in_place(spool)) {
            spool->astray = false;
            return ILF_OK;
        }
        if (make_again(spool, &why) == ILF_OK) {
            spool->astray = false;
            ilf__spool_tell(spool, ILF_LEVEL_WARN,
                            "spool '%s': was removed or replaced while it was in use; made again, "
                            "with the %" PRIu64 " payloads that it held: stop the agent before you "
                            "touch it",
                            spool->path, spool->state.payloads);
            return ILF_OK;
        }
        if (!spool->astray)
            spool->told_astray = 0;
        spool->astray = true;
        if (ilf__worth_telling(spool->told_astray++))
            ilf__spool_tell(spool, ILF_LEVEL_ERROR,
                            "spool '%s': was removed or replaced while it was in use, and can't be "
                            "made again: %s; it takes nothing until it can, and %" PRIu64
                            " payloads are lost if the agent stops before",
                            spool->path, why.text, spool->state.payloads);
    }
    if (!spool->astray)
        return ILF_OK;
    return ilf_fail(err, ILF_ERR_RETRY, "spool '%s': was removed or replaced while it was in use",
                    spool->path);
}
