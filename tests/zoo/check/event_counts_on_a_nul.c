/* Fails memory.string-end: reads the NUL that is not there. */
#include "animal.h"

static ilf_status export_events(EXPORT)
{
    EACH_FIELD (field)
        if (field->value.type == ILF_VALUE_STRING && field->value.as.str.len > 0)
            READ(field->value.as.str.ptr + field->value.as.str.len);
    return ILF_OK;
}

ANIMAL(.export_events = export_events);
