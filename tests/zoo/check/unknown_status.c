/* Fails status.known: returns a status that there is not. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    if (err)
        return ilf_fail(err, (ilf_status)42, "forty-two");
    return ILF_OK;
}

ANIMAL(.flush = flush);
