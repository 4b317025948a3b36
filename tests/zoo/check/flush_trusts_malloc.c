/* Fails memory.short-flush retry.next retry.once: does not look at what malloc returns. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    char *copy = malloc(100);

    memset(copy, 0, 100);
    READ(copy);
    free(copy);
    return ILF_OK;
}

ANIMAL(.flush = flush);
