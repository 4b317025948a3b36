/* Fails data.no-route: can not do without a project. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    if (batch->route.project.len == 0)
        return ilf_fail(err, ILF_ERR_DROP, "no project");
    return ILF_OK;
}

ANIMAL(.flush = flush);
