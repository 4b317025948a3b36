/* Fails init.succeeds: init always fails. */
#include "animal.h"

static ilf_status init(INIT)
{
    if (host)
        return ilf_fail(err, ILF_ERR_CONFIG, "connect to the zoo: it is closed");
    return ILF_OK;
}

ANIMAL(.init = init);
