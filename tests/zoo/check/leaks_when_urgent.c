/* Fails memory.leak: set_urgent allocates what nobody frees. */
#include "animal.h"

static void set_urgent(URGENT)
{
    SELF->memory = malloc(10);
}

static ilf_status flush(FLUSH)
{
    SELF->calls++;
    return ILF_OK;
}

ANIMAL(.flush = flush, .set_urgent = set_urgent);
