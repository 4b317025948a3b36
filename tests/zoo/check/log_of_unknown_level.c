/* Fails log.level: logs with a level that there is not. */
#include "animal.h"

static ilf_status init(INIT)
{
    ilf_logf(host, (ilf_level)9, "open");
    return ILF_OK;
}

ANIMAL(.init = init);
