/* Fails error.secret: an error tells a secret. */
#include "animal.h"

OPTIONS(ILF_OPTION(STR, struct animal, path, "Password", "", "to get in", .flags = ILF_OPT_SECRET));

static ilf_status init(INIT)
{
    if (*SELF->path)
        return ilf_fail(err, ILF_ERR_CONFIG, "the password %s is wrong", SELF->path);
    return ILF_OK;
}

ANIMAL(.init = init, .options = options);
