/* Fails error.line error.utf8: an error quotes the data. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    EACH_PAIR (kv)
        if (kv->value.len == 3)
            return ilf_fail(err, ILF_ERR_DROP, "what is %.*s?", (int)kv->value.len, kv->value.ptr);
    return ILF_OK;
}

ANIMAL(.flush = flush);
