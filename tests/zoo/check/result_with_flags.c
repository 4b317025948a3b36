/* Fails result.flags: sets a flag without a name. */
#include "delivered.h"

static void send_it(SEND)
{
    end_with(self, payload, RESULT(.flags = 256));
}

COURIER(.send = send_it);
