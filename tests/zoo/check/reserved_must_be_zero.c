/* Fails data.reserved: looks at what is reserved. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    assert(batch->reserved == 0);
    return ILF_OK;
}

ANIMAL(.flush = flush);
