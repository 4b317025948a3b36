/* Fails payload.destination: takes no destination but its own. */
#include "delivered.h"

static void send_it(SEND)
{
    assert(payload->destination.len == 0);
    end_with(self, payload, RESULT(.verdict = ILF_DELIVERED));
}

COURIER(.send = send_it);
