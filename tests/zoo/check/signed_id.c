/* Fails payload.id: rejects what has a negative id. */
#include "delivered.h"

static void send_it(SEND)
{
    end_with(self, payload,
             (int64_t)payload->id < 0 ? REJECTED("negative") : RESULT(.verdict = ILF_DELIVERED));
}

COURIER(.send = send_it);
