/* Fails tune.size: leaves struct_size out. */
#include "delivered.h"

static ilf_status init(INIT)
{
    const ilf_tuning tuning = {.concurrency = 1};

    COURIER_SELF->host = host;
    host->tune(host->context, &tuning);
    return ILF_OK;
}

COURIER(.init = init);
