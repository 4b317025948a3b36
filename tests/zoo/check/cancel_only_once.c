/* Fails cancel.nothing: can be cancelled once. */
#include "delivered.h"

static void cancel(void *self)
{
    assert(COURIER_SELF->calls++ == 0);
    cancel_all(self);
}

POLLED(.cancel = cancel);
