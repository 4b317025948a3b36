/* Fails data.nuls error.line error.utf8: counts on strings without NULs. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    EACH_PAIR (kv)
        if (kv->value.len > 0)
            assert(!memchr(kv->value.ptr, 0, kv->value.len));
    return ILF_OK;
}

ANIMAL(.flush = flush);
