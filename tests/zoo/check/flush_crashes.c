/* Fails flush.works ...: flush follows a NULL pointer. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    READ(SELF->memory);
    return ILF_OK;
}

ANIMAL(.flush = flush);
