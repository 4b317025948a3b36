/* Fails data.converted data.first-times data.last-times: counts on seconds without a fraction. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    EACH_LOG (log)
        assert(!(log->flags & ILF_LOG_HAS_TIME_NS));
    return ILF_OK;
}

ANIMAL(.flush = flush);
