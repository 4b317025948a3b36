/* Fails encode.counts: says that each record stands for two logs. */
#include "delivered.h"

static ilf_status encode(ENCODE)
{
    EACH_LOG (log) {
        ilf_record record = record_of(log);
        ilf_status status;

        record.n_events = 2;
        status = to->put(to->context, &record);
        if (status != ILF_OK)
            return status;
    }
    return ILF_OK;
}

COURIER(.encode = encode);
