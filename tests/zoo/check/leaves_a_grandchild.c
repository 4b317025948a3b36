/* Fails process.children: leaves a process that has detached itself. */
#include "animal.h"

#include <sys/wait.h>

static ilf_status init(INIT)
{
    pid_t child = fork();

    if (child == 0) {
        if (fork() == 0)
            (void)pause();
        _exit(0);
    }
    (void)waitpid(child, NULL, 0);
    return ILF_OK;
}

ANIMAL(.init = init);
