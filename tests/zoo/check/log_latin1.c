/* Fails log.utf8: a line of the log is Latin-1. */
#include "animal.h"

static ilf_status init(INIT)
{
    ilf_logf(host, ILF_LEVEL_INFO,
             "ge\xf6"
             "ffnet");
    return ILF_OK;
}

ANIMAL(.init = init);
