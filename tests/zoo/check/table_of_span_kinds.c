/* Fails data.span-unknown: looks the kind of a span up in a table. */
#include "animal.h"

static ilf_status export_events(EXPORT)
{
    EACH_EVENT (event)
        if (event->type == ILF_EVENT_SPAN)
            assert(event->as.span->kind >= 0);
    return ILF_OK;
}

ANIMAL(.export_events = export_events);
