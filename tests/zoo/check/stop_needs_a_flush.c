/* Fails stop.unused ...: stop needs what the first flush sets up. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    SELF->kept = self;
    return ILF_OK;
}

static ilf_status stop(STOP)
{
    READ(SELF->kept);
    return ILF_OK;
}

ANIMAL(.flush = flush, .stop = stop);
