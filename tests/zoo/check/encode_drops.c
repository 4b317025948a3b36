/* Fails encode.returns: drops the batch when a put has failed. */
#include "delivered.h"

static ilf_status encode(ENCODE)
{
    if (put_all(self, batch, to, err) != ILF_OK)
        return ilf_fail(err, ILF_ERR_DROP, "the encoder takes no more");
    return ILF_OK;
}

COURIER(.encode = encode);
