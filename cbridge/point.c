/* Named points at which the crash tests kill the process. */
#include "point.h"

#ifdef ILF_POINTS

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void ilf__point(const char *name)
{
    static _Atomic(unsigned long) passed;
    const char *at = getenv("ILF_CRASH_AT");
    size_t len = strlen(name);

    if (!at || strncmp(at, name, len) != 0 || at[len] != ':')
        return;
    if (atomic_fetch_add(&passed, 1) + 1 == strtoul(at + len + 1, NULL, 10))
        kill(getpid(), SIGKILL);
}

#else

/* A file that compiles to nothing is no C. */
typedef int ilf__no_points;

#endif
