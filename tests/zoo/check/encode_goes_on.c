/* Fails encode.stops: puts the rest when a put has failed. */
#include "delivered.h"

static ilf_status encode(ENCODE)
{
    ilf_status first = ILF_OK;

    EACH_LOG (log) {
        const ilf_record record = record_of(log);
        ilf_status status = to->put(to->context, &record);

        first = first != ILF_OK ? first : status;
    }
    return first;
}

COURIER(.encode = encode);
