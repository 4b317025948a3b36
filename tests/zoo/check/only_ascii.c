/* Fails data.no-utf8 error.line error.utf8: counts on ASCII. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    EACH_PAIR (kv)
        for (size_t i = 0; i < kv->value.len; i++)
            assert(!(kv->value.ptr[i] & 0x80));
    return ILF_OK;
}

ANIMAL(.flush = flush);
