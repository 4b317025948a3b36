/* Fails stop.succeeds: stop fails though nothing is lost. */
#include "animal.h"

static ilf_status stop(STOP)
{
    return ilf_fail(err, ILF_ERR_DROP, "nobody was there");
}

ANIMAL(.stop = stop);
