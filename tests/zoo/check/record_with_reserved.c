/* Fails encode.reserved: sets what is reserved in a record. */
#include "delivered.h"

static ilf_status encode(ENCODE)
{
    EACH_LOG (log) {
        ilf_record record = record_of(log);
        ilf_status status;

        record.reserved = 1;
        status = to->put(to->context, &record);
        if (status != ILF_OK)
            return status;
    }
    return ILF_OK;
}

COURIER(.encode = encode);
