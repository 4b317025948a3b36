/* Fails load.not-ready: has is_ready beside send. */
#include "delivered.h"

static bool ready(READY)
{
    return true;
}

COURIER(.is_ready = ready);
