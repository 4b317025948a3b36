/* Fails memory.no-files: does not look at what open returns. */
#include "animal.h"

static ilf_status init(INIT)
{
    SELF->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert(SELF->fd >= 0);
    close(SELF->fd);
    return ILF_OK;
}

ANIMAL(.init = init);
