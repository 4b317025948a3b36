/* Fails poll.woken-before: forgets what has come before. */
#include "delivered.h"

static void poll_it(POLL)
{
    forget_wakes(self);
    run_loop(self, timeout);
}

POLLED(.poll = poll_it);
