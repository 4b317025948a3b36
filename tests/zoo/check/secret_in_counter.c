/* Fails error.secret: the help of a counter tells a secret. */
#include "animal.h"

OPTIONS(ILF_OPTION(STR, struct animal, path, "Password", "", "to get in", .flags = ILF_OPT_SECRET));

static ilf_status init(INIT)
{
    if (*SELF->path)
        (void)host->counter(host->context, "zoo_logins_total", SELF->path);
    return ILF_OK;
}

ANIMAL(.init = init, .options = options);
