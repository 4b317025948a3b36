/* Fails encode.status: asks for the first batch again, when memory is not short. */
#include "delivered.h"

static ilf_status encode(ENCODE)
{
    if (COURIER_SELF->calls++ == 0)
        return ilf_fail(err, ILF_ERR_RETRY, "not yet");
    return put_all(self, batch, to, err);
}

COURIER(.encode = encode);
