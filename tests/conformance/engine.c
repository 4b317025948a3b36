/* One rule in one child: whatever the plugin does there, we live on and tell it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static struct report *shared; /* mapped before the first fork */
static double limit;          /* seconds that a rule may take */
static int outputs[3] = {-1, -1, -1};

double patience(void)
{
    return limit / 10;
}

void step(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(shared->step, sizeof(shared->step), format, args);
    va_end(args);
}

static _Noreturn void end(enum verdict verdict, const char *format, va_list args)
{
    alloc_fail(0);
    (void)vsnprintf(shared->evidence, sizeof(shared->evidence), format, args);
    shared->verdict = verdict;
    _exit(0);
}

void fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    end(FAIL, format, args);
}

void skip(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    end(SKIP, format, args);
}

const char *output_of(int fd)
{
    static char text[1 << 16];
    ssize_t n = pread(outputs[fd], text, sizeof(text) - 1, 0);

    text[n > 0 ? n : 0] = '\0';
    return text;
}

/* --- The child --------------------------------------------------------------------------------- */

/* Not safe in a handler, all of it, but this process is lost anyway and its watchdog is awake. */
static void crashed(int number, siginfo_t *info, void *context)
{
    bool touched = number == SIGSEGV || number == SIGBUS;
    char meaning[256] = "", text[400];

    (void)context;
    signal(number, SIG_DFL);
    if (touched) {
        explain_fault(info->si_addr, meaning, sizeof(meaning));
        (void)snprintf(text, sizeof(text), "%s at address %p: %s", strsignal(number), info->si_addr,
                       meaning);
    } else if (number == SIGABRT) {
        (void)snprintf(text, sizeof(text), "%s (abort, assert, or glibc has found damage): %.200s",
                       strsignal(number), output_of(2));
        text[strcspn(text, "\n")] = '\0';
    } else {
        elf_name(info->si_addr, meaning, sizeof(meaning));
        (void)snprintf(text, sizeof(text), "%s at %s", strsignal(number), meaning);
    }
    fail("seen    %s", text);
}

static void catch_crashes(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS};
    static char stack[1 << 16];
    const stack_t alternative = {.ss_sp = stack, .ss_size = sizeof(stack)};
    struct sigaction action = {.sa_sigaction = crashed, .sa_flags = SA_SIGINFO | SA_ONSTACK};

    (void)sigaltstack(&alternative, NULL);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        (void)sigaction(signals[i], &action, NULL);
}

static void redirect(int fd)
{
    outputs[fd] = memfd_create("output", MFD_CLOEXEC);
    if (outputs[fd] >= 0)
        (void)dup2(outputs[fd], fd);
}

static _Noreturn void run_child(const struct rule *rule, const sigset_t *mask)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)sigprocmask(SIG_SETMASK, mask, NULL);
    (void)dup2(null, 0);
    redirect(1);
    redirect(2);
    catch_crashes();
    step("load");
    load_plugin();
    rule->run(rule);
    shared->verdict = PASS;
    _exit(0);
}

/* --- We ------------------------------------------------------------------------------------------ */

static double now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Wait until @child ends, but not for ever. False when it has not. */
static bool wait_child(pid_t child, double seconds, int *how)
{
    double deadline = now() + seconds;
    sigset_t ends;

    sigemptyset(&ends);
    sigaddset(&ends, SIGCHLD);
    for (;;) {
        double left = deadline - now();
        struct timespec wait = {(time_t)left, (long)((left - (double)(time_t)left) * 1e9)};

        if (waitpid(child, how, WNOHANG) == child)
            return true;
        if (left <= 0)
            return false;
        (void)sigtimedwait(&ends, NULL, &wait);
    }
}

/* The child has not said how it went; @how says how it ended. */
static void explain_end(struct report *report, bool ended, int how, double seconds)
{
    char *text = report->evidence;
    const size_t size = sizeof(report->evidence);

    if (report->verdict != PENDING)
        return;
    report->verdict = FAIL;
    if (!ended)
        (void)snprintf(text, size, "seen    not back after %g s: it was killed", seconds);
    else if (WIFSIGNALED(how))
        (void)snprintf(text, size, "seen    the process was killed by signal %d (%s)",
                       WTERMSIG(how), strsignal(WTERMSIG(how)));
    else
        (void)snprintf(text, size, "seen    the process was ended, as by exit(%d)",
                       WEXITSTATUS(how));
}

void run_rule(const struct rule *rule, double seconds, struct report *report)
{
    sigset_t ends, mask;
    bool ended;
    int how = 0;
    pid_t child;

    limit = seconds;
    if (!shared)
        shared =
            mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        perror("ilfcheck");
        exit(2);
    }
    memset(shared, 0, sizeof(*shared));
    sigemptyset(&ends);
    sigaddset(&ends, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &ends, &mask);
    (void)fflush(NULL);
    child = fork();
    if (child < 0) {
        perror("ilfcheck: fork");
        exit(2);
    }
    if (child == 0)
        run_child(rule, &mask);
    (void)setpgid(child, child); /* whoever of us comes first */
    ended = wait_child(child, seconds, &how);
    (void)kill(-child, SIGKILL); /* and what it may have left behind */
    if (!ended)
        (void)waitpid(child, &how, 0);
    (void)sigprocmask(SIG_SETMASK, &mask, NULL);
    *report = *shared;
    explain_end(report, ended, how, seconds);
}
