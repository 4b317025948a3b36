/* Fails memory.failed-init: leaves a file open when init fails. */
#include "animal.h"

OPTIONS(PATH_OPTION);

static ilf_status init(INIT)
{
    if (strncmp(SELF->path, "/no/", 4) == 0) {
        SELF->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        return ilf_fail(err, ILF_ERR_CONFIG, "open '%s': it is not there", SELF->path);
    }
    return ILF_OK;
}

ANIMAL(.init = init, .options = options);
