/* Fails data.same-keys: refuses keys that repeat. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    EACH_LOG (log)
        for (size_t i = 1; i < log->n_contents; i++)
            if (ilf_str_equal(log->contents[i].key, log->contents[i - 1].key))
                return ilf_fail(err, ILF_ERR_DROP, "a key comes twice");
    return ILF_OK;
}

ANIMAL(.flush = flush);
