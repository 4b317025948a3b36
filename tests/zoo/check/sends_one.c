/* Fails send.at-a-time: forgets the payload that it has when there is another. */
#include "delivered.h"

static void send_it(SEND)
{
    COURIER_SELF->sent[0] = payload;
    COURIER_SELF->n_sent = 1;
}

POLLED(.send = send_it, .cancel = NULL);
