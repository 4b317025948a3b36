/* flusher_c_archive - append logs to a gzip file, the values of some keys hidden. What the template
 * makes, grown up: docs/guide.md goes through it. */
#include <ilf/flusher.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include <zlib.h>

#include "siphash.h"

enum how { PSEUDONYM, REMOVE };

struct hide {
    ilf_str_list keys;
    int how; /* enum how */
    const char *secret;
};

struct sync {
    int64_t interval;
    uint64_t max_unsynced;
};

struct flusher {
    const char *path; /* options, up to sync */
    int64_t level;
    struct hide hide;
    struct sync sync;

    const ilf_host *host;
    ilf_counter *written;
    uint64_t key[2]; /* from hide.secret */
    int fd;
    int failed; /* errno of the first write that failed in this member; 0: none has */
    z_stream z;
    unsigned char out[16384]; /* compressed, not yet written */
    size_t next_group;        /* of the batch under way: those before it are in the file */

    pthread_t thread; /* runs sync_now_and_then, which shares what follows */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    uint64_t unsynced; /* bytes that are written but may not be on the disk */
    bool hurry, stopping;
};

static const char *const hows[] = {"pseudonym", "remove", NULL};

static const ilf_option hide_options[] = {
    ILF_OPTION(LIST, struct hide, keys, "Keys", NULL, "keys whose values are hidden"),
    ILF_OPTION(ENUM, struct hide, how, "How", "pseudonym",
               "same value, same pseudonym; or remove them", .choices = hows),
    ILF_OPTION(STR, struct hide, secret, "Secret", NULL,
               "32 hex digits that pseudonyms are made with", .flags = ILF_OPT_SECRET),
    {0},
};

static const ilf_option sync_options[] = {
    ILF_OPTION(DURATION, struct sync, interval, "Interval", "1s",
               "longest time until what is written is on the disk", .min = 1e6, .max = 3600e9),
    ILF_OPTION(SIZE, struct sync, max_unsynced, "MaxUnsynced", "8MiB",
               "take no batch while more than this is not on the disk", .min = 1, .max = 1e15),
    {0},
};

static const ilf_option options[] = {
    ILF_OPTION(STR, struct flusher, path, "Path", NULL, "append to this file",
               .flags = ILF_OPT_REQUIRED),
    ILF_OPTION(INT, struct flusher, level, "Level", "6", "of compression", .min = 1, .max = 9),
    ILF_OPTION(TABLE, struct flusher, hide, "Hide", NULL, "values that must not be readable",
               .table = hide_options),
    ILF_OPTION(TABLE, struct flusher, sync, "Sync", NULL, "when the disk has to have it",
               .table = sync_options),
    {0},
};

/* --- A thread of its own: it syncs, so that no flush waits for the disk ----------------------- */

/* Called and left with the lock, which it does not hold meanwhile. A failure is told once. */
static void sync_unlocked(struct flusher *f, bool *told)
{
    uint64_t before = f->unsynced;
    int failed;

    pthread_mutex_unlock(&f->lock);
    failed = fdatasync(f->fd) != 0 && errno != EINVAL && errno != EROFS ? errno : 0;
    if (failed && !*told)
        ilf_logf(f->host, ILF_LEVEL_WARN, "sync '%s': %s", f->path, strerror(failed));
    *told = failed;
    pthread_mutex_lock(&f->lock);
    f->unsynced -=
        before; /* failed or not: the bound is there to wait for a slow disk, not for ever */
}

static struct timespec after(int64_t ns)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    ns += t.tv_nsec;
    t.tv_sec += ns / 1000000000;
    t.tv_nsec = ns % 1000000000;
    return t;
}

static void *sync_now_and_then(void *self)
{
    struct flusher *f = self;
    bool told = false;

    pthread_mutex_lock(&f->lock);
    while (!f->stopping || f->unsynced > 0) {
        struct timespec end = after(f->sync.interval);
        int late = 0;

        while (!f->stopping && !f->hurry && f->unsynced <= f->sync.max_unsynced && late == 0)
            late = pthread_cond_timedwait(&f->wake, &f->lock, &end);
        f->hurry = false;
        if (f->unsynced > 0)
            sync_unlocked(f, &told);
    }
    pthread_mutex_unlock(&f->lock);
    return NULL;
}

/* All signals are the agent's: a thread inherits the mask of the one that makes it. */
static int start_thread(struct flusher *f)
{
    sigset_t all, before;
    int failed;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&f->thread, NULL, sync_now_and_then, f);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

static int init_wake(pthread_cond_t *wake)
{
    pthread_condattr_t attr;
    int failed = pthread_condattr_init(&attr);

    if (failed)
        return failed;
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC); /* the wall clock may jump */
    failed = pthread_cond_init(wake, &attr);
    pthread_condattr_destroy(&attr);
    return failed;
}

/* --- Starting --------------------------------------------------------------------------------- */

/* The text of a secret never goes into an error. */
static ilf_status read_secret(struct flusher *f, ilf_error *err)
{
    const char *digits = "0123456789abcdef";

    if (f->hide.keys.n == 0 || f->hide.how != PSEUDONYM)
        return ILF_OK;
    if (strlen(f->hide.secret) != 32 || strspn(f->hide.secret, digits) != 32)
        return ilf_fail(
            err, ILF_ERR_CONFIG,
            "Hide.Secret: want 32 digits of 0 to 9 and a to f; openssl rand -hex 16 makes them");
    for (int i = 0; i < 32; i++)
        f->key[i / 16] =
            f->key[i / 16] << 4 | (uint64_t)(strchr(digits, f->hide.secret[i]) - digits);
    return ILF_OK;
}

static ilf_status init(void *self, const ilf_host *host, ilf_error *err)
{
    struct flusher *f = self;
    ilf_status status = read_secret(f, err);
    int failed;

    if (status != ILF_OK)
        return status;
    f->host = host;
    f->written = host->counter(host->context, "archive_bytes_total", "compressed bytes written");
    f->fd = open(f->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (f->fd < 0)
        return ilf_fail(err, ILF_ERR_CONFIG, "open '%s': %s", f->path, strerror(errno));
    status = ILF_ERR_NOMEM;
    if (deflateInit2(&f->z, (int)f->level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        ilf_fail(err, status, "zlib: out of memory");
        goto out_close;
    }
    failed = pthread_mutex_init(&f->lock, NULL);
    if (failed)
        goto out_end_deflate;
    failed = init_wake(&f->wake);
    if (failed)
        goto out_destroy_lock;
    failed = start_thread(f);
    if (failed)
        goto out_destroy_wake;
    ilf_logf(host, ILF_LEVEL_INFO, "appending to '%s'", f->path);
    return ILF_OK;

out_destroy_wake:
    pthread_cond_destroy(&f->wake);
out_destroy_lock:
    pthread_mutex_destroy(&f->lock);
out_end_deflate:
    ilf_fail(err, status, "start a thread: %s", strerror(failed));
    deflateEnd(&f->z);
out_close:
    close(f->fd);
    return status;
}

/* --- Writing: each group is a gzip member, and is in the file wholly or not at all ------------- */

static void write_out(struct flusher *f)
{
    const unsigned char *from = f->out;
    size_t left = sizeof(f->out) - f->z.avail_out;

    f->z.next_out = f->out;
    f->z.avail_out = sizeof(f->out);
    while (left > 0 && !f->failed) {
        ssize_t n = write(f->fd, from, left);

        if (n > 0) {
            from += n;
            left -= (size_t)n;
        } else if (n == 0 || errno != EINTR) {
            f->failed = n == 0 ? EIO : errno;
        }
    }
}

/* zlib takes at most 4 GiB at once. */
static void compress_some(struct flusher *f, const char *ptr, size_t len)
{
    while (len > 0 && !f->failed) {
        uInt some = len < 1u << 30 ? (uInt)len : 1u << 30;

        f->z.next_in = (Bytef *)ptr;
        f->z.avail_in = some;
        while (f->z.avail_in > 0) {
            deflate(&f->z, Z_NO_FLUSH);
            if (f->z.avail_out == 0)
                write_out(f);
        }
        ptr += some;
        len -= some;
    }
}

static bool is_hidden(const struct flusher *f, ilf_str key)
{
    for (size_t i = 0; i < f->hide.keys.n; i++)
        if (ilf_str_equal(key, (ilf_str){f->hide.keys.items[i], strlen(f->hide.keys.items[i])}))
            return true;
    return false;
}

static void compress_pair(struct flusher *f, const ilf_kv *kv, char end)
{
    char text[17] = "";
    ilf_str value = kv->value;

    if (is_hidden(f, kv->key)) {
        if (f->hide.how == PSEUDONYM)
            (void)snprintf(text, sizeof(text), "%016" PRIx64,
                           siphash(f->key, value.ptr, value.len));
        value = (ilf_str){text, strlen(text)};
    }
    compress_some(f, kv->key.ptr, kv->key.len);
    compress_some(f, ":", 1);
    compress_some(f, value.ptr, value.len);
    compress_some(f, &end, 1);
}

static void compress_group(struct flusher *f, const ilf_group *group)
{
    deflateReset(&f->z);
    f->z.next_out = f->out;
    f->z.avail_out = sizeof(f->out);
    f->failed = 0;
    for (size_t l = 0; l < group->n_logs; l++)
        for (size_t i = 0; i < group->logs[l].n_contents; i++)
            compress_pair(f, &group->logs[l].contents[i],
                          i + 1 < group->logs[l].n_contents ? ' ' : '\n');
    while (!f->failed && deflate(&f->z, Z_FINISH) != Z_STREAM_END)
        write_out(f);
    write_out(f);
}

/* During a reload the old instance may append to the same file, so it is locked for one member. A
 * torn one is cut off again, where there is something to cut: a device answers EINVAL. */
static ilf_status write_group(struct flusher *f, const ilf_group *group, ilf_error *err)
{
    off_t end;

    if (flock(f->fd, LOCK_EX) != 0)
        return ilf_fail(err, ILF_ERR_RETRY, "lock '%s': %s", f->path, strerror(errno));
    end = lseek(f->fd, 0, SEEK_END);
    compress_group(f, group);
    if (f->failed && end >= 0 && ftruncate(f->fd, end) != 0 && errno != EINVAL)
        ilf_logf(f->host, ILF_LEVEL_ERROR, "cut '%s' to %jd bytes: %s", f->path, (intmax_t)end,
                 strerror(errno));
    flock(f->fd, LOCK_UN);
    if (f->failed)
        return ilf_fail(err, ILF_ERR_RETRY, "write '%s': %s", f->path, strerror(f->failed));
    f->host->counter_add(f->host->context, f->written, f->z.total_out);
    pthread_mutex_lock(&f->lock);
    f->unsynced += f->z.total_out;
    if (f->unsynced > f->sync.max_unsynced)
        pthread_cond_signal(&f->wake);
    pthread_mutex_unlock(&f->lock);
    return ILF_OK;
}

static ilf_status flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    struct flusher *f = self;

    if (batch->attempt == 0)
        f->next_group = 0;
    for (; f->next_group < batch->n_groups; f->next_group++) {
        ilf_status status = write_group(f, &batch->groups[f->next_group], err);

        if (status != ILF_OK)
            return status;
    }
    return ILF_OK;
}

/* --- Backpressure, haste, the end ------------------------------------------------------------- */

static bool is_ready(void *self, const ilf_route *route)
{
    struct flusher *f = self;
    bool ready;

    (void)route;
    pthread_mutex_lock(&f->lock);
    ready = f->unsynced <= f->sync.max_unsynced;
    pthread_mutex_unlock(&f->lock);
    return ready;
}

static void set_urgent(void *self, bool exiting)
{
    struct flusher *f = self;

    (void)exiting;
    pthread_mutex_lock(&f->lock);
    f->hurry = true;
    pthread_cond_signal(&f->wake);
    pthread_mutex_unlock(&f->lock);
}

static ilf_status stop(void *self, ilf_error *err)
{
    struct flusher *f = self;

    pthread_mutex_lock(&f->lock);
    f->stopping = true;
    pthread_cond_signal(&f->wake);
    pthread_mutex_unlock(&f->lock);
    pthread_join(f->thread, NULL);
    pthread_cond_destroy(&f->wake);
    pthread_mutex_destroy(&f->lock);
    deflateEnd(&f->z);
    if (close(f->fd) != 0)
        return ilf_fail(err, ILF_ERR_DROP, "close '%s': %s", f->path, strerror(errno));
    return ILF_OK;
}

const ilf_flusher_ops ilf_flusher_archive = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_c_archive",
    .description = "appends logs to a gzip file, with the values of some keys hidden",
    .instance_size = sizeof(struct flusher),
    .options = options,
    .init = init,
    .is_ready = is_ready,
    .flush = flush,
    .set_urgent = set_urgent,
    .stop = stop,
};

ILF_PLUGIN(ilf_flusher_archive);
