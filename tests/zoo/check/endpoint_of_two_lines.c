/* Fails tune.endpoints: has a newline in the name of an endpoint. */
#include "delivered.h"

static const char *const names[] = {"a\nb"};

static ilf_status init(INIT)
{
    const ilf_tuning tuning = {.struct_size = sizeof(tuning), .n_endpoints = 1, .endpoints = names};

    COURIER_SELF->host = host;
    host->tune(host->context, &tuning);
    return ILF_OK;
}

COURIER(.init = init);
