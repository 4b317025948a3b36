/* Fails process.cloexec: its file is inherited by other programs. */
#include "animal.h"

static ilf_status init(INIT)
{
    SELF->fd = open("/dev/null", O_RDONLY);
    return ILF_OK;
}

static ilf_status stop(STOP)
{
    close(SELF->fd);
    return ILF_OK;
}

ANIMAL(.init = init, .stop = stop);
