/* Fails memory.leak: never frees what init has allocated. */
#include "animal.h"

static ilf_status init(INIT)
{
    SELF->memory = malloc(100);
    return ILF_OK;
}

ANIMAL(.init = init);
