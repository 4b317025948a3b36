/* Fails payload.longer: wants the very payload that it was built with. */
#include "delivered.h"

static void send_it(SEND)
{
    end_with(self, payload,
             payload->struct_size != sizeof(*payload) ? REJECTED("another version")
                                                      : RESULT(.verdict = ILF_DELIVERED));
}

COURIER(.send = send_it);
