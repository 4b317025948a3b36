/* Fails memory.failed-init: frees nothing when init fails. */
#include "animal.h"

OPTIONS(PATH_OPTION);

static ilf_status init(INIT)
{
    if (strncmp(SELF->path, "/no/", 4) == 0) {
        SELF->memory = malloc(100);
        return ilf_fail(err, ILF_ERR_CONFIG, "open '%s': it is not there", SELF->path);
    }
    return ILF_OK;
}

ANIMAL(.init = init, .options = options);
