/* Fails urgent.first process.stdout: set_urgent needs what the first flush sets up. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    SELF->kept = self;
    return ILF_OK;
}

static void set_urgent(URGENT)
{
    READ(SELF->kept);
}

ANIMAL(.flush = flush, .set_urgent = set_urgent);
