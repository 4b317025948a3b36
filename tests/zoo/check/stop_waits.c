/* Fails stop.quick ...: stop waits for a timeout. */
#include "animal.h"

static ilf_status stop(STOP)
{
    (void)usleep(1800000);
    return ILF_OK;
}

ANIMAL(.stop = stop);
