/* Fails encode.kept: looks at the encoder of before. */
#include "delivered.h"

static ilf_status encode(ENCODE)
{
    if (COURIER_SELF->kept)
        READ(COURIER_SELF->kept);
    COURIER_SELF->kept = to;
    return put_all(self, batch, to, err);
}

COURIER(.encode = encode);
