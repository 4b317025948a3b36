/* Fails process.signal-mask: blocks a signal of the caller. */
#include "animal.h"

static ilf_status init(INIT)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    return ILF_OK;
}

ANIMAL(.init = init);
