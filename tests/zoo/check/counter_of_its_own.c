/* Fails counter.own: counts with what is no counter of the host. */
#include "animal.h"

static ilf_status init(INIT)
{
    host->counter_add(host->context, (ilf_counter *)(void *)&SELF->number, 1);
    (void)host->counter(host->context, "zoo_sent_total", "Records sent.");
    return ILF_OK;
}

ANIMAL(.init = init);
