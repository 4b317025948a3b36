/* Fails data.converted encode.context: puts without the context. */
#include "delivered.h"

static ilf_status encode(ENCODE)
{
    EACH_LOG (log) {
        const ilf_record record = record_of(log);
        ilf_status status = to->put(NULL, &record);

        if (status != ILF_OK)
            return status;
    }
    return ILF_OK;
}

COURIER(.encode = encode);
