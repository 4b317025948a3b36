/* Fails reload.host threads.statics: logs through the host of the last init. */
#include "animal.h"

static const ilf_host *last;

static ilf_status init(INIT)
{
    last = host;
    return ILF_OK;
}

static ilf_status flush(FLUSH)
{
    ilf_logf(last, ILF_LEVEL_INFO, "a batch");
    return ILF_OK;
}

ANIMAL(.init = init, .flush = flush);
