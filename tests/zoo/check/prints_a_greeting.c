/* Fails process.stdout: writes to standard output. */
#include "animal.h"

static ilf_status init(INIT)
{
    (void)puts("the zoo is open");
    (void)fflush(stdout);
    return ILF_OK;
}

ANIMAL(.init = init);
