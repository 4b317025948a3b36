/* Fails flush.works ...: flush never comes back. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    for (;;)
        (void)pause();
    return ILF_OK;
}

ANIMAL(.flush = flush);
