/* Fails payload.flags: rejects what may have arrived before, and more. */
#include "delivered.h"

static void send_it(SEND)
{
    end_with(self, payload,
             payload->flags > ILF_PAYLOAD_MAY_REPEAT ? REJECTED("unknown")
                                                     : RESULT(.verdict = ILF_DELIVERED));
}

COURIER(.send = send_it);
