/* Fails send.quick...: waits in send. */
#include "delivered.h"

static void send_it(SEND)
{
    (void)usleep(500000);
    arrive(self, payload);
}

COURIER(.send = send_it);
