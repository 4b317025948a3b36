/* Fails process.timers: sets the alarm of the process. */
#include "animal.h"

static ilf_status init(INIT)
{
    (void)alarm(3600);
    return ILF_OK;
}

ANIMAL(.init = init);
