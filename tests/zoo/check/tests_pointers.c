/* Fails data.wild-strings: looks at the pointer instead of the length. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    EACH_PAIR (kv)
        if (kv->value.ptr)
            READ(kv->value.ptr);
    return ILF_OK;
}

ANIMAL(.flush = flush);
