/* Writing to what may not be read: a wait that ends when the pipeline has no time left. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How long one poll lasts, so that the end of the pipeline is noticed; and the wait after which the
 * log says so, each time twice as long as before. */
enum { LOOK_MS = 100, LOG_AFTER_MS = 5000 };

/* The flag for not waiting belongs to what is open, which standard output shares with other processes
 * and the agent itself: they would meet EAGAIN. So a pipe or a terminal is opened once more, for us;
 * a socket has a flag for each write; and a file never makes us wait. What can't be opened again,
 * because it is another user's or there is no /proc, is asked for room before each small write: there
 * a wait is possible only if somebody else takes that room in between. */
void writing_open_console(struct output *o)
{
    struct stat st;
    int own;

    o->fd = STDOUT_FILENO;
    o->waits = false;
    o->socket = false;
    if (fstat(STDOUT_FILENO, &st) != 0 || S_ISREG(st.st_mode))
        return;
    o->socket = S_ISSOCK(st.st_mode);
    if (o->socket)
        return;
    own = open(CONSOLE_PATH, O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (own >= 0)
        o->fd = own;
    else
        o->waits = true;
}

/* Write some of @len bytes without waiting. */
static ssize_t write_some(const struct output *o, const char *ptr, size_t len)
{
    struct pollfd writable = {.fd = o->fd, .events = POLLOUT};

    if (o->socket)
        return send(o->fd, ptr, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (!o->waits)
        return write(o->fd, ptr, len);
    if (poll(&writable, 1, 0) <= 0) {
        errno = EAGAIN;
        return -1;
    }
    return write(o->fd, ptr, len < PIPE_BUF ? len : PIPE_BUF);
}

/* How long nobody has read. */
struct wait {
    int ms, log_after;
    bool refused; /* it had room, and yet took nothing */
};

/* Wait until it can be written again, for a moment. False: there is no time left for it. */
static bool wait_a_moment(const struct output *o, struct wait *wait)
{
    static const struct timespec pause = {0, 10000000};
    struct pollfd writable = {.fd = o->fd, .events = POLLOUT};
    int64_t left = o->host->time_left(o->host->context);
    int ms = left / 1000000 < LOOK_MS ? (int)(left / 1000000) + 1 : LOOK_MS;

    if (left <= 0)
        return false;
    if (wait->ms >= wait->log_after) {
        ilf_logf(o->host, ILF_LEVEL_WARN, "write '%s': nobody has read from it for %d s; waiting",
                 output_name(o), wait->ms / 1000);
        wait->log_after *= 2;
    }
    if (wait->refused)
        (void)nanosleep(&pause, NULL); /* do not spin */
    wait->refused = poll(&writable, 1, ms) != 0;
    if (!wait->refused && wait->ms < INT_MAX / 4)
        wait->ms += ms;
    return true;
}

static size_t write_all(const struct output *o, const char *ptr, size_t len)
{
    struct wait wait = {0, LOG_AFTER_MS, false};
    size_t done = 0;

    while (done < len) {
        ssize_t n = write_some(o, ptr + done, len - done);

        if (n > 0) {
            done += (size_t)n;
            wait = (struct wait){0, LOG_AFTER_MS, false};
        } else if (n == 0) {
            errno = ENOSPC; /* POSIX allows it for devices only, but let us not spin */
            break;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            if (!wait_a_moment(o, &wait)) {
                errno = EAGAIN;
                break;
            }
        } else if (errno != EINTR) {
            break;
        }
    }
    return done;
}

/* The signal of a broken pipe would end a host that does not expect it. */
size_t writing_all(const struct output *o, const char *ptr, size_t len)
{
    static const struct timespec now = {0, 0};
    sigset_t broken_pipe, before;
    size_t done;
    int error;

    if (o->regular)
        return write_all(o, ptr, len);
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
    done = write_all(o, ptr, len);
    error = errno;
    if (done < len && error == EPIPE && !sigismember(&before, SIGPIPE))
        (void)sigtimedwait(&broken_pipe, NULL, &now);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return done;
}
