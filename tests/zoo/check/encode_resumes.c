/* Fails encode.again: goes on where put has failed. */
#include "delivered.h"

static ilf_status encode(ENCODE)
{
    int n = 0;

    EACH_LOG (log) {
        const ilf_record record = record_of(log);
        ilf_status status = ILF_OK;

        if (batch->attempt > 0 && n++ < COURIER_SELF->calls)
            continue;
        status = to->put(to->context, &record);
        if (status != ILF_OK)
            return status;
        COURIER_SELF->calls++;
    }
    COURIER_SELF->calls = 0;
    return ILF_OK;
}

COURIER(.encode = encode);
