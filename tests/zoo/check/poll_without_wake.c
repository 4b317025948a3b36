/* Fails load.wake: polls, and can not be woken. */
#include "delivered.h"

COURIER(.poll = run_loop);
