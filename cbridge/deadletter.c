/* Dead letters: records that will never be delivered, as lines of JSON in a file with a bound. */
#include "deadletter.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "folder.h"
#include "instance.h"
#include "letter_line.h"
#include "point.h"
#include "write_all.h"

/* No state is shared between those who have a file open: a lock on the file itself (flock belongs to
 * the open file, so it holds among the instances of a process too) is enough. */
struct ilf__deadletters {
    pthread_mutex_t mutex; /* for the threads of one instance */
    char *path;
    uint64_t max_bytes;
    int64_t max_files;
    int fd;
};

/* What is wrong where errno has no word for it; all are negative. */
enum { NOT_A_FILE = -1, UNSAFE_LINK = -2, LOCKED = -3, OPEN_MODE = -4 };

/* How long a write waits for others' locks, and how often it looks: often at first, because those who
 * write too hold it for moments only, then less so, because somebody else has it. */
static const uint64_t LOCK_TIME = 1000000000, LOCK_HURRY = 200000000;
static const struct timespec LOCK_LOOK = {0, 100000}, LOCK_LATER = {0, 2000000};

/* What the user can do about it. */
static const char *cure(int why)
{
    switch (why) {
    case NOT_A_FILE:
        return "not a regular file: name a file, which is made if need be";
    case UNSAFE_LINK:
        return "a symbolic link in a directory that everyone can write to: name the file itself";
    case LOCKED:
        return "another process holds a lock on it: find it with lslocks and end it, or name "
               "another file";
    case OPEN_MODE:
        return "others can read it, and its mode can't be set to 0600: give it to the agent's user "
               "with chown, or move it away";
    case ENOSPC:
    case EDQUOT:
        return "free some space";
    case EACCES:
    case EPERM:
        return "the agent's user needs write permission";
    case EROFS:
        return "its file system is read-only: remount it, or name another file";
    case ENAMETOOLONG:
        return "name a file with a shorter path";
    default:
        return "";
    }
}

static ilf_status fail(const struct ilf__deadletters *letters, ilf_status status, const char *what,
                       int why, ilf_error *err)
{
    if (why < 0)
        return ilf_fail(err, status, "dead letters '%.600s': %s", letters->path, cure(why));
    return ilf_fail(err, why == ENOMEM ? ILF_ERR_NOMEM : status,
                    "dead letters '%.600s': %s: %s%s%s", letters->path, what, strerror(why),
                    *cure(why) ? ": " : "", cure(why));
}

/* A link may lead anywhere, unless everyone could have put it there. */
static bool is_unsafe_link(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct stat link, folder;
    char *parent;
    bool unsafe;

    if (lstat(path, &link) != 0 || !S_ISLNK(link.st_mode))
        return false;
    parent = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    unsafe = !parent || stat(parent, &folder) != 0 || (folder.st_mode & S_IWOTH);
    free(parent);
    return unsafe;
}

/* Only a regular file keeps what is written: a FIFO or a device would make us wait, and forget it. To
 * open it may have effects of its own, so it is looked at before, and again behind. */
static int open_file(struct ilf__deadletters *letters)
{
    const int flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    struct stat st;

    if (stat(letters->path, &st) == 0 && !S_ISREG(st.st_mode))
        return NOT_A_FILE;
    if (is_unsafe_link(letters->path))
        return UNSAFE_LINK;
    letters->fd = open(letters->path, flags, 0600);
    if (letters->fd < 0 && errno == ENOENT && ilf__make_parents(letters->path) == 0)
        letters->fd = open(letters->path, flags, 0600);
    if (letters->fd < 0 || fstat(letters->fd, &st) != 0)
        return errno;
    if (!S_ISREG(st.st_mode))
        return NOT_A_FILE;
    if ((st.st_mode & (S_IRWXG | S_IRWXO)) && fchmod(letters->fd, 0600) != 0)
        return OPEN_MODE;
    return 0;
}

/* Before folders are made for it: could it, and what it is rotated to, have this name? */
static int check_length(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const size_t more = strlen(".1000");

    return strlen(name) + more > NAME_MAX ? ENAMETOOLONG : ilf__check_length(path, more);
}

static void close_file(struct ilf__deadletters *letters)
{
    if (letters->fd >= 0)
        (void)close(letters->fd);
    letters->fd = -1;
}

/* Lock the open file, for which others are awaited until @deadline. (A flock that waits can't be given
 * a time; those who write at once take turns within it, for they let go between two writes.) */
static int lock_file(struct ilf__deadletters *letters, uint64_t deadline)
{
    uint64_t now;

    while (flock(letters->fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EINTR && errno != EWOULDBLOCK)
            return errno;
        now = ilf__monotonic();
        if (now >= deadline)
            return LOCKED;
        (void)nanosleep(deadline - now > LOCK_TIME - LOCK_HURRY ? &LOCK_LOOK : &LOCK_LATER, NULL);
    }
    return 0;
}

static bool has_name(const struct ilf__deadletters *letters, const struct stat *opened)
{
    struct stat named;

    return stat(letters->path, &named) == 0 && named.st_dev == opened->st_dev &&
           named.st_ino == opened->st_ino;
}

/* Lock the file that has the name now: another may have moved the one that is open. Some file systems
 * give the open file other numbers than the named one, so this is not asked for ever. */
static int lock(struct ilf__deadletters *letters, uint64_t deadline, uint64_t *size)
{
    enum { TRIES = 1000 };
    struct stat opened;
    int rc;

    for (int i = 0;; i++) {
        rc = letters->fd < 0 ? open_file(letters) : 0;
        if (rc == 0)
            rc = lock_file(letters, deadline);
        if (rc == 0 && fstat(letters->fd, &opened) != 0)
            rc = errno;
        if (rc != 0 || i >= TRIES || has_name(letters, &opened))
            break;
        close_file(letters);
    }
    if (rc == 0)
        *size = (uint64_t)opened.st_size;
    else if (rc != LOCKED)
        close_file(letters);
    return rc;
}

/* Give a torn last line its newline. It was never acknowledged, so it is with its sender still;
 * cutting it off would harm a file that is not ours. */
static int end_torn_line(struct ilf__deadletters *letters, uint64_t *size)
{
    char last = '\n';
    int rc;

    if (*size == 0 || pread(letters->fd, &last, 1, (off_t)*size - 1) != 1 || last == '\n')
        return 0;
    rc = ilf__write_all(letters->fd, "\n", 1);
    *size += rc == 0;
    return rc;
}

static uint64_t count_lines(const char *path)
{
    char buffer[65536];
    uint64_t n = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* whatever somebody has put there */
    ssize_t len;

    if (fd < 0)
        return 0;
    while ((len = read(fd, buffer, sizeof(buffer))) > 0)
        for (const char *at = buffer; (at = memchr(at, '\n', (size_t)(buffer + len - at))); at++)
            n++;
    (void)close(fd);
    return n;
}

/* Move PATH to PATH.1, that to PATH.2 and so on; the last is deleted. The lock is held, and others
 * look for the name again when they get it. A crash between two moves leaves a gap in the numbers,
 * which the next rotation closes. */
static int rotate(struct ilf__deadletters *letters, uint64_t *deleted)
{
    size_t len = strlen(letters->path) + 24;
    char *from = malloc(len), *to = malloc(len);
    int64_t last = 0;
    int rc = from && to ? 0 : ENOMEM;

    while (rc == 0 && last < letters->max_files) { /* up to the first gap */
        (void)snprintf(to, len, "%s.%" PRId64, letters->path, last + 1);
        if (access(to, F_OK) != 0)
            break;
        last++;
    }
    for (int64_t i = last; rc == 0 && i >= 0; i--) {
        (void)snprintf(from, len, i > 0 ? "%s.%" PRId64 : "%s", letters->path, i);
        (void)snprintf(to, len, "%s.%" PRId64, letters->path, i + 1);
        if (i == letters->max_files)
            *deleted += count_lines(from);
        rc = (i == letters->max_files ? unlink(from) : rename(from, to)) == 0 ? 0 : errno;
        ILF__POINT("letters-rotate");
    }
    free(from);
    free(to);
    close_file(letters);
    return rc;
}

/* Append @len bytes or nothing. */
static int append(struct ilf__deadletters *letters, const char *bytes, size_t len, uint64_t size)
{
    int rc = ilf__write_all(letters->fd, bytes, len);

    ILF__POINT("letters-written");
    if (rc == 0 && fdatasync(letters->fd) != 0)
        rc = errno;
    if (rc != 0)
        (void)!ftruncate(letters->fd, (off_t)size); /* if this fails too, the line is torn */
    return rc;
}

static bool fits(const struct ilf__deadletters *letters, size_t len, uint64_t size)
{
    return size == 0 || letters->max_bytes == 0 ||
           (size <= letters->max_bytes && len <= letters->max_bytes - size);
}

/* Lock a file that has room for @len bytes, and whose last line is whole. Others may fill the new
 * file that a rotation has made before this one has locked it. */
static int lock_with_room(struct ilf__deadletters *letters, size_t len, uint64_t *size,
                          uint64_t *deleted)
{
    const uint64_t deadline = ilf__monotonic() + LOCK_TIME;

    for (;;) {
        int rc = lock(letters, deadline, size);

        if (rc == 0)
            rc = end_torn_line(letters, size);
        if (rc != 0 || fits(letters, len, *size))
            return rc;
        rc = rotate(letters, deleted);
        ilf__sync_parent(letters->path);
        if (rc != 0)
            return rc;
    }
}

static int write_lines(struct ilf__deadletters *letters, const struct ilf__lines *lines,
                       uint64_t *deleted)
{
    uint64_t size;
    int rc = lock_with_room(letters, lines->len, &size, deleted);

    if (rc == 0)
        rc = append(letters, lines->text, lines->len, size);
    if (letters->fd >= 0)
        (void)flock(letters->fd, LOCK_UN);
    return rc;
}

ilf_status ilf__deadletters_write(struct ilf__deadletters *letters,
                                  const struct ilf__letter *letter, size_t n, uint64_t *deleted,
                                  ilf_error *err)
{
    struct ilf__lines lines = {NULL, 0, 0};
    uint64_t gone = 0;
    bool built = true;
    int rc = 0;

    for (size_t i = 0; built && i < n; i++)
        built = ilf__lines_add(&lines, &letter[i]);
    if (built && n > 0) {
        pthread_mutex_lock(&letters->mutex);
        rc = write_lines(letters, &lines, &gone);
        pthread_mutex_unlock(&letters->mutex);
    }
    free(lines.text);
    if (deleted)
        *deleted = gone;
    if (!built)
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    return rc == 0 ? ILF_OK : fail(letters, ILF_ERR_RETRY, "write", rc, err);
}

ilf_status ilf__deadletters_open(struct ilf__deadletters **out,
                                 const struct ilf__deadletter_options *options, ilf_error *err)
{
    struct ilf__deadletters *letters = calloc(1, sizeof(*letters));
    ilf_status status = ILF_OK;
    uint64_t size;
    int rc;

    if (!letters || !(letters->path = strdup(options->path))) {
        free(letters);
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    }
    pthread_mutex_init(&letters->mutex, NULL);
    letters->fd = -1;
    letters->max_bytes = options->max_bytes;
    letters->max_files = options->max_files;
    rc = check_length(letters->path);
    if (rc == 0)
        rc = open_file(letters);
    if (rc == 0 && lock(letters, 0, &size) == 0) { /* else the first write does it */
        (void)end_torn_line(letters, &size);       /* else when there is room */
        (void)flock(letters->fd, LOCK_UN);
    }
    if (rc == 0)
        ilf__sync_parent(letters->path);
    else
        status = fail(letters, ILF_ERR_CONFIG, "open", rc, err);
    if (status != ILF_OK) {
        ilf__deadletters_close(letters);
        return status;
    }
    *out = letters;
    return ILF_OK;
}

void ilf__deadletters_close(struct ilf__deadletters *letters)
{
    if (!letters)
        return;
    close_file(letters);
    pthread_mutex_destroy(&letters->mutex);
    free(letters->path);
    free(letters);
}
