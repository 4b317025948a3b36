/* Fails send.ends send.at-a-time...: completes nothing. */
#include "delivered.h"

static void send_it(SEND)
{
}

COURIER(.send = send_it);
