/* What plugins add to the start of a process: this program run again, as a process that asks for
 * the names of all flushers and ends, with a folder of plugins and without. */
#ifndef ILF_BENCH_STARTUP_H
#define ILF_BENCH_STARTUP_H

#include <ilf/bridge.h>

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define STARTUP_ARGUMENT "--count-flushers"

static const char *startup_plugins = ""; /* what $ILF_PLUGIN_PATH says */

/* The process that is measured. Its status tells how many of the flushers are plugins of ours. */
static inline int startup_count(void)
{
    const char *name;
    char why[4096];
    int n = 0;

    if (ilf_refused(why, sizeof(why)) > 0)
        fputs(why, stderr);
    for (size_t i = 0; (name = ilf_flusher_name(i)); i++)
        n += strncmp(name, "flusher_bench_", 14) == 0;
    return n;
}

/* Run it. Returns its status, or -1 with errno. */
static inline int startup_run(void)
{
    extern char **environ;
    char *argv[] = {"bench", STARTUP_ARGUMENT, NULL};
    int error, status;
    pid_t pid;

    if (setenv("ILF_PLUGIN_PATH", startup_plugins, 1) != 0)
        return -1;
    error = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ);
    if (error != 0) {
        errno = error;
        return -1;
    }
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

#endif
