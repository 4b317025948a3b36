/* Fails counter.help: a counter has no help. */
#include "animal.h"

static ilf_status init(INIT)
{
    (void)host->counter(host->context, "zoo_sent_total", "");
    return ILF_OK;
}

ANIMAL(.init = init);
