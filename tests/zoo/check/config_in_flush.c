/* Fails status.flush: flush says that the configuration is wrong. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    if (err)
        return ilf_fail(err, ILF_ERR_CONFIG, "no such topic");
    return ILF_OK;
}

ANIMAL(.flush = flush);
