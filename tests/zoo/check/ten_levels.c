/* Fails data.nested: has room for ten levels. */
#include "animal.h"

static int depth(const ilf_value *value)
{
    if (value->type == ILF_VALUE_ARRAY && value->as.array.n > 0)
        return 1 + depth(&value->as.array.items[0]);
    if (value->type == ILF_VALUE_MAP && value->as.map.n > 0)
        return 1 + depth(&value->as.map.fields[0].value);
    return 0;
}

static ilf_status export_events(EXPORT)
{
    EACH_FIELD (field)
        assert(depth(&field->value) <= 10);
    return ILF_OK;
}

ANIMAL(.export_events = export_events);
