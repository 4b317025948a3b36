/* Values of events as text, as Go's fmt prints them with %v. */
#include "go_value.h"

#include <math.h>

/* Deeper ones are cut: nobody reads them, and the stack has an end. */
enum { DEEPEST = 64 };

void ilf__go_value_put_float(struct ilf__text *text, double value, uint32_t bits)
{
    if (isnan(value))
        ILF__TEXT_PUT_LITERAL(text, "NaN");
    else if (isinf(value))
        ilf__text_put(text, value > 0 ? "+Inf" : "-Inf", 4);
    else
        ilf__text_put_float(text, value, bits == 32 ? 32 : 64, ILF__FLOAT_GO);
}

static void put_bytes(struct ilf__text *text, ilf_str bytes)
{
    ilf__text_put_char(text, '[');
    for (size_t i = 0; i < bytes.len; i++) {
        if (i > 0)
            ilf__text_put_char(text, ' ');
        ilf__text_put_uint(text, (unsigned char)bytes.ptr[i]);
    }
    ilf__text_put_char(text, ']');
}

static void put(struct ilf__text *text, const ilf_value *value, bool bytes_as_text, int depth)
{
    switch (depth < DEEPEST ? value->type : ILF_VALUE_NULL) {
    case ILF_VALUE_STRING:
    case ILF_VALUE_TEXT:
        ilf__text_put_str(text, value->as.str);
        break;
    case ILF_VALUE_BYTES:
        if (bytes_as_text)
            ilf__text_put_str(text, value->as.str);
        else
            put_bytes(text, value->as.str);
        break;
    case ILF_VALUE_BOOL:
        ilf__text_put(text, value->as.boolean ? "true" : "false", value->as.boolean ? 4 : 5);
        break;
    case ILF_VALUE_INT:
        ilf__text_put_int(text, value->as.i);
        break;
    case ILF_VALUE_UINT:
        ilf__text_put_uint(text, value->as.u);
        break;
    case ILF_VALUE_FLOAT:
        ilf__go_value_put_float(text, value->as.f, value->bits);
        break;
    case ILF_VALUE_ARRAY:
        ilf__text_put_char(text, '[');
        for (size_t i = 0; i < value->as.array.n; i++) {
            if (i > 0)
                ilf__text_put_char(text, ' ');
            put(text, &value->as.array.items[i], false, depth + 1);
        }
        ilf__text_put_char(text, ']');
        break;
    case ILF_VALUE_MAP:
        ILF__TEXT_PUT_LITERAL(text, "map[");
        for (size_t i = 0; i < value->as.map.n; i++) {
            if (i > 0)
                ilf__text_put_char(text, ' ');
            ilf__text_put_str(text, value->as.map.fields[i].key);
            ilf__text_put_char(text, ':');
            put(text, &value->as.map.fields[i].value, false, depth + 1);
        }
        ilf__text_put_char(text, ']');
        break;
    default:
        ILF__TEXT_PUT_LITERAL(text, "<nil>");
    }
}

void ilf__go_value_put(struct ilf__text *text, const ilf_value *value, bool bytes_as_text)
{
    put(text, value, bytes_as_text, 0);
}
