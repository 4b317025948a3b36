/* Fails tune.names-live: writes the name of its endpoint anew. */
#include "delivered.h"

/* What the name is, and what holds it. */
struct named {
    struct courier courier;
    char name[16];
    const char *names[1];
};

static ilf_status init(INIT)
{
    struct named *named = self;
    const ilf_tuning tuning = {
        .struct_size = sizeof(tuning), .n_endpoints = 1, .endpoints = named->names};

    named->courier.host = host;
    named->names[0] = strcpy(named->name, "http://a");
    host->tune(host->context, &tuning);
    named->name[7] = 'b';
    return ILF_OK;
}

COURIER(.init = init, .instance_size = sizeof(struct named));
