/* A plugin, loaded for a trial: in a child process, since a constructor or ilf_plugin() that
 * crashes, exits or hangs would take the agent along.
 *
 * The child is a fork without exec, for a library has no helper program that it could rely on. POSIX
 * promises little for the fork of a process with threads, but the C libraries that ilf runs on let
 * the child use malloc and dlopen, whose locks they hold while they fork; and a child that comes to
 * a stand all the same is ended. */
#include "plugin_trial.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "option_table.h"
#include "registry.h"

enum { PATIENCE = 5000 }; /* milliseconds */

/* How far the child has come, as it writes it into the pipe. */
enum stage { NOWHERE = 0, LOADING = 'l', ASKING = 'a', READING = 'r', DONE = '.' };

/* --- The child -------------------------------------------------------------------------------- */

static int pipe_of_child;

static void reach(enum stage stage)
{
    char byte = (char)stage;

    (void)!write(pipe_of_child, &byte, 1);
}

/* For a plugin that calls exit: the handlers of the agent are not for this process. */
static void end_child(void)
{
    _exit(1);
}

/* Whatever the agent has installed is not for this process. */
static void forget_signals(void)
{
    const struct sigaction standard = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        (void)sigaction(number, &standard, NULL);
    sigemptyset(&none);
    (void)pthread_sigmask(SIG_SETMASK, &none, NULL);
}

static void make_quiet(void)
{
    const struct rlimit no_core = {0, 0};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = 0; null >= 0 && fd < 3; fd++)
        (void)dup2(null, fd);
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
}

_Noreturn static void run_child(const char *path)
{
    const ilf_flusher_ops *(*plugin)(void), *ops = NULL;
    ilf_error err;
    void *library;

    forget_signals();
    make_quiet();
    (void)atexit(end_child);
    (void)at_quick_exit(end_child);
    reach(LOADING);
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    *(void **)&plugin = library ? dlsym(library, ILF_PLUGIN_SYMBOL) : NULL;
    reach(ASKING);
    if (plugin)
        ops = plugin();
    reach(READING);
    if (ops && ilf__check_ops(ops, &err) == ILF_OK)
        (void)ilf__check_tables(ops, &err);
    reach(DONE);
    _exit(0);
}

/* --- We ----------------------------------------------------------------------------------------- */

static int64_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* How far the child comes until it is done, has ended, or time is up. */
static enum stage listen_to(int fd, int64_t deadline)
{
    enum stage stage = NOWHERE;
    ssize_t n = 1;

    while (stage != DONE && n != 0) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        int64_t left = deadline - now_ms();
        char byte;

        if (left <= 0)
            break;
        if (poll(&ready, 1, (int)left) <= 0)
            continue; /* time will tell */
        n = read(fd, &byte, 1);
        if (n == 1)
            stage = (enum stage)byte;
    }
    return stage;
}

/* How the child has ended, by itself before the deadline or by us: a status of waitpid, or -1 when
 * that can't be known since the agent lets the system reap its children. */
static int end_of(pid_t child, bool wait_for_it, int64_t deadline, bool *killed)
{
    const struct timespec moment = {0, 1000000};
    int status = 0;
    pid_t ended = 0;

    while (wait_for_it && ended == 0 && now_ms() < deadline) {
        ended = waitpid(child, &status, WNOHANG);
        if (ended == 0)
            (void)nanosleep(&moment, NULL);
        else if (ended < 0 && errno == EINTR)
            ended = 0;
    }
    *killed = ended == 0;
    if (*killed) {
        (void)kill(child, SIGKILL);
        do
            ended = waitpid(child, &status, 0);
        while (ended < 0 && errno == EINTR);
    }
    return ended == child ? status : -1;
}

static ilf_status refuse(enum stage stage, int status, bool killed, ilf_error *err)
{
    const char *where = stage == ASKING    ? "in " ILF_PLUGIN_SYMBOL "()"
                        : stage == READING ? "when its descriptor is read"
                                           : "when it is loaded";
    const char *cure =
        stage == ASKING ? "let it return the address of a constant, and do no more"
        : stage == READING
            ? "look for pointers that lead nowhere, text without a NUL, a table without {0}"
            : "mend its constructors, which should do nothing";

    if (killed)
        return ilf_fail(err, ILF_ERR_CONFIG, "does not come back within %d s %s: %s",
                        PATIENCE / 1000, where, cure);
    if (status >= 0 && WIFSIGNALED(status))
        return ilf_fail(err, ILF_ERR_CONFIG, "crashes %s (signal %d, %s): %s", where,
                        WTERMSIG(status), strsignal(WTERMSIG(status)), cure);
    return ilf_fail(err, ILF_ERR_CONFIG, "ends its process %s: %s", where, cure);
}

ilf_status ilf__plugin_try(const char *path, ilf_error *err)
{
    int64_t deadline = now_ms() + PATIENCE;
    sigset_t all, before;
    enum stage stage;
    bool killed;
    int fds[2], status;
    pid_t child;

    if (pipe2(fds, O_CLOEXEC) != 0)
        return ILF_OK;
    sigfillset(&all); /* a signal must find no handler of ours in the child */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    child = fork();
    if (child == 0) {
        pipe_of_child = fds[1];
        run_child(path);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(fds[1]);
    if (child < 0) {
        close(fds[0]);
        return ILF_OK;
    }
    stage = listen_to(fds[0], deadline);
    close(fds[0]);
    status = end_of(child, stage != DONE, deadline, &killed);
    return stage == DONE ? ILF_OK : refuse(stage, status, killed, err);
}
