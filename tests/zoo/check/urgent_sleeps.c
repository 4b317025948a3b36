/* Fails urgent.quick: set_urgent sleeps, so that every rule with a set_urgent runs out of time. */
#include "animal.h"

static void set_urgent(URGENT)
{
    (void)sleep(60);
}

ANIMAL(.set_urgent = set_urgent);
