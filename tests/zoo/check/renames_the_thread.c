/* Fails process.thread-name: renames the thread of the caller. */
#include "animal.h"

#include <sys/prctl.h>

static ilf_status init(INIT)
{
    (void)prctl(PR_SET_NAME, "zoo");
    return ILF_OK;
}

ANIMAL(.init = init);
