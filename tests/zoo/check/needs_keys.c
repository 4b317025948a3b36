/* Fails data.empty-strings data.null-strings data.wild-strings: refuses a batch for an empty key.
 * */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    EACH_PAIR (kv)
        if (kv->key.len == 0)
            return ilf_fail(err, ILF_ERR_DROP, "a key is empty");
    return ILF_OK;
}

ANIMAL(.flush = flush);
