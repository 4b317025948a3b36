/* Fails threads.encode-send: shares what it writes to between encode and send. */
#include "delivered.h"

static ilf_status encode(ENCODE)
{
    assert(COURIER_SELF->busy == 0);
    return put_all(self, batch, to, err);
}

static void send_it(SEND)
{
    COURIER_SELF->busy = 1;
    (void)usleep(100);
    COURIER_SELF->busy = 0;
    arrive(self, payload);
}

COURIER(.encode = encode, .send = send_it);
