/* Fails result.retry-after: wants to be asked again before. */
#include "delivered.h"

static void send_it(SEND)
{
    end_with(self, payload, RESULT(.retry_after = -1));
}

COURIER(.send = send_it);
