/* Fails host.context: passes the host instead of its context. */
#include "animal.h"

static ilf_status init(INIT)
{
    (void)host->now((void *)(uintptr_t)host);
    return ILF_OK;
}

ANIMAL(.init = init);
