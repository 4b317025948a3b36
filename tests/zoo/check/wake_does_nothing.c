/* Fails poll.woken poll.woken-before...: can not be woken. */
#include "delivered.h"

static void wake(void *self)
{
}

POLLED(.wake = wake);
