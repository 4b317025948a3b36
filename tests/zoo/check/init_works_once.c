/* Fails init.again ...: init works once in a process. */
#include "animal.h"

static bool used;

static ilf_status init(INIT)
{
    if (used)
        return ilf_fail(err, ILF_ERR_CONFIG, "the zoo is open already");
    used = true;
    return ILF_OK;
}

ANIMAL(.init = init);
