/* Fails tune.init: tunes with the first batch, which the runtime ignores. */
#include "delivered.h"

static ilf_status encode(ENCODE)
{
    const ilf_tuning tuning = {.struct_size = sizeof(tuning)};
    const ilf_host *host = COURIER_SELF->host;

    if (COURIER_SELF->calls++ == 0)
        host->tune(host->context, &tuning);
    return put_all(self, batch, to, err);
}

COURIER(.encode = encode);
