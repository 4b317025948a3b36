/* Fails data.controls error.line error.utf8: counts on text without newlines. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    EACH_PAIR (kv)
        if (kv->value.len > 0)
            assert(!memchr(kv->value.ptr, '\n', kv->value.len));
    return ILF_OK;
}

ANIMAL(.flush = flush);
