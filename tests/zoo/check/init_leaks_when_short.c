/* Fails memory.short-init: frees nothing when the second malloc fails. */
#include "animal.h"

static ilf_status init(INIT)
{
    char *more;

    SELF->memory = malloc(100);
    more = calloc(1, 100);
    if (!SELF->memory || !more)
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    READ(more);
    free(more);
    return ILF_OK;
}

static ilf_status stop(STOP)
{
    free(SELF->memory);
    return ILF_OK;
}

ANIMAL(.init = init, .stop = stop);
