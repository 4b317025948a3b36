/* Fails data.converted data.no-byte-count: divides by what the host may not have counted. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    volatile uint64_t bytes = batch->n_bytes;

    SELF->number += (int64_t)(1000000 / bytes);
    return ILF_OK;
}

ANIMAL(.flush = flush);
