/* Fails data.floats: counts on numbers. */
#include "animal.h"

static ilf_status export_events(EXPORT)
{
    EACH_FIELD (field)
        if (field->value.type == ILF_VALUE_FLOAT)
            assert(field->value.as.f == field->value.as.f);
    return ILF_OK;
}

ANIMAL(.export_events = export_events);
