/* Fails poll.timeout: waits longer than it is told. */
#include "delivered.h"

static void poll_it(POLL)
{
    run_loop(self, timeout > 0 ? timeout + 1500000000 : timeout);
}

POLLED(.poll = poll_it);
