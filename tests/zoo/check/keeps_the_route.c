/* Fails memory.route-kept: flush uses the route of is_ready. */
#include "animal.h"

static bool is_ready(READY)
{
    SELF->kept = route;
    return true;
}

static ilf_status flush(FLUSH)
{
    if (SELF->kept)
        READ(SELF->kept);
    return ILF_OK;
}

ANIMAL(.flush = flush, .is_ready = is_ready);
