/* One rule in one child: whatever the plugin does there, we live on and tell it. */
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

static struct report *shared; /* mapped before the first fork */
static double limit;          /* seconds that a rule may take */
static int outputs[3] = {-1, -1, -1};

double patience(void)
{
    return limit / 10;
}

/* Add the time of the step that is over to what calls of its kind have taken. */
static void account(struct report *report)
{
    size_t len = strspn(report->step, "abcdefghijklmnopqrstuvwxyz_"), i = 0;
    double at = seconds();
    char verb[VERB_SIZE];

    (void)snprintf(verb, sizeof(verb), "%.*s", (int)len, report->step);
    while (i < VERBS && *report->spent[i].verb && strcmp(report->spent[i].verb, verb) != 0)
        i++;
    if (i < VERBS && len > 0) {
        memcpy(report->spent[i].verb, verb, sizeof(verb));
        report->spent[i].seconds += at - report->since;
    }
    report->since = at;
}

void tell_send(ilf_verdict verdict, ilf_str reason)
{
    shared->sends++;
    if (verdict == ILF_DELIVERED)
        shared->delivered++;
    else if (verdict != ILF_CANCELLED)
        (void)snprintf(shared->refusal, sizeof(shared->refusal), "%.*s",
                       (int)(reason.len < 200 ? reason.len : 200), reason.ptr ? reason.ptr : "");
}

void need_more(double more)
{
    shared->more += more;
}

void step(const char *format, ...)
{
    va_list args;

    account(shared);
    va_start(args, format);
    (void)vsnprintf(shared->step, sizeof(shared->step), format, args);
    va_end(args);
}

static _Noreturn void end(enum verdict verdict)
{
    shared->verdict = verdict;
    _exit(0);
}

void fail(const char *format, ...)
{
    va_list args;

    alloc_fail(0);
    va_start(args, format);
    (void)vsnprintf(shared->evidence, sizeof(shared->evidence), format, args);
    va_end(args);
    end(FAIL);
}

void skip(const char *format, ...)
{
    va_list args;

    alloc_fail(0);
    va_start(args, format);
    (void)vsnprintf(shared->evidence, sizeof(shared->evidence), format, args);
    va_end(args);
    end(SKIP);
}

const char *output_of(int fd)
{
    static char text[1 << 16];
    ssize_t n = pread(outputs[fd], text, sizeof(text) - 1, 0);

    text[n > 0 ? n : 0] = '\0';
    return text;
}

/* --- The child --------------------------------------------------------------------------------- */

/* The instruction that was under way; 0 where we do not know how to find it. */
static uintptr_t instruction(const void *context)
{
    const ucontext_t *user = context;

#if defined(__x86_64__)
    return (uintptr_t)user->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return (uintptr_t)user->uc_mcontext.pc;
#else
    (void)user;
    return 0;
#endif
}

static bool is_of_plugin(uintptr_t code)
{
    return code >= the.low && code < the.high;
}

/* Name the code that has crashed: the plugin's, even if it was in a function that it has called. */
static void name_code(uintptr_t code, char *out, size_t size)
{
    void *frames[32];
    int n = is_of_plugin(code) ? 0 : backtrace(frames, 32);
    char inner[128], outer[128];

    elf_name((void *)code, inner, sizeof(inner));
    for (int i = 0; i < n; i++) {
        if (!is_of_plugin((uintptr_t)frames[i]))
            continue;
        elf_name(frames[i], outer, sizeof(outer));
        (void)snprintf(out, size, "%s, called by %s", inner, outer);
        return;
    }
    (void)snprintf(out, size, "%s", inner);
}

/* Not safe in a handler, all of it, but this process is lost anyway and its watchdog is awake. */
static void crashed(int number, siginfo_t *info, void *context)
{
    bool touched = number == SIGSEGV || number == SIGBUS;
    char meaning[256] = "", code[300] = "";

    signal(number, SIG_DFL);
    if (number == SIGABRT) { /* maybe with a lock of malloc held: ask for nothing more */
        const char *text = output_of(2);

        fail("called  %s\nseen    %s (abort, assert, or glibc has found damage): %.*s",
             shared->step, strsignal(number), (int)strcspn(text, "\n"), text);
    }
    if (instruction(context) != 0)
        name_code(instruction(context), code, sizeof(code));
    if (touched)
        explain_fault(info->si_addr, meaning, sizeof(meaning));
    fail("called  %s\nseen    %s%s%s%s%s", shared->step, strsignal(number),
         touched ? ": it touched " : "", meaning, *code ? ", by " : "", code);
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
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}); /* a zoo of cores helps nobody */
    (void)sigprocmask(SIG_SETMASK, mask, NULL);
    (void)dup2(null, 0);
    redirect(1);
    redirect(2);
    catch_crashes();
    step("load");
    load_plugin();
    rule->run(rule);
    end(PASS);
}

/* --- We ------------------------------------------------------------------------------------------ */

/* Wait until @child ends, but not for ever. False when it has not. */
static bool wait_child(pid_t child, double limit, int *how)
{
    double begun = seconds();
    sigset_t ends;

    sigemptyset(&ends);
    sigaddset(&ends, SIGCHLD);
    for (;;) {
        double left = begun + limit + shared->more - seconds();
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
    size_t size = sizeof(report->evidence), n;
    const char *slow = NULL;

    if (report->verdict != PENDING)
        return;
    report->verdict = FAIL;
    n = (size_t)snprintf(text, size, "called  %s\n", report->step);
    text += n;
    size -= n;
    if (!ended) {
        account(report);
        seconds += report->more;
        slow = slowest_call(report, seconds);
        (void)snprintf(text, size, "seen    not back after %g s: it was killed%s%s", seconds,
                       slow ? "; nearly all of it went into " : "", slow ? slow : "");
        (void)snprintf(report->cause, sizeof(report->cause), "%s", slow ? slow : "");
        return;
    }
    if (WIFSIGNALED(how))
        (void)snprintf(text, size, "seen    the process was killed by signal %d (%s)",
                       WTERMSIG(how), strsignal(WTERMSIG(how)));
    else
        (void)snprintf(text, size, "seen    the process was ended, as by exit(%d)",
                       WEXITSTATUS(how));
}

/* What a plugin says may hold anything; people and XML shall read it. */
static void make_printable(char *text)
{
    bool valid = is_utf8(text, strlen(text));

    for (; *text; text++)
        if (((unsigned char)*text < 0x20 && *text != '\n') || *text == 0x7f ||
            (*text & 0x80 && !valid))
            *text = '?';
}

void run_rule(const struct rule *rule, double may_take, struct report *report)
{
    sigset_t ends, mask;
    bool ended;
    int how = 0;
    pid_t child;

    limit = may_take;
    if (!shared)
        shared =
            mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        perror("ilfcheck");
        exit(2);
    }
    memset(shared, 0, sizeof(*shared));
    shared->since = seconds();
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
    ended = wait_child(child, may_take, &how);
    (void)kill(-child, SIGKILL); /* and what it may have left behind */
    if (!ended)
        (void)waitpid(child, &how, 0);
    (void)sigprocmask(SIG_SETMASK, &mask, NULL);
    *report = *shared;
    explain_end(report, ended, how, may_take);
    make_printable(report->evidence);
    make_printable(report->refusal);
}
