/* Fails data.every-value: does not know that values may be true. */
#include "animal.h"

static ilf_status export_events(EXPORT)
{
    EACH_FIELD (field)
        assert(field->value.type != ILF_VALUE_BOOL);
    return ILF_OK;
}

ANIMAL(.export_events = export_events);
