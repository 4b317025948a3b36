/* Fails send.once: completes each send twice. */
#include "delivered.h"

static void send_it(SEND)
{
    arrive(self, payload);
    arrive(self, payload);
}

COURIER(.send = send_it);
