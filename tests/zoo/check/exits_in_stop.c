/* Fails process.lives ...: ends the process in stop. */
#include "animal.h"

static ilf_status stop(STOP)
{
    _exit(0);
}

ANIMAL(.stop = stop);
