/* Fails error.place: an error does not say what it is about. */
#include "animal.h"

OPTIONS(PATH_OPTION);

static ilf_status init(INIT)
{
    if (strncmp(SELF->path, "/no/", 4) == 0) {
        return ilf_fail(err, ILF_ERR_CONFIG, "bad configuration");
    }
    return ILF_OK;
}

ANIMAL(.init = init, .options = options);
