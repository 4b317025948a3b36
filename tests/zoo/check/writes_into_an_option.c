/* Fails memory.options-kept: changes the value of an option. */
#include "animal.h"

OPTIONS(PATH_OPTION);

static ilf_status init(INIT)
{
    if (*SELF->path)
        *(char *)(uintptr_t)SELF->path = '!';
    return ILF_OK;
}

ANIMAL(.init = init, .options = options);
