/* Fails counter.name: the name of a counter does not end in _total. */
#include "animal.h"

static ilf_status init(INIT)
{
    (void)host->counter(host->context, "zoo_sent", "Records sent.");
    return ILF_OK;
}

ANIMAL(.init = init);
