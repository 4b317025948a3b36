/* Fails process.cwd: goes to the root folder. */
#include "animal.h"

static ilf_status init(INIT)
{
    if (chdir("/") != 0)
        return ilf_fail(err, ILF_ERR_CONFIG, "no root folder");
    return ILF_OK;
}

ANIMAL(.init = init);
