/* Fails data.unknown-value: refuses a batch for a value that it does not know. */
#include "animal.h"

static ilf_status export_events(EXPORT)
{
    EACH_FIELD (field)
        if (field->value.type > ILF_VALUE_TEXT)
            return ilf_fail(err, ILF_ERR_DROP, "an unknown value");
    return ILF_OK;
}

ANIMAL(.export_events = export_events);
