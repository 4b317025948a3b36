/* Fails data.metric-typed: believes the declared type. */
#include "animal.h"

static ilf_status export_events(EXPORT)
{
    EACH_EVENT (event)
        if (event->type == ILF_EVENT_METRIC)
            for (size_t i = 0; i < event->as.metric->n_typed; i++)
                if (event->as.metric->typed[i].declared == ILF_TYPED_STRING)
                    READ(event->as.metric->typed[i].value.as.str.ptr);
    return ILF_OK;
}

ANIMAL(.export_events = export_events);
