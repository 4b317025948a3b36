/* Fails init.every-config: copies an option into 4 KiB. */
#include "animal.h"

OPTIONS(PATH_OPTION);

static ilf_status init(INIT)
{
    char copy[4096];

    assert(strlen(SELF->path) < sizeof(copy));
    (void)strcpy(copy, SELF->path);
    READ(copy);
    return ILF_OK;
}

ANIMAL(.init = init, .options = options);
