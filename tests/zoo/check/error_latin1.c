/* Fails error.utf8: an error is Latin-1. */
#include "animal.h"

OPTIONS(PATH_OPTION);

static ilf_status init(INIT)
{
    if (strncmp(SELF->path, "/no/", 4) == 0) {
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "ge\xf6"
                        "ffnet: %s",
                        SELF->path);
    }
    return ILF_OK;
}

ANIMAL(.init = init, .options = options);
