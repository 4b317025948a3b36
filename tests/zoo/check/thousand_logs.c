/* Fails data.many-records: has room for 1000 logs. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    EACH_GROUP (group)
        assert(group->n_logs <= 1000);
    return ILF_OK;
}

ANIMAL(.flush = flush);
