/* Fails encode.again: goes on where put has failed. */
#include "delivered.h"

static ilf_status encode(ENCODE)
{
    int n = 0;

    EACH_LOG (log) {
        const ilf_record record = record_of(log);

        if (batch->attempt > 0 && n++ < COURIER_SELF->calls)
            continue;
        if (to->put(to->context, &record) != ILF_OK)
            return ILF_ERR_NOMEM;
        COURIER_SELF->calls++;
    }
    COURIER_SELF->calls = 0;
    return ILF_OK;
}

COURIER(.encode = encode);
