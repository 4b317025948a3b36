/* Fails memory.options-kept threads.statics: uses the option of an instance that has stopped. */
#include "animal.h"

OPTIONS(PATH_OPTION);

static const char *last;

static ilf_status init(INIT)
{
    if (last)
        READ(last);
    last = SELF->path;
    return ILF_OK;
}

ANIMAL(.init = init, .options = options);
