/* Fails send.short: rejects when memory is short. */
#include "delivered.h"

static void send_it(SEND)
{
    void *volatile copy = malloc(payload->bytes.len + 1); /* else it is left out */
    bool done = copy != NULL;

    free(copy);
    end_with(self, payload, done ? RESULT(.verdict = ILF_DELIVERED) : REJECTED("out of memory"));
}

COURIER(.send = send_it);
