/* Fails urgent.quick ...: set_urgent waits for what is under way. */
#include "animal.h"

static void set_urgent(URGENT)
{
    (void)usleep(400000);
}

ANIMAL(.set_urgent = set_urgent);
