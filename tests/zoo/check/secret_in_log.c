/* Fails error.secret: the log tells a secret. */
#include "animal.h"

OPTIONS(ILF_OPTION(STR, struct animal, path, "Password", "", "to get in", .flags = ILF_OPT_SECRET));

static ilf_status init(INIT)
{
    ilf_logf(host, ILF_LEVEL_DEBUG, "the password is %s", SELF->path);
    return ILF_OK;
}

ANIMAL(.init = init, .options = options);
