/* Fails payload.written: marks the payload in its bytes. */
#include "delivered.h"

static void send_it(SEND)
{
    if (payload->bytes.len > 0)
        *(char *)(uintptr_t)payload->bytes.ptr = 'x';
    end_with(self, payload, RESULT(.verdict = ILF_DELIVERED));
}

COURIER(.send = send_it);
