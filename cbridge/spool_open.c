/* Opening and closing spools: one per folder and process, shared by all who name the same folder. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "instance.h"
#include "spool_parts.h"

/* What the user can do about it. */
static const char *cure(int error)
{
    switch (error) {
    case EACCES:
    case EPERM:
        return ": the agent's user needs write permission";
    case EROFS:
        return ": its file system is read-only: remount it, or name another directory";
    case ENOSPC:
    case EDQUOT:
        return ": free some space";
    case ENAMETOOLONG:
        return ": name a directory with a shorter path";
    case ENOTDIR:
        return ": name a directory that is not below a file";
    default:
        return "";
    }
}

static pthread_mutex_t list_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct ilf__spool *list;

/* The lock ends with the process, however that ends; a child that was forked without an exec keeps
 * it, though. */
ilf_status ilf__spool_lock(struct ilf__spool *spool, ilf_error *err)
{
    char pid[32] = "", *path = ilf__spool_path(spool, "lock");
    ssize_t n;

    if (!path)
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    spool->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    free(path);
    if (spool->lock < 0)
        return ilf_fail(err, ILF_ERR_CONFIG, "spool '%s': open its lock file: %s%s", spool->path,
                        strerror(errno), cure(errno));
    if (flock(spool->lock, LOCK_EX | LOCK_NB) != 0) {
        int why = errno;

        n = pread(spool->lock, pid, sizeof(pid) - 1, 0);
        pid[n > 0 ? strspn(pid, "0123456789") : 0] = '\0';
        if (why != EWOULDBLOCK)
            return ilf_fail(err, ILF_ERR_CONFIG, "spool '%s': lock: %s", spool->path,
                            strerror(why));
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "spool '%s': process %s has it open: give every agent a folder of its own, "
                        "or stop that process",
                        spool->path, pid[0] ? pid : "(unknown)");
    }
    n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
    if (ftruncate(spool->lock, 0) != 0 || pwrite(spool->lock, pid, (size_t)n, 0) != n) {
        /* Only the number for that message is missing: a full disk is no reason not to start. */
    }
    return ILF_OK;
}

/* Unlocks by name, not by closing alone: a child that the host has just forked still has the file
 * open until it execs, and an instance that starts meanwhile would find it locked. */
static void unlock_folder(struct ilf__spool *spool)
{
    if (spool->lock < 0)
        return;
    (void)flock(spool->lock, LOCK_UN);
    (void)close(spool->lock);
    spool->lock = -1;
}

static void free_spool(struct ilf__spool *spool)
{
    if (!spool)
        return;
    ilf__store_close(spool);
    unlock_folder(spool);
    ilf__claims_dispose(&spool->claims);
    pthread_mutex_destroy(&spool->mutex);
    pthread_mutex_destroy(&spool->shown_mutex);
    free(spool->path);
    free(spool->name);
    free(spool);
}

/* A spool of the folder @path that is not open yet. */
static struct ilf__spool *new_spool(const char *path, const char *name, const struct stat *st)
{
    struct ilf__spool *spool = calloc(1, sizeof(*spool));

    if (!spool)
        return NULL;
    pthread_mutex_init(&spool->mutex, NULL);
    pthread_mutex_init(&spool->shown_mutex, NULL);
    spool->lock = -1;
    spool->device = st->st_dev;
    spool->inode = st->st_ino;
    spool->pid = getpid();
    spool->path = strdup(path);
    spool->name = strdup(name);
    if (!spool->path || !spool->name) {
        free_spool(spool);
        return NULL;
    }
    return spool;
}

/* Has @spool the folder @path, which is @st? By its path, be it that its folder was removed, and is
 * made again; or by another name of what is still at its path. */
static bool is_at(const struct ilf__spool *spool, const char *path, const struct stat *st)
{
    struct stat own;

    if (spool->pid != getpid())
        return false;
    return strcmp(spool->path, path) == 0 ||
           (spool->device == st->st_dev && spool->inode == st->st_ino &&
            stat(spool->path, &own) == 0 && own.st_dev == st->st_dev && own.st_ino == st->st_ino);
}

/* The spool of the folder @path, with a reference to it, open or not. */
static ilf_status find(struct ilf__spool **out, const char *path, const char *name, ilf_error *err)
{
    char *resolved = realpath(path, NULL);
    struct ilf__spool *spool = NULL;
    ilf_status status = ILF_OK;
    struct stat st;

    if (!resolved || stat(resolved, &st) != 0 || !S_ISDIR(st.st_mode)) {
        free(resolved);
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "spool '%s': not a directory: name one, which is made if need be", path);
    }
    pthread_mutex_lock(&list_mutex);
    for (spool = list; spool && !is_at(spool, resolved, &st);)
        spool = spool->next;
    if (!spool) {
        spool = new_spool(resolved, name, &st);
        if (spool) {
            spool->next = list;
            list = spool;
        } else {
            status = ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
        }
    }
    if (spool)
        spool->refs++;
    pthread_mutex_unlock(&list_mutex);
    free(resolved);
    *out = spool;
    return status;
}

void ilf__spool_found_at(struct ilf__spool *spool, const struct stat *folder)
{
    pthread_mutex_lock(&list_mutex);
    spool->device = folder->st_dev;
    spool->inode = folder->st_ino;
    pthread_mutex_unlock(&list_mutex);
}

/* Give a reference back. The last closes the spool. */
static void leave(struct ilf__spool *spool)
{
    struct ilf__spool **at;

    pthread_mutex_lock(&list_mutex);
    if (--spool->refs > 0) {
        spool = NULL;
    } else {
        for (at = &list; *at != spool;)
            at = &(*at)->next;
        *at = spool->next;
        /* Under the list's mutex, so that who opens the folder meanwhile finds it closed. */
        if (spool->env && spool->options.sync == ILF__SYNC_INTERVAL && spool->unsynced)
            (void)mdb_env_sync(spool->env, 1);
        free_spool(spool);
    }
    pthread_mutex_unlock(&list_mutex);
}

/* The pipeline of a user that is not that of the last one; NULL: none. (A reload has the same.) */
static const char *other_pipeline(const struct ilf__spool *spool)
{
    const struct ilf__spool_user *last = spool->users;

    for (const struct ilf__spool_user *user = last->next; user; user = user->next)
        if (*user->pipeline && *last->pipeline && strcmp(user->pipeline, last->pipeline) != 0)
            return user->pipeline;
    return NULL;
}

static void free_user(struct ilf__spool_user *user)
{
    if (user)
        free(user->pipeline);
    free(user);
}

static struct ilf__spool_user *new_user(const char *pipeline, void *owner, ilf__spool_log log)
{
    struct ilf__spool_user *user = calloc(1, sizeof(*user));

    if (!user)
        return NULL;
    *user = (struct ilf__spool_user){owner, log, strdup(pipeline ? pipeline : ""), NULL};
    if (user->pipeline)
        return user;
    free(user);
    return NULL;
}

/* Room for the names of the files in it. */
enum { LONGEST_NAME = 64 };

/* Open what is not open yet, for a further user or the first. Its mutex is held. */
static ilf_status enter(struct ilf__spool *spool, const struct ilf__spool_options *options,
                        const char *name, ilf_error *err)
{
    const char *other = other_pipeline(spool);
    struct ilf__spool_options before = spool->options;
    ilf_status status = ILF_OK;
    bool first = spool->lock < 0;
    char *own;

    if (!first && strcmp(spool->name, name) != 0)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "spool '%s': a %s of this process has it open: give every flusher a folder "
                        "of its own",
                        spool->path, spool->name);
    if (other)
        return ilf_fail(
            err, ILF_ERR_CONFIG,
            "spool '%s': the pipeline '%s' has it open: give every pipeline a folder of "
            "its own",
            spool->path, other);
    spool->options = *options;
    spool->options.path = NULL;
    if (first) {
        own = strdup(name); /* the first of those who tried may have been another's */
        if (!own)
            return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
        free(spool->name);
        spool->name = own;
        status = ilf__spool_lock(spool, err);
    }
    if (spool->broken)
        ilf__store_close(spool);
    if (status == ILF_OK && !spool->env)
        status = ilf__store_open(spool, err);
    else if (status == ILF_OK)
        status = ilf__spool_keep_place(spool, true, err);
    if (status == ILF_OK && !first)
        status = ilf__store_configure(spool, err);
    if (status == ILF_OK && first) {
        spool->inherited = spool->state.last;
        spool->synced_at = ilf__monotonic();
        ilf__spool_first_look(spool);
    }
    if (status != ILF_OK && first)
        unlock_folder(spool);
    if (status != ILF_OK && !first)
        spool->options = before;
    ilf__spool_show(spool);
    return status;
}

ilf_status ilf__spool_open(struct ilf__spool **out, const struct ilf__spool_options *options,
                           const char *name, ilf__spool_log log, void *owner, ilf_error *err)
{
    struct ilf__spool_user *user = new_user(options->pipeline, owner, log);
    struct ilf__spool *spool = NULL;
    ilf_status status = ILF_OK;
    int rc = user ? 0 : ENOMEM;

    if (rc == 0 && (strlen(options->path) + LONGEST_NAME >= PATH_MAX))
        rc = ENAMETOOLONG;
    if (rc == 0) /* for the agent's user only: it holds log data */
        rc = ilf__make_folder(options->path, 0700);
    if (rc != 0)
        status = ilf_fail(err, rc == ENOMEM ? ILF_ERR_NOMEM : ILF_ERR_CONFIG,
                          "spool '%.600s': make the folder: %s%s", options->path, strerror(rc),
                          cure(rc));
    if (status == ILF_OK)
        status = find(&spool, options->path, name, err);
    if (status != ILF_OK) {
        free_user(user);
        return status;
    }
    pthread_mutex_lock(&spool->mutex);
    user->next = spool->users;
    spool->users = user;
    status = enter(spool, options, name, err);
    if (status != ILF_OK)
        spool->users = user->next;
    pthread_mutex_unlock(&spool->mutex);
    if (status != ILF_OK) {
        free_user(user);
        leave(spool);
        return status;
    }
    *out = spool;
    return ILF_OK;
}

void ilf__spool_close(struct ilf__spool *spool, const void *owner)
{
    struct ilf__spool_user **at, *user;
    uint64_t lowest;

    /* In a forked child, memory and files are the parent's: let them be. */
    if (!spool || spool->pid != getpid())
        return;
    pthread_mutex_lock(&spool->mutex);
    for (at = &spool->users; *at && (*at)->owner != owner;)
        at = &(*at)->next;
    user = *at;
    if (user && spool->env && spool->state.payloads > 0)
        (void)ilf__spool_keep_place(spool, true, &(ilf_error){""}); /* it says what is wrong */
    if (user)
        *at = user->next;
    if (owner) {
        lowest = ilf__claims_leave(&spool->claims, owner);
        if (lowest < spool->scan_from)
            spool->scan_from = lowest;
    }
    ilf__spool_show(spool);
    pthread_mutex_unlock(&spool->mutex);
    free_user(user);
    leave(spool);
}
