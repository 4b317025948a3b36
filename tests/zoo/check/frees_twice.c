/* Fails memory.free: frees in stop what set_urgent has freed. */
#include "animal.h"

static ilf_status init(INIT)
{
    SELF->memory = malloc(100);
    return ILF_OK;
}

static void set_urgent(URGENT)
{
    if (SELF->calls++ == 0)
        free(SELF->memory);
}

static ilf_status stop(STOP)
{
    free(SELF->memory);
    return ILF_OK;
}

ANIMAL(.init = init, .set_urgent = set_urgent, .stop = stop);
