/* Fails tune.once: tunes twice. */
#include "delivered.h"

static ilf_status init(INIT)
{
    const ilf_tuning tuning = {.struct_size = sizeof(tuning)};

    COURIER_SELF->host = host;
    host->tune(host->context, &tuning);
    host->tune(host->context, &tuning);
    return ILF_OK;
}

COURIER(.init = init);
