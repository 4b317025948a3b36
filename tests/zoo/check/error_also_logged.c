/* Fails error.logged: logs what it returns. */
#include "animal.h"

OPTIONS(PATH_OPTION);

static ilf_status init(INIT)
{
    if (strncmp(SELF->path, "/no/", 4) == 0) {
        ilf_logf(host, ILF_LEVEL_ERROR, "open '%s' failed", SELF->path);
        return ilf_fail(err, ILF_ERR_CONFIG, "open '%s' failed", SELF->path);
    }
    return ILF_OK;
}

ANIMAL(.init = init, .options = options);
