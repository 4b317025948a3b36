/* Fails log.line: ends the line by itself. */
#include "animal.h"

static ilf_status init(INIT)
{
    ilf_logf(host, ILF_LEVEL_INFO, "open\n");
    return ILF_OK;
}

ANIMAL(.init = init);
