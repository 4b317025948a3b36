/* Fails data.span: counts on there being no links. */
#include "animal.h"

static ilf_status export_events(EXPORT)
{
    EACH_EVENT (event)
        if (event->type == ILF_EVENT_SPAN)
            assert(event->as.span->n_links == 0);
    return ILF_OK;
}

ANIMAL(.export_events = export_events);
