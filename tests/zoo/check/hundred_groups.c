/* Fails data.many-groups: has room for 100 groups. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    assert(batch->n_groups <= 100);
    return ILF_OK;
}

ANIMAL(.flush = flush);
