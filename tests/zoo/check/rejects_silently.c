/* Fails result.why: rejects without a reason. */
#include "delivered.h"

static void send_it(SEND)
{
    end_with(self, payload, RESULT(.verdict = ILF_REJECT));
}

COURIER(.send = send_it);
