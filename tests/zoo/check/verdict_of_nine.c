/* Fails result.verdict: has a verdict of its own. */
#include "delivered.h"

static void send_it(SEND)
{
    end_with(self, payload, RESULT(.verdict = (ilf_verdict)9, .reason = TEXT("nine")));
}

COURIER(.send = send_it);
