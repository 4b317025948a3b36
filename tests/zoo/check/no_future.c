/* Fails payload.time: rejects what is of the future. */
#include "delivered.h"

static void send_it(SEND)
{
    end_with(self, payload,
             payload->accepted_at > COURIER_SELF->host->now(COURIER_SELF->host->context)
                 ? REJECTED("too early")
                 : RESULT(.verdict = ILF_DELIVERED));
}

COURIER(.send = send_it);
