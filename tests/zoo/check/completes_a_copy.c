/* Fails send.own: completes a copy of the payload first. */
#include "delivered.h"

static void send_it(SEND)
{
    const ilf_payload copy = *payload;

    arrive(self, &copy);
    arrive(self, payload);
}

COURIER(.send = send_it);
