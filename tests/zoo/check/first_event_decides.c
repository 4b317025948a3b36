/* Fails data.mixed data.unknown-event: takes all events for what the first one is. */
#include "animal.h"

static ilf_status export_events(EXPORT)
{
    EACH_EVENT (event)
        assert(event->type == batch->groups[g_].events[0].type);
    return ILF_OK;
}

ANIMAL(.export_events = export_events);
