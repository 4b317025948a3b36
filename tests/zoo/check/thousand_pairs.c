/* Fails data.many-pairs: has room for 1000 pairs. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    EACH_LOG (log)
        assert(log->n_contents <= 1000);
    return ILF_OK;
}

ANIMAL(.flush = flush);
