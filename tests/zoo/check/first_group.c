/* Fails data.no-groups: takes it for granted that there is a group. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    READ(&batch->groups[0].n_logs);
    return ILF_OK;
}

ANIMAL(.flush = flush);
