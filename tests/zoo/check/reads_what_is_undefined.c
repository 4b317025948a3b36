/* Fails data.null-value: reads the string of a value that has none. */
#include "animal.h"

static ilf_status export_events(EXPORT)
{
    EACH_FIELD (field)
        if (field->value.type == ILF_VALUE_NULL && field->value.as.str.len > 0)
            READ(field->value.as.str.ptr);
    return ILF_OK;
}

ANIMAL(.export_events = export_events);
