/* Fails memory.error-kept: writes into the error of another call. */
#include "animal.h"

static bool is_ready(READY)
{
    if (SELF->kept)
        READ(SELF->kept);
    return true;
}

static ilf_status flush(FLUSH)
{
    SELF->kept = err->text;
    return ILF_OK;
}

ANIMAL(.flush = flush, .is_ready = is_ready);
