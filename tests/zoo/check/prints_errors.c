/* Fails process.stderr: writes to standard error. */
#include "animal.h"

static ilf_status init(INIT)
{
    (void)fputs("the zoo is open\n", stderr);
    return ILF_OK;
}

ANIMAL(.init = init);
