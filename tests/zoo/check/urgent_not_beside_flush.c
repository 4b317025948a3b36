/* Fails threads.urgent-flush: can not bear set_urgent while it flushes. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    atomic_store(&SELF->busy, 1);
    (void)usleep(1000);
    atomic_store(&SELF->busy, 0);
    return ILF_OK;
}

static void set_urgent(URGENT)
{
    assert(!atomic_load(&SELF->busy));
}

ANIMAL(.flush = flush, .set_urgent = set_urgent);
