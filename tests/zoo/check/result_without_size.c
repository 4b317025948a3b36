/* Fails result.size: leaves struct_size out. */
#include "delivered.h"

static void send_it(SEND)
{
    end_with(self, payload, (ilf_result){.verdict = ILF_DELIVERED});
}

COURIER(.send = send_it);
