/* Fails threads.send: knows who it is on the thread of init alone. */
#include "delivered.h"

static _Thread_local const void *current;

static ilf_status init(INIT)
{
    current = self;
    return take_host(self, host, err);
}

static void send_it(SEND)
{
    end_with(self, payload,
             current == self ? RESULT(.verdict = ILF_DELIVERED) : REJECTED("who am I?"));
}

COURIER(.init = init, .send = send_it);
