/* Fails flush.again: after 500 flushes nothing is left. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    if (SELF->calls++ >= 500)
        return ilf_fail(err, ILF_ERR_DROP, "the buffer is full");
    return ILF_OK;
}

ANIMAL(.flush = flush);
