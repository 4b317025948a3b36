/* Fails urgent.again threads.urgent-flush: the second set_urgent aborts. */
#include "animal.h"

static void set_urgent(URGENT)
{
    if (SELF->calls++ > 0)
        abort();
}

ANIMAL(.set_urgent = set_urgent);
