/* Fails memory.batch-written: sorts the borrowed events. */
#include "animal.h"

static ilf_status export_events(EXPORT)
{
    ((ilf_event_batch *)(uintptr_t)batch)->attempt++;
    return ILF_OK;
}

ANIMAL(.export_events = export_events);
