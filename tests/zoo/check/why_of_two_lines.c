/* Fails encode.why: rejects with a newline. */
#include "delivered.h"

static const char why[] = "no\ncontents";

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
