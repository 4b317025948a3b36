/* Fails encode.why: rejects with 250 bytes. */
#include "delivered.h"

static const char why[] =
    "a log without contents, and so on, and so on, and so on, and so on, and so on, and so on, and "
    "so on, and so on, and so on, and so on, and so on, and so on, and so on, and so on, and so "
    "on, and so on, and so on, and so on, and so on, and so on, and so on, ";

static ilf_status encode(ENCODE)
{
    EACH_LOG (log) {
        const ilf_record record = record_of(log);
        ilf_status status = log->n_contents > 0 ? to->put(to->context, &record)
                                                : to->reject(to->context, TEXT("{}"), 1, why);

        if (status != ILF_OK)
            return status;
    }
    return ILF_OK;
}

COURIER(.encode = encode);
