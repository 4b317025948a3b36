/* Fails cancel.verdict: says that what it cancels is rejected. */
#include "delivered.h"

static void cancel(void *self)
{
    end_all(self, REJECTED("cancelled"));
}

POLLED(.cancel = cancel);
