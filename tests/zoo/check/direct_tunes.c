/* Fails tune.delivered: tunes, and delivers itself. */
#include "animal.h"

static ilf_status init(INIT)
{
    const ilf_tuning tuning = {.struct_size = sizeof(tuning)};

    host->tune(host->context, &tuning);
    return ILF_OK;
}

ANIMAL(.init = init);
