/* Fails counter.name: the name of a counter has a capital. */
#include "animal.h"

static ilf_status init(INIT)
{
    (void)host->counter(host->context, "Zoo_sent_total", "Records sent.");
    return ILF_OK;
}

ANIMAL(.init = init);
