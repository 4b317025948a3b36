/* Fails payload.binary data.controls: takes no byte 27. */
#include "delivered.h"

static void send_it(SEND)
{
    assert(payload->bytes.len == 0 || !memchr(payload->bytes.ptr, 27, payload->bytes.len));
    end_with(self, payload, RESULT(.verdict = ILF_DELIVERED));
}

COURIER(.send = send_it);
