/* Fails ready.quick ...: is_ready asks the sink. */
#include "animal.h"

static bool is_ready(READY)
{
    (void)usleep(400000);
    return true;
}

ANIMAL(.is_ready = is_ready);
