/* Fails memory.short-init: does not look at what malloc returns. */
#include "animal.h"

static ilf_status stop(STOP)
{
    free(SELF->memory);
    return ILF_OK;
}

static ilf_status init(INIT)
{
    SELF->memory = malloc(100);
    memset(SELF->memory, 0, 100);
    READ(SELF->memory);
    return ILF_OK;
}

ANIMAL(.init = init, .stop = stop);
