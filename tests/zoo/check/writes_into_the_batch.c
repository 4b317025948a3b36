/* Fails memory.batch-written: counts attempts in the borrowed batch. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    ((ilf_batch *)(uintptr_t)batch)->attempt++;
    return ILF_OK;
}

ANIMAL(.flush = flush);
