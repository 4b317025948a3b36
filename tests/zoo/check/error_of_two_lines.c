/* Fails error.line: an error has two lines. */
#include "animal.h"

OPTIONS(PATH_OPTION);

static ilf_status init(INIT)
{
    if (strncmp(SELF->path, "/no/", 4) == 0) {
        return ilf_fail(err, ILF_ERR_CONFIG, "open %s:\nno such file", SELF->path);
    }
    return ILF_OK;
}

ANIMAL(.init = init, .options = options);
