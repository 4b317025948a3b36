/* Fails log.empty: logs an empty line. */
#include "animal.h"

static ilf_status init(INIT)
{
    host->log(host->context, ILF_LEVEL_INFO, (ilf_str){"", 0});
    return ILF_OK;
}

ANIMAL(.init = init);
