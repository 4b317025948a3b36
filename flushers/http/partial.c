/* What a server of OTLP says about a request that it has taken in part: the same in its replies for
 * logs, metrics, traces and profiles (opentelemetry/proto/collector). */
#include "partial.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>

static void take_message(struct partial *out, const char *text, size_t len)
{
    size_t n = len < sizeof(out->message) ? len : sizeof(out->message) - 1;

    memcpy(out->message, text, n);
    out->message[n] = '\0';
}

/* --- Protobuf --------------------------------------------------------------------------------- */

enum {
    VARINT = 0,
    FIXED64 = 1,
    BYTES = 2,
    FIXED32 = 5,
    PARTIAL_SUCCESS = 1,
    REJECTED = 1,
    MESSAGE = 2
};

/* A field: its number, and its value or its bytes. */
struct field {
    uint64_t number, value;
    unsigned type;
    ilf_str bytes;
};

static bool read_varint(ilf_str *from, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && from->len > 0; shift += 7) {
        unsigned char c = (unsigned char)*from->ptr++;

        from->len--;
        *value |= (uint64_t)(c & 0x7f) << shift;
        if (c < 0x80)
            return true;
    }
    return false;
}

/* The next field of @from. False at its end, and where it is no message. */
static bool read_field(ilf_str *from, struct field *field)
{
    uint64_t tag, len = 0;

    *field = (struct field){0};
    if (!read_varint(from, &tag))
        return false;
    field->number = tag >> 3;
    field->type = tag & 7;
    if (field->type == VARINT)
        return read_varint(from, &field->value);
    if (field->type == BYTES && !read_varint(from, &len))
        return false;
    len = field->type == FIXED64 ? 8 : field->type == FIXED32 ? 4 : len;
    if ((field->type != BYTES && len == 0) || len > from->len)
        return false;
    field->bytes = (ilf_str){from->ptr, (size_t)len};
    from->ptr += len;
    from->len -= (size_t)len;
    return true;
}

static void read_partial(ilf_str message, struct partial *out)
{
    struct field field;

    while (read_field(&message, &field))
        if (field.number == REJECTED && field.type == VARINT)
            out->rejected = field.value <= INT64_MAX ? field.value : 0; /* a signed number */
        else if (field.number == MESSAGE && field.type == BYTES)
            take_message(out, field.bytes.ptr, field.bytes.len);
}

static void read_protobuf(ilf_str reply, struct partial *out)
{
    struct field field;

    while (read_field(&reply, &field))
        if (field.number == PARTIAL_SUCCESS && field.type == BYTES)
            read_partial(field.bytes, out);
}

/* --- JSON ------------------------------------------------------------------------------------- */

/* By the JSON mapping of protobuf an int64 is a string, and is read as a number too; names are in
 * either case. */
static uint64_t count_of(const json_t *value)
{
    const char *text = json_string_value(value);
    double number = text ? strtod(text, NULL) : json_number_value(value);

    return number >= 1 && number < 9e18 ? (uint64_t)number : 0;
}

static const json_t *either(const json_t *object, const char *name, const char *other)
{
    const json_t *value = json_object_get(object, name);

    return value ? value : json_object_get(object, other);
}

static void read_json(ilf_str reply, struct partial *out)
{
    static const char *const counts[][2] = {{"rejectedLogRecords", "rejected_log_records"},
                                            {"rejectedDataPoints", "rejected_data_points"},
                                            {"rejectedSpans", "rejected_spans"},
                                            {"rejectedProfiles", "rejected_profiles"}};
    json_t *root = json_loadb(reply.ptr, reply.len, 0, NULL);
    const json_t *partial = either(root, "partialSuccess", "partial_success");
    const json_t *message = either(partial, "errorMessage", "error_message");

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]) && out->rejected == 0; i++)
        out->rejected = count_of(either(partial, counts[i][0], counts[i][1]));
    if (json_is_string(message))
        take_message(out, json_string_value(message), json_string_length(message));
    json_decref(root);
}

bool http_partial(ilf_str reply, struct partial *out)
{
    size_t blanks = 0;

    *out = (struct partial){0};
    while (blanks < reply.len && isspace((unsigned char)reply.ptr[blanks]))
        blanks++;
    if (blanks < reply.len && reply.ptr[blanks] == '{') /* which begins no field of a protobuf */
        read_json(reply, out);
    else
        read_protobuf(reply, out);
    return out->rejected > 0 || *out->message;
}
