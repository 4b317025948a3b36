/* Fails process.rights: forbids core dumps. */
#include "animal.h"

#include <sys/prctl.h>

static ilf_status init(INIT)
{
    (void)prctl(PR_SET_DUMPABLE, 0);
    return ILF_OK;
}

ANIMAL(.init = init);
