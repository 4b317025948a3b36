/* Fails threads.instances: all instances share a buffer. */
#include "animal.h"

static atomic_int busy;

static ilf_status flush(FLUSH)
{
    assert(atomic_exchange(&busy, 1) == 0);
    (void)usleep(500);
    atomic_store(&busy, 0);
    return ILF_OK;
}

ANIMAL(.flush = flush);
