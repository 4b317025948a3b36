/* Fails memory.string-end: reads the NUL that is not there. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    EACH_PAIR (kv)
        if (kv->value.len > 0)
            READ(kv->value.ptr + kv->value.len);
    return ILF_OK;
}

ANIMAL(.flush = flush);
