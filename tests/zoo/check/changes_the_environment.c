/* Fails process.environment: sets a variable. */
#include "animal.h"

static ilf_status init(INIT)
{
    (void)setenv("ZOO", "open", 1);
    return ILF_OK;
}

ANIMAL(.init = init);
