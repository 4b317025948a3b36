/* Fails memory.string-end: reads the NUL that is not there. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    if (batch->route.project.len > 0)
        READ(batch->route.project.ptr + batch->route.project.len);
    return ILF_OK;
}

ANIMAL(.flush = flush);
