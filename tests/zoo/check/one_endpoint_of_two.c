/* Fails payload.endpoint: has two endpoints, and knows one. */
#include "delivered.h"

static ilf_status init(INIT)
{
    const ilf_tuning tuning = {.struct_size = sizeof(tuning), .n_endpoints = 2};

    COURIER_SELF->host = host;
    host->tune(host->context, &tuning);
    return ILF_OK;
}

static void send_it(SEND)
{
    assert(payload->endpoint == 0);
    arrive(self, payload);
}

COURIER(.init = init, .send = send_it);
