/* Fails result.reason: gives a reason in Latin-1. */
#include "delivered.h"

static void send_it(SEND)
{
    end_with(self, payload, RESULT(.reason = TEXT("refus\xe9")));
}

COURIER(.send = send_it);
