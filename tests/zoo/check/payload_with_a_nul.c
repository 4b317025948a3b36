/* Fails payload.end payload.kept payload.written: reads the byte behind a payload. */
#include "delivered.h"

static void send_it(SEND)
{
    READ(payload->bytes.ptr + payload->bytes.len);
    end_with(self, payload, RESULT(.verdict = ILF_DELIVERED));
}

COURIER(.send = send_it);
