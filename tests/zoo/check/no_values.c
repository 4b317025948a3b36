/* Fails data.log-values: does not know the field values. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    EACH_LOG (log)
        assert(log->n_values == 0);
    return ILF_OK;
}

ANIMAL(.flush = flush);
