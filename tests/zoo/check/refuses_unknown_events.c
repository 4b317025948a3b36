/* Fails data.unknown-event: refuses a batch for an event that it does not know. */
#include "animal.h"

static ilf_status export_events(EXPORT)
{
    EACH_EVENT (event)
        if (event->type < ILF_EVENT_METRIC || event->type > ILF_EVENT_BYTES)
            return ilf_fail(err, ILF_ERR_DROP, "an unknown event");
    return ILF_OK;
}

ANIMAL(.export_events = export_events);
