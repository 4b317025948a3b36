/* Fails payload.many: has verdicts for four records. */
#include "delivered.h"

static const uint8_t verdicts[4];

static void send_it(SEND)
{
    end_with(self, payload, RESULT(.records = verdicts));
}

COURIER(.send = send_it);
