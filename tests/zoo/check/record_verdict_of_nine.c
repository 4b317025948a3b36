/* Fails payload.many result.records: has a verdict of its own for a record. */
#include "delivered.h"

static const uint8_t verdicts[100000] = {9};

static void send_it(SEND)
{
    end_with(self, payload, RESULT(.records = verdicts));
}

COURIER(.send = send_it);
