/* Fails error.text: does not say why init fails. */
#include "animal.h"

OPTIONS(PATH_OPTION);

static ilf_status init(INIT)
{
    if (strncmp(SELF->path, "/no/", 4) == 0) {
        return ILF_ERR_CONFIG;
    }
    return ILF_OK;
}

ANIMAL(.init = init, .options = options);
