/* Fails ready.asks: is_ready takes what only flush gives back. */
#include "animal.h"

static bool is_ready(READY)
{
    SELF->calls++;
    return true;
}

static ilf_status flush(FLUSH)
{
    if (SELF->calls > 100)
        return ilf_fail(err, ILF_ERR_DROP, "no slot is free");
    SELF->calls = 0;
    return ILF_OK;
}

ANIMAL(.flush = flush, .is_ready = is_ready);
