/* Fails memory.short-stop: does not look at what malloc returns. */
#include "animal.h"

static ilf_status stop(STOP)
{
    char *text = malloc(100);

    memset(text, 0, 100);
    READ(text);
    free(text);
    return ILF_OK;
}

ANIMAL(.stop = stop);
