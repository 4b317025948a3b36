/* Fails urgent.exiting process.lives: exits when the agent is about to. */
#include "animal.h"

static void set_urgent(URGENT)
{
    if (exiting)
        exit(0);
}

ANIMAL(.set_urgent = set_urgent);
