/* Fails log.line: a line of the log is two. */
#include "animal.h"

static ilf_status init(INIT)
{
    ilf_logf(host, ILF_LEVEL_INFO, "open\nfor all");
    return ILF_OK;
}

ANIMAL(.init = init);
