/* Fails process.files: leaves a file open with every flush. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    SELF->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return ILF_OK;
}

ANIMAL(.flush = flush);
