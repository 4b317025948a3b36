/* Fails cancel.ends...: lets sends end by their time-outs. */
#include "delivered.h"

static void poll_it(POLL)
{
    if (++COURIER_SELF->calls > 60)
        end_all(self, RESULT(.verdict = ILF_DELIVERED));
    wait_event(self, timeout);
}

static void cancel(void *self)
{
}

POLLED(.poll = poll_it, .cancel = cancel);
