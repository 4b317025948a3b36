/* Fails process.children: leaves a child process. */
#include "animal.h"

static ilf_status init(INIT)
{
    if (fork() == 0)
        _exit(0);
    return ILF_OK;
}

ANIMAL(.init = init);
