/* Fails result.reason: has two lines for a payload. */
#include "delivered.h"

static void send_it(SEND)
{
    end_with(self, payload, RESULT(.reason = TEXT("two\nlines")));
}

COURIER(.send = send_it);
