/* Fails data.bytes data.bytes-empty data.mixed: counts on there being no plain bytes. */
#include "animal.h"

static ilf_status export_events(EXPORT)
{
    EACH_EVENT (event)
        assert(event->type != ILF_EVENT_BYTES);
    return ILF_OK;
}

ANIMAL(.export_events = export_events);
