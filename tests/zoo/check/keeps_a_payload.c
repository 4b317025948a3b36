/* Fails payload.kept: looks at the payload of before. */
#include "delivered.h"

static void send_it(SEND)
{
    if (COURIER_SELF->kept)
        READ(COURIER_SELF->kept);
    COURIER_SELF->kept = payload;
    end_with(self, payload, RESULT(.verdict = ILF_DELIVERED));
}

COURIER(.send = send_it);
