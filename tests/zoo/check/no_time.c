/* Fails data.first-times: takes time 0 for an error. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    EACH_LOG (log)
        if (log->time == 0)
            return ilf_fail(err, ILF_ERR_DROP, "a log has no time");
    return ILF_OK;
}

ANIMAL(.flush = flush);
