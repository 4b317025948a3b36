/* Rules about the process, which is the agent's and not the flusher's. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <locale.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

struct text {
    char bytes[1 << 15];
    size_t len;
};

static void put(struct text *t, const char *format, ...) ILF_PRINTF(2, 3);

static void put(struct text *t, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(t->bytes + t->len, sizeof(t->bytes) - t->len, format, args);
    va_end(args);
    t->len += n > 0 ? (size_t)n : 0;
    if (t->len >= sizeof(t->bytes))
        t->len = sizeof(t->bytes) - 1;
}

/* --- What there is of the process, one line per fact --------------------------------------------- */

static void put_cwd(struct text *t)
{
    char path[4096];

    put(t, "the current folder %s\n", getcwd(path, sizeof(path)) ? path : "(none)");
}

static void put_umask(struct text *t)
{
    mode_t mask = umask(0);

    (void)umask(mask);
    put(t, "the umask 0%03o\n", mask);
}

static void put_locale(struct text *t)
{
    put(t, "the locale %s\n", setlocale(LC_ALL, NULL));
}

static void put_environment(struct text *t)
{
    for (char **variable = environ; variable && *variable; variable++)
        put(t, "the variable %s\n", *variable);
}

static void put_limits(struct text *t)
{
    for (int i = 0; i < RLIM_NLIMITS; i++) {
        struct rlimit limit = {0, 0};

        (void)getrlimit((__rlimit_resource_t)i, &limit);
        put(t, "limit number %d: %llu of %llu\n", i, (unsigned long long)limit.rlim_cur,
            (unsigned long long)limit.rlim_max);
    }
}

static void put_priority(struct text *t)
{
    put(t, "the priority %d, policy %d\n", getpriority(PRIO_PROCESS, 0), sched_getscheduler(0));
}

static void put_timers(struct text *t)
{
    static const enum __itimer_which which[] = {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF};

    for (int i = 0; i < 3; i++) {
        struct itimerval timer = {0};

        (void)getitimer(which[i], &timer);
        put(t, "timer number %d (0: of alarm): %s\n", i,
            timer.it_value.tv_sec || timer.it_value.tv_usec ? "set" : "not set");
    }
}

static void put_handlers(struct text *t)
{
    for (int i = 1; i < 32; i++) {
        struct sigaction action = {0};
        char name[200] = "the default";

        if (sigaction(i, NULL, &action) != 0)
            continue;
        if (action.sa_handler == SIG_IGN)
            (void)snprintf(name, sizeof(name), "ignored");
        else if (action.sa_handler != SIG_DFL)
            elf_name((void *)(uintptr_t)action.sa_handler, name, sizeof(name));
        put(t, "handler of %s: %s\n", strsignal(i), name);
    }
}

static void put_mask(struct text *t)
{
    sigset_t mask;

    (void)pthread_sigmask(SIG_SETMASK, NULL, &mask);
    for (int i = 1; i < 32; i++)
        put(t, "%s: %s\n", strsignal(i), sigismember(&mask, i) ? "blocked" : "not blocked");
}

static void put_thread_name(struct text *t)
{
    char name[16] = "";

    (void)prctl(PR_GET_NAME, name);
    put(t, "the name of the calling thread, %s\n", name);
}

static void put_floating_point(struct text *t)
{
    put(t, "rounding mode %d, exceptions 0x%x\n", fegetround(), (unsigned)fegetexcept());
}

static void put_cancellation(struct text *t)
{
    int state, type;

    (void)pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &state);
    (void)pthread_setcancelstate(state, NULL);
    (void)pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type);
    (void)pthread_setcanceltype(type, NULL);
    put(t, "cancellation of the calling thread: state %d, type %d\n", state, type);
}

static void put_rights(struct text *t)
{
    put(t, "user %u, group %u\n", (unsigned)geteuid(), (unsigned)getegid());
    put(t, "dumpable (core dumps, gdb): %d\n", prctl(PR_GET_DUMPABLE));
}

static void put_standard_files(struct text *t)
{
    for (int fd = 0; fd < 3; fd++) {
        struct stat st = {0};

        (void)fstat(fd, &st);
        put(t, "file %d: inode %llu, flags 0%o\n", fd, (unsigned long long)st.st_ino,
            (unsigned)fcntl(fd, F_GETFL));
    }
}

/* --- Nothing changes ------------------------------------------------------------------------------- */

enum {
    CWD,
    UMASK,
    LOCALE,
    ENVIRONMENT,
    LIMITS,
    PRIORITY,
    TIMERS,
    HANDLERS,
    MASK,
    THREAD_NAME,
    FLOATING_POINT,
    CANCELLATION,
    RIGHTS,
    STANDARD_FILES
};

static void (*const facts[])(struct text *) = {
    [CWD] = put_cwd,
    [UMASK] = put_umask,
    [LOCALE] = put_locale,
    [ENVIRONMENT] = put_environment,
    [LIMITS] = put_limits,
    [PRIORITY] = put_priority,
    [TIMERS] = put_timers,
    [HANDLERS] = put_handlers,
    [MASK] = put_mask,
    [THREAD_NAME] = put_thread_name,
    [FLOATING_POINT] = put_floating_point,
    [CANCELLATION] = put_cancellation,
    [RIGHTS] = put_rights,
    [STANDARD_FILES] = put_standard_files,
};

static struct text before, after;

static void compare(int fact, const char *called)
{
    size_t at = 0, line;

    after.len = 0;
    facts[fact](&after);
    while (at < before.len && before.bytes[at] == after.bytes[at])
        at++;
    if (before.len == after.len && at == before.len)
        return;
    for (line = at; line > 0 && before.bytes[line - 1] != '\n'; line--)
        ;
    fail("called  %s\nseen    before: %.*s\n        after: %.*s", called,
         (int)strcspn(before.bytes + line, "\n"), before.bytes + line,
         (int)strcspn(after.bytes + line, "\n"), after.bytes + line);
}

static void keeps(const struct rule *rule)
{
    struct instance *i = make(NULL, false);

    before.len = 0;
    facts[rule->number](&before);
    if (call_init(i) != ILF_OK)
        skip("init fails: see init.succeeds");
    compare(rule->number, "init");
    use(i);
    compare(rule->number, "flush");
    call_urgent(i, false);
    (void)call_stop(i);
    compare(rule->number, "init, flush, set_urgent, stop");
}

#define KEEPS(what) .run = keeps, .number = (what)

extern const struct rule rules_process[];
const struct rule rules_process[] = {
    {"process.standard-files", "Standard input, output and error stay as they are.",
     "dup them if need be, and do not make them non-blocking", KEEPS(STANDARD_FILES)},
    {"process.handlers", "No signal handler is changed.",
     "use MSG_NOSIGNAL instead of ignoring SIGPIPE", KEEPS(HANDLERS)},
    {"process.signal-mask", "The caller's signal mask stays as it is.",
     "restore it before the return", KEEPS(MASK)},
    {"process.timers", "No timer of the process is set.", "use timerfd or a timed wait",
     KEEPS(TIMERS)},
    {"process.cwd", "The current folder stays as it is.", "use full paths, or openat", KEEPS(CWD)},
    {"process.umask", "The umask stays as it is.", "use fchmod", KEEPS(UMASK)},
    {"process.locale", "The locale stays as it is.", "use newlocale and uselocale's kin",
     KEEPS(LOCALE)},
    {"process.environment", "The environment stays as it is.", "setenv is not safe beside threads",
     KEEPS(ENVIRONMENT)},
    {"process.limits", "Resource limits stay as they are.", "document what the agent needs",
     KEEPS(LIMITS)},
    {"process.priority", "Priority and scheduling policy stay as they are.",
     "set those of threads of your own, if any", KEEPS(PRIORITY)},
    {"process.thread-name", "The caller's thread keeps its name.",
     "name threads of your own, if any", KEEPS(THREAD_NAME)},
    {"process.floating-point", "Rounding mode and floating-point exceptions stay as they are.",
     "restore them before the return", KEEPS(FLOATING_POINT)},
    {"process.cancellation", "The caller can be cancelled as before.",
     "restore it before the return", KEEPS(CANCELLATION)},
    {"process.rights", "User, group and dumpability stay as they are.",
     "the agent drops rights by itself", KEEPS(RIGHTS)},
    {0},
};
