/* Fails data.attempt: counts attempts by itself. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    if (batch->attempt > 10)
        return ilf_fail(err, ILF_ERR_DROP, "gave up");
    return ILF_OK;
}

ANIMAL(.flush = flush);
