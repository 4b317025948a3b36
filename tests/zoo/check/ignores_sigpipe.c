/* Fails process.handlers: ignores SIGPIPE for everybody. */
#include "animal.h"

static ilf_status init(INIT)
{
    (void)signal(SIGPIPE, SIG_IGN);
    return ILF_OK;
}

ANIMAL(.init = init);
