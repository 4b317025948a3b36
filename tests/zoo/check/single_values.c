/* Fails data.metric-values: counts on a metric with one value. */
#include "animal.h"

static ilf_status export_events(EXPORT)
{
    EACH_EVENT (event)
        if (event->type == ILF_EVENT_METRIC)
            assert(event->as.metric->shape != ILF_METRIC_MULTI);
    return ILF_OK;
}

ANIMAL(.export_events = export_events);
