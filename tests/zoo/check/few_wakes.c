/* Fails poll.wakes: has room for thirty wakes. */
#include "delivered.h"

static void wake(void *self)
{
    assert(COURIER_SELF->calls++ < 30);
    write_event(self);
}

POLLED(.wake = wake);
