/* Fails threads.statics: counts in a static. */
#include "animal.h"

static unsigned flushes;

static ilf_status flush(FLUSH)
{
    flushes++;
    return ILF_OK;
}

ANIMAL(.flush = flush);
