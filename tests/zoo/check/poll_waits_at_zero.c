/* Fails poll.zero: waits for a while when it must not. */
#include "delivered.h"

static void poll_it(POLL)
{
    run_loop(self, timeout == 0 ? 1500000000 : timeout);
}

POLLED(.poll = poll_it);
