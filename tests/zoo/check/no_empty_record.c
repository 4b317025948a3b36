/* Fails payload.empty data.empty-strings data.no-contents data.null-strings data.wild-strings
 * encode.context encode.reserved encode.status encode.why: divides by the length of the first
 * record. */
#include "delivered.h"

static void send_it(SEND)
{
    COURIER_SELF->calls = 100 / (int)payload->ends[0].end;
    end_with(self, payload, RESULT(.verdict = ILF_DELIVERED));
}

COURIER(.send = send_it);
