/* Fails threads.urgent-ready: can not bear set_urgent while it is asked. */
#include "animal.h"

static bool is_ready(READY)
{
    atomic_store(&SELF->busy, 1);
    (void)usleep(1000);
    atomic_store(&SELF->busy, 0);
    return true;
}

static void set_urgent(URGENT)
{
    assert(!atomic_load(&SELF->busy));
}

ANIMAL(.is_ready = is_ready, .set_urgent = set_urgent);
