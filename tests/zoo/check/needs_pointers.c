/* Fails data.null-strings: refuses a batch for a pointer that does not count. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    EACH_PAIR (kv)
        if (!kv->value.ptr)
            return ilf_fail(err, ILF_ERR_DROP, "a value is NULL");
    return ILF_OK;
}

ANIMAL(.flush = flush);
