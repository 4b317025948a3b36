/* Fails tune.retries: wants minus two retries. */
#include "delivered.h"

static ilf_status init(INIT)
{
    const ilf_tuning tuning = {.struct_size = sizeof(tuning), .max_retry_times = -2};

    COURIER_SELF->host = host;
    host->tune(host->context, &tuning);
    return ILF_OK;
}

COURIER(.init = init);
