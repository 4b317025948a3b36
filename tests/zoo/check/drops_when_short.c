/* Fails memory.short-flush: drops a batch because memory is short. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    void *copy = calloc(1, 100);

    if (!copy)
        return ilf_fail(err, ILF_ERR_DROP, "out of memory");
    READ(copy);
    free(copy);
    return ILF_OK;
}

ANIMAL(.flush = flush);
