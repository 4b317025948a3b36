/* Fails payload.attempt: gives up after ten attempts. */
#include "delivered.h"

static void send_it(SEND)
{
    end_with(self, payload,
             payload->attempt > 10 ? REJECTED("tried in vain") : RESULT(.verdict = ILF_DELIVERED));
}

COURIER(.send = send_it);
