/* Fails data.metric-unknown: looks the type of a metric up in a table. */
#include "animal.h"

static ilf_status export_events(EXPORT)
{
    EACH_EVENT (event)
        if (event->type == ILF_EVENT_METRIC)
            assert(event->as.metric->type <= ILF_METRIC_RATE_COUNTER);
    return ILF_OK;
}

ANIMAL(.export_events = export_events);
