/* Fails stop.final stop.succeeds: stop asks for a retry that never comes. */
#include "animal.h"

static ilf_status stop(STOP)
{
    return ilf_fail(err, ILF_ERR_RETRY, "not yet");
}

ANIMAL(.stop = stop);
