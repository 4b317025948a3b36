/* Rules about what a flusher leaves behind in the process: files, threads, children, output. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

/* The open files, a line each. */
static size_t list_files(char *out, size_t size)
{
    size_t len = 0;

    for (int fd = 3; fd < 1024 && len < size; fd++) {
        char link[64], path[256];
        ssize_t n;

        (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        n = readlink(link, path, sizeof(path) - 1);
        if (n >= 0)
            len += (size_t)snprintf(out + len, size - len, "%d: %.*s\n", fd, (int)n, path);
    }
    return len;
}

static void closes_files(const struct rule *rule)
{
    static char before[1 << 14], after[1 << 14];
    size_t n_before, n_after, same = 0;

    (void)rule;
    live(); /* what libraries keep open from the first use on is there now */
    n_before = list_files(before, sizeof(before));
    live();
    live();
    n_after = list_files(after, sizeof(after));
    while (before[same] && before[same] == after[same])
        same++;
    if (n_after > n_before)
        fail("called  init, flush, stop, twice\nseen    left open, as number: name:\n%.300s",
             after + same);
}

static void closes_on_exec(const struct rule *rule)
{
    struct instance *i;
    bool was[1024];

    (void)rule;
    (void)loaded();
    for (int fd = 3; fd < 1024; fd++)
        was[fd] = fcntl(fd, F_GETFD) >= 0;
    i = start();
    use(i);
    for (int fd = 3; fd < 1024; fd++) {
        int flags = was[fd] ? -1 : fcntl(fd, F_GETFD);

        if (flags >= 0 && !(flags & FD_CLOEXEC))
            fail("called  init, flush\nseen    file descriptor %d has no FD_CLOEXEC", fd);
    }
    (void)call_stop(i);
}

/* The threads of this process but this one. */
static size_t list_threads(pid_t tids[], size_t max)
{
    DIR *dir = opendir("/proc/self/task");
    const struct dirent *entry;
    size_t n = 0;

    while (dir && (entry = readdir(dir)) && n < max) {
        pid_t tid = (pid_t)atoi(entry->d_name);

        if (tid > 0 && tid != getpid())
            tids[n++] = tid;
    }
    if (dir)
        closedir(dir);
    return n;
}

static void ends_threads(const struct rule *rule)
{
    pid_t tids[1024];
    size_t at_first, now = 0;

    (void)rule;
    (void)loaded();
    if (has_go_runtime())
        skip("a Go runtime starts threads as it likes, and keeps them");
    live();
    at_first = list_threads(tids, 1024);
    live();
    live();
    for (int n = 0; n < 20; n++) { /* one that is joined may still be listed for a moment */
        now = list_threads(tids, 1024);
        if (now <= at_first)
            return;
        (void)usleep(20000);
    }
    fail("called  init, flush, stop, twice\nseen    %zu threads more than before", now - at_first);
}

/* Which of the signals that the agent handles does the thread leave to itself? NULL: none. */
static const char *unblocked(pid_t tid)
{
    static const int theirs[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGUSR1,
                                 SIGUSR2, SIGTERM, SIGCHLD, SIGALRM};
    char path[64], line[256];
    unsigned long long mask = ~0ULL;
    FILE *status;

    (void)snprintf(path, sizeof(path), "/proc/self/task/%d/status", (int)tid);
    status = fopen(path, "r");
    while (status && fgets(line, sizeof(line), status))
        if (sscanf(line, "SigBlk: %llx", &mask) == 1)
            break;
    if (status)
        (void)fclose(status);
    for (size_t i = 0; i < sizeof(theirs) / sizeof(theirs[0]); i++)
        if (!(mask >> (theirs[i] - 1) & 1))
            return strsignal(theirs[i]);
    return NULL;
}

static bool is_among(pid_t tid, const pid_t tids[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (tids[i] == tid)
            return true;
    return false;
}

static void blocks_signals(const struct rule *rule)
{
    pid_t before_init[1024], tids[1024];
    size_t n_before, n = 0;
    struct instance *i;

    (void)rule;
    (void)loaded();
    if (has_go_runtime())
        skip("a Go runtime has threads that handle signals");
    n_before = list_threads(before_init, 1024);
    i = start();
    use(i);
    for (int times = 0; times < 3; times++) { /* a new thread has all blocked for a moment */
        n = list_threads(tids, 1024);
        for (size_t t = 0; t < n; t++) {
            const char *open = is_among(tids[t], before_init, n_before) ? NULL : unblocked(tids[t]);

            if (open)
                fail("called  init, flush\nseen    it has started a thread that may be interrupted "
                     "by %s",
                     open);
        }
        (void)usleep(20000);
    }
    (void)call_stop(i);
    if (n <= n_before)
        skip("it starts no thread");
}

static void leaves_no_child(const struct rule *rule)
{
    siginfo_t child = {0};

    (void)rule;
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1); /* also of those that detach themselves */
    live();
    if (waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD)
        fail("called  init, flush, stop\nseen    a child process is left");
}

static void stays_alive(const struct rule *rule)
{
    struct instance *i = start();

    (void)rule;
    use(i);
    call_urgent(i, true);
    (void)call_stop(i);
    live_in_every_way();
}

static void is_silent(const struct rule *rule)
{
    (void)rule;
    live_in_every_way();
    (void)fflush(stderr);
    if (*output_of(2))
        fail("seen    on standard error: %.300s", output_of(2));
}

static void prints_data_only(const struct rule *rule)
{
    struct instance *i = start();

    (void)rule;
    (void)call_ready(i);
    call_urgent(i, false);
    (void)call_stop(i);
    (void)fflush(stdout);
    if (*output_of(1))
        fail("called  init, is_ready, set_urgent, stop\nseen    on standard output: %.300s",
             output_of(1));
}

extern const struct rule rules_leftovers[];
const struct rule rules_leftovers[] = {
    {"process.lives", "No hook ends the process.",
     "return an error: the agent runs other pipelines", .run = stays_alive},
    {"process.files", "stop closes what init and flush have opened.", "close it in stop",
     .run = closes_files},
    {"process.cloexec", "Files are not inherited by programs that the agent starts.",
     "open with O_CLOEXEC, SOCK_CLOEXEC, \"e\" of fopen", .run = closes_on_exec},
    {"process.threads", "stop ends and joins the threads that were started.", "join them in stop",
     .run = ends_threads},
    {"process.thread-signals", "Its threads block the signals that the agent handles.",
     "sigfillset and pthread_sigmask around pthread_create", .run = blocks_signals},
    {"process.children", "No child process is left.", "wait for it", .run = leaves_no_child},
    {"process.stderr", "Nothing is written to standard error.", "use host->log or the error",
     .run = is_silent},
    {"process.stdout", "Nothing but data is written to standard output.", "use host->log",
     .run = prints_data_only},
    {0},
};
