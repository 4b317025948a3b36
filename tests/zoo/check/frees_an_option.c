/* Fails memory.free: frees an option, which is borrowed. */
#include "animal.h"

OPTIONS(PATH_OPTION);

static ilf_status stop(STOP)
{
    free((void *)(uintptr_t)SELF->path);
    return ILF_OK;
}

ANIMAL(.stop = stop, .options = options);
