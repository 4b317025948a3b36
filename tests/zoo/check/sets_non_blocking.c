/* Fails process.standard-files: makes standard output non-blocking. */
#include "animal.h"

static ilf_status init(INIT)
{
    (void)fcntl(1, F_SETFL, O_NONBLOCK);
    return ILF_OK;
}

ANIMAL(.init = init);
