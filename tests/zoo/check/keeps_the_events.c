/* Fails memory.batch-kept: looks at the last events again. */
#include "animal.h"

static ilf_status export_events(EXPORT)
{
    const ilf_event_batch *last = SELF->kept;

    if (last)
        READ(&last->n_groups);
    SELF->kept = batch;
    return ILF_OK;
}

ANIMAL(.export_events = export_events);
