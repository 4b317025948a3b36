/* Fails payload.large data.megabyte: copies the first record to where 64 KiB fit. */
#include "delivered.h"

static void send_it(SEND)
{
    assert(payload->ends[0].end <= 65536);
    end_with(self, payload, RESULT(.verdict = ILF_DELIVERED));
}

COURIER(.send = send_it);
