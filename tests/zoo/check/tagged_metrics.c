/* Fails data.metric-empty: takes it for granted that a metric has a tag. */
#include "animal.h"

static ilf_status export_events(EXPORT)
{
    EACH_EVENT (event)
        if (event->type == ILF_EVENT_METRIC)
            READ(&event->as.metric->tags[0].key);
    return ILF_OK;
}

ANIMAL(.export_events = export_events);
