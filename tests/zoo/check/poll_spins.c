/* Fails poll.waits: returns at once. */
#include "delivered.h"

static void poll_it(POLL)
{
    run_loop(self, 0);
}

POLLED(.poll = poll_it);
