/* Fails encode.longer-encoder: wants the very encoder that it was built with. */
#include "delivered.h"

static ilf_status encode(ENCODE)
{
    if (to->struct_size != sizeof(*to))
        return ilf_fail(err, ILF_ERR_DROP, "another version of the encoder");
    return put_all(self, batch, to, err);
}

COURIER(.encode = encode);
