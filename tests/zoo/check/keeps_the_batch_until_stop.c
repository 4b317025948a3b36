/* Fails memory.batch-kept: writes the last batch in stop. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    SELF->kept = batch;
    return ILF_OK;
}

static ilf_status stop(STOP)
{
    if (SELF->kept)
        READ(SELF->kept);
    return ILF_OK;
}

ANIMAL(.flush = flush, .stop = stop);
