/* Fails ready.idle: is_ready is false for ever. */
#include "animal.h"

static bool is_ready(READY)
{
    return false;
}

ANIMAL(.is_ready = is_ready);
