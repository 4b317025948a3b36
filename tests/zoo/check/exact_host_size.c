/* Fails init.longer-host: wants the very host that it was built with. */
#include "animal.h"

static ilf_status init(INIT)
{
    if (host->struct_size != sizeof(*host))
        return ilf_fail(err, ILF_ERR_CONFIG, "another version of the host");
    return ILF_OK;
}

ANIMAL(.init = init);
