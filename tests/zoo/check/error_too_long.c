/* Fails memory.error-end ...: writes an error beyond its end. */
#include "animal.h"

OPTIONS(PATH_OPTION);

static ilf_status init(INIT)
{
    if (strncmp(SELF->path, "/no/", 4) == 0) {
        memset(err->text, 'x', sizeof(err->text) + 8);
        return ILF_ERR_CONFIG;
    }
    return ILF_OK;
}

ANIMAL(.init = init, .options = options);
