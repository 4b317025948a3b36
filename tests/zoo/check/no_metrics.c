/* Fails data.metric data.metric-values data.metric-empty data.metric-typed data.metric-unknown
 * data.mixed: counts on there being no metrics. */
#include "animal.h"

static ilf_status export_events(EXPORT)
{
    EACH_EVENT (event)
        assert(event->type != ILF_EVENT_METRIC);
    return ILF_OK;
}

ANIMAL(.export_events = export_events);
