/* Fails process.lives ...: kills the process in stop. */
#include "animal.h"

static ilf_status stop(STOP)
{
    raise(SIGKILL);
    return ILF_OK;
}

ANIMAL(.stop = stop);
