/* Fails counter.help: the help of a counter has two lines. */
#include "animal.h"

static ilf_status init(INIT)
{
    (void)host->counter(host->context, "zoo_sent_total", "Records\nsent.");
    return ILF_OK;
}

ANIMAL(.init = init);
