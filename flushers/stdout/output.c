/* Where flusher_c_stdout's records go: the console, a rolling file, or the agent's log. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../common/writable.h"

/* Measured against write(2) of the same bytes, ready-made, at 512 KiB a time: 0.41 of its rate with
 * 128 KiB, 0.49 with 512, 0.52 with 1024, 0.54 with 2048 and no more beyond. Each write has a cost of
 * its own in the kernel that is worth more than what the L2 cache saves. */
enum { WRITE_SIZE = 2 << 20, KEEP_SIZE = 4 << 20, CACHE_LINE = 64 };

const char *output_name(const struct output *o)
{
    return o->kind == OUTPUT_FILE ? o->path : "standard output";
}

/* What the user can do about @error. */
static const char *cure(int error)
{
    switch (error) {
    case ENOSPC:
    case EDQUOT:
        return ": free some space";
    case EACCES:
    case EPERM:
    case EROFS:
        return ": the agent's user needs write permission";
    case ENOENT:
        return ": create the folder first";
    case ENXIO:
        return ": start the reader of a FIFO first; a socket can't be opened by its name";
    default:
        return "";
    }
}

static ilf_status fail(struct output *o, ilf_status status, const char *verb, int error)
{
    o->status = status;
    return ilf_fail(o->err, status, "%s '%s': %s%s", verb, output_name(o), strerror(error),
                    cure(error));
}

/* --- The file -------------------------------------------------------------------------------- */

/* Does the file at @path, which is @ours, end in the middle of a line, as a killed process leaves it? If
 * another instance has just rolled it, another file is there, whose bytes say nothing about ours. */
static bool ends_torn(const char *path, const struct stat *ours)
{
    int fd = ours->st_size > 0 ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
    struct stat st;
    char last = '\n';

    if (fd < 0)
        return false;
    if (fstat(fd, &st) != 0 || st.st_dev != ours->st_dev || st.st_ino != ours->st_ino ||
        pread(fd, &last, 1, ours->st_size - 1) != 1)
        last = '\n';
    close(fd);
    return last != '\n';
}

static bool open_file(struct output *o, int flags)
{
    struct stat st, link;
    /* Not to wait, for the reader of a FIFO or the carrier of a line, is said to this open file only,
     * which nobody shares. A file takes no notice. */
    int fd = open(o->path,
                  O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | flags, 0644);

    if (fd < 0)
        return false;
    if (fstat(fd, &st) != 0) {
        close(fd);
        return false;
    }
    o->fd = fd;
    o->size = (uint64_t)st.st_size;
    o->regular = S_ISREG(st.st_mode);
    /* To move a link away would not roll its file, and it may be /dev/stdout. (The other instance
     * of a reload may have moved the file in between: then it was none.) */
    o->roll_at = lstat(o->path, &link) == 0 && S_ISLNK(link.st_mode) ? UINT64_MAX : o->max_size;
    o->torn = false;
    o->new_line = o->regular && ends_torn(o->path, &st);
    return true;
}

/* Is the file that we have open still the one at its path? Another instance of a reload rolls it,
 * or logrotate moves it away; and a program may put something else in the place of its standard
 * output. */
static bool is_current(const struct output *o)
{
    struct stat ours, current;
    const char *path = o->kind == OUTPUT_FILE ? o->path : CONSOLE_PATH;

    return stat(path, &current) == 0 && fstat(o->fd, &ours) == 0 && ours.st_dev == current.st_dev &&
           ours.st_ino == current.st_ino;
}

static bool reopen(struct output *o)
{
    int old = o->fd;

    if (!open_file(o, 0))
        return false;
    close(old);
    return true;
}

static void close_console(const struct output *o)
{
    if (o->fd != STDOUT_FILENO)
        (void)close(o->fd);
}

static void open_console(struct output *o)
{
    close_console(o);
    writing_open_console(o);
}

/* Start a new file. What fails here must not stop the records: they go on into the old one, until
 * it has grown by max_size again. */
static void roll(struct output *o)
{
    bool moved;

    if (o->sync && fdatasync(o->fd) != 0)
        o->unsynced = errno;
    o->roll_at = o->size + o->max_size;
    /* ENOENT: another instance has just moved it. */
    moved = !is_current(o) || rolls_push(o->path, o->max_rolls) || errno == ENOENT;
    if (!moved)
        ilf_logf(o->host, ILF_LEVEL_WARN, "roll '%s': %s%s", o->path, strerror(errno), cure(errno));
    else if (!reopen(o))
        ilf_logf(o->host, ILF_LEVEL_WARN, "open '%s': %s%s", o->path, strerror(errno), cure(errno));
}

/* --- Writing --------------------------------------------------------------------------------- */

static size_t pending(const struct output *o)
{
    return o->text.len - o->start;
}

/* Empty the text. It begins where its address and its place in the file have the same offset in a
 * cache line, for the kernel's copy is slow when source and destination do not: 414 KB a write went
 * from 4.3 to 4.9 GB/s. */
static void clear_text(struct output *o)
{
    if (o->text.cap > KEEP_SIZE) /* one giant record shall not cost its size for ever */
        ilf__text_dispose(&o->text);
    o->start = 0;
    o->text.failed = false;
    if (o->kind != OUTPUT_AGENT_LOG && ilf__text_reserve(&o->text, CACHE_LINE))
        o->start = (size_t)(o->size - (uintptr_t)o->text.ptr) % CACHE_LINE;
    o->text.len = o->start;
    o->n_ends = 0;
}

/* Forget the first @n bytes of what is pending. */
static void drop_text(struct output *o, size_t n)
{
    char *from = o->text.ptr + o->start;
    size_t gone = 0;

    while (gone < o->n_ends && o->ends[gone] <= n)
        gone++;
    for (size_t i = gone; i < o->n_ends; i++)
        o->ends[i - gone] = o->ends[i] - n;
    o->n_ends -= gone;
    if (n > 0)
        memmove(from, from + n, pending(o) - n);
    o->text.len -= n;
}

/* Count @n bytes that were written. With another instance at the same file, only the kernel knows
 * where they lie. */
static void add_size(struct output *o, size_t n)
{
    off_t end = o->regular ? lseek(o->fd, 0, SEEK_CUR) : -1;

    o->size = end >= 0 ? (uint64_t)end : o->size + n;
}

/* Remove the last @n bytes of the file, unless somebody else has written behind them. */
static bool cut_back(struct output *o, size_t n)
{
    struct stat st;

    return o->regular && fstat(o->fd, &st) == 0 && (uint64_t)st.st_size == o->size &&
           ftruncate(o->fd, (off_t)(o->size - n)) == 0;
}

/* The write ended after @done bytes of the text, which may be in the middle of a record. */
static void settle(struct output *o, size_t done)
{
    size_t whole = 0, next = 0; /* where the last whole record ends, and the one after it */

    for (size_t i = 0; i < o->n_ends && next <= done; i++) {
        whole = next;
        next = o->ends[i];
    }
    if (next <= done)
        whole = next;
    add_size(o, done);
    o->torn = done > 0 ? done > whole : o->torn;
    if (o->torn && o->regular && done > whole) {
        if (cut_back(o, done - whole)) {
            o->size -= done - whole;
            done = whole;
        } else {
            /* Only its end is missing, or it comes again, whole, on a line of its own. */
            o->new_line = true;
            done = done + 1 == next ? next : whole;
        }
        o->torn = false;
    }
    drop_text(o, done); /* a pipe or a console goes on in the middle of the record */
}

/* Nobody reads from a broken pipe ever again, unless it has a name; all else may pass. */
static void fail_write(struct output *o, int error)
{
    bool never = error == EPIPE && o->kind == OUTPUT_CONSOLE;

    if (error != EAGAIN) {
        fail(o, never ? ILF_ERR_DROP : ILF_ERR_RETRY, "write", error);
        return;
    }
    o->status = ilf_fail(o->err, ILF_ERR_RETRY,
                         "write '%s': its reader does not read, or the terminal is stopped "
                         "(Ctrl-S); of this batch, %zu records were written",
                         output_name(o), o->taken - o->n_ends);
}

static void write_text(struct output *o)
{
    size_t done;
    int error;

    if (o->status != ILF_OK || (pending(o) == 0 && !o->new_line))
        return;
    if (o->new_line) {
        if (writing_all(o, "\n", 1) != 1) {
            fail_write(o, errno);
            return;
        }
        add_size(o, 1);
        o->new_line = false;
    }
    done = writing_all(o, o->text.ptr + o->start, pending(o));
    if (done == pending(o)) {
        add_size(o, done);
        o->torn = false;
        clear_text(o);
        return;
    }
    error = errno; /* which settle may change */
    settle(o, done);
    fail_write(o, error);
}

/* --- Batches and records --------------------------------------------------------------------- */

static void set_time(struct output *o)
{
    time_t now = (time_t)(o->host->now(o->host->context) / 1000000000);
    struct tm tm;

    o->now_len =
        localtime_r(&now, &tm) ? strftime(o->now, sizeof(o->now), "%Y-%m-%d %H:%M:%S ", &tm) : 0;
}

void output_begin_batch(struct output *o, uint32_t attempt, ilf_error *err)
{
    o->status = ILF_OK;
    o->err = err;
    o->begun = 0;
    o->text.failed = false; /* there may be memory again */
    if (attempt == 0) {
        o->new_line = o->new_line || o->torn; /* its batch was given up in the middle of a record */
        o->torn = false;
        o->taken = 0;
        o->unsynced = 0;
        clear_text(o);
    }
    if (o->timestamps)
        set_time(o);
    if (o->kind == OUTPUT_FILE && !is_current(o) && !reopen(o))
        fail(o, ILF_ERR_RETRY, "open", errno);
    else if (o->kind == OUTPUT_CONSOLE && (o->fd == STDOUT_FILENO || !is_current(o)))
        open_console(o);
}

bool output_begin_record(struct output *o)
{
    if (o->status != ILF_OK || o->begun++ < o->taken)
        return false;
    if (o->regular && o->size + pending(o) >= o->roll_at) {
        write_text(o);
        if (o->status == ILF_OK)
            roll(o);
    } else if (pending(o) >= WRITE_SIZE) {
        write_text(o);
    }
    if (o->status == ILF_OK && o->timestamps && o->kind != OUTPUT_AGENT_LOG)
        ilf__text_put32(&o->text, o->now, o->now_len);
    return o->status == ILF_OK;
}

static bool note_end(struct output *o)
{
    if (o->n_ends == o->cap_ends) {
        size_t cap = o->cap_ends > 0 ? o->cap_ends * 2 : 1024;
        size_t *ends = realloc(o->ends, cap * sizeof(*ends));

        if (!ends)
            return false;
        o->ends = ends;
        o->cap_ends = cap;
    }
    o->ends[o->n_ends++] = pending(o);
    return true;
}

void output_end_record(struct output *o)
{
    if (o->kind == OUTPUT_AGENT_LOG) {
        if (!o->text.failed)
            o->host->log(o->host->context, ILF_LEVEL_INFO, (ilf_str){o->text.ptr, o->text.len});
        o->text.len = 0;
    } else {
        ilf__text_put_char(&o->text, '\n');
    }
    if (o->text.failed || (o->kind != OUTPUT_AGENT_LOG && !note_end(o))) {
        o->text.len = o->start + (o->n_ends > 0 ? o->ends[o->n_ends - 1] : 0); /* no half record */
        o->status = ilf_fail(o->err, ILF_ERR_NOMEM, "write '%s': out of memory", output_name(o));
        return;
    }
    o->taken++;
}

ilf_status output_end_batch(struct output *o)
{
    if (o->kind != OUTPUT_AGENT_LOG)
        write_text(o);
    if (o->status == ILF_OK && o->sync && o->regular && fdatasync(o->fd) != 0)
        o->unsynced = errno;
    /* The kernel forgets a failed write-back after telling once, so trying again proves nothing. */
    if (o->status == ILF_OK && o->unsynced)
        fail(o, ILF_ERR_DROP, "sync", o->unsynced);
    o->err = NULL;
    return o->status;
}

ilf_status output_open(struct output *o, ilf_error *err)
{
    o->err = err;
    o->fd = STDOUT_FILENO;
    if (o->kind == OUTPUT_FILE && o->host->checking) {
        if (!ilf__could_open(o->path))
            return fail(o, ILF_ERR_CONFIG, "open", errno);
        o->kind = OUTPUT_AGENT_LOG; /* so that there is nothing to close */
        return ILF_OK;
    }
    if (o->kind == OUTPUT_CONSOLE)
        open_console(o);
    if (o->kind == OUTPUT_FILE && !open_file(o, o->append ? 0 : O_TRUNC))
        return fail(o, ILF_ERR_CONFIG, "open", errno);
    return ILF_OK;
}

ilf_status output_close(struct output *o, ilf_error *err)
{
    ilf__text_dispose(&o->text);
    free(o->ends);
    o->ends = NULL;
    o->err = err;
    if (o->kind == OUTPUT_FILE && close(o->fd) != 0)
        return fail(o, ILF_ERR_DROP, "close", errno);
    if (o->kind == OUTPUT_CONSOLE)
        close_console(o);
    return ILF_OK;
}
