/* Fails data.bytes-empty: takes it for granted that there is a byte. */
#include "animal.h"

static ilf_status export_events(EXPORT)
{
    EACH_EVENT (event)
        if (event->type == ILF_EVENT_BYTES)
            READ(event->as.bytes->ptr);
    return ILF_OK;
}

ANIMAL(.export_events = export_events);
