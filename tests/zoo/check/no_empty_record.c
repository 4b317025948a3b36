/* Fails payload.empty: divides by the length of the first record. */
#include "delivered.h"

static void send_it(SEND)
{
    COURIER_SELF->calls = 100 / (int)payload->ends[0].end;
    end_with(self, payload, RESULT(.verdict = ILF_DELIVERED));
}

COURIER(.send = send_it);
