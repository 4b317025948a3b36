/* Fails init.quick ...: init waits for the sink. */
#include "animal.h"

static ilf_status init(INIT)
{
    (void)usleep(400000);
    return ILF_OK;
}

ANIMAL(.init = init);
