/* OTLP: values and attributes. */
#include "otlp.h"

#include "go_value.h"
#include "number.h"
#include "utf8.h"

/* The least recursion limit of protobuf's own decoders is 100 messages. Six are around a value, and
 * up to three more for each level of it; what lies deeper becomes text. */
enum { DEEPEST = 30 };

/* --- Values ---------------------------------------------------------------------------------- */

void ilf__otlp_put_key(struct ilf__text *text, ilf_str key)
{
    ilf__pb_put_string(text, 1, key);
}

static void put_text(struct ilf__text *text, ilf_str value)
{
    ilf__pb_put_bytes(text, ilf__utf8_valid(value) ? ILF__OTLP_STRING : ILF__OTLP_BYTES, value);
}

void ilf__otlp_put_string(struct ilf__text *text, unsigned field, ilf_str value)
{
    size_t hole = ilf__pb_size(1 + ilf__pb_size(value.len) + value.len);
    size_t at = ilf__pb_begin(text, field, hole);

    put_text(text, value);
    ilf__pb_end(text, at, hole);
}

static void put_value(struct ilf__text *text, const ilf_value *value, int depth);

static void put_nested(struct ilf__text *text, const ilf_value *value, int depth)
{
    bool array = value->type == ILF_VALUE_ARRAY;
    size_t n = array ? value->as.array.n : value->as.map.n;
    size_t at = ilf__pb_begin(text, array ? ILF__OTLP_ARRAY : ILF__OTLP_MAP, 2);

    for (size_t i = 0; i < n && !text->failed; i++) {
        size_t element = ilf__pb_begin(text, 1, 1), inner;

        if (array) {
            put_value(text, &value->as.array.items[i], depth + 1);
        } else {
            ilf__otlp_put_key(text, value->as.map.fields[i].key);
            inner = ilf__pb_begin(text, 2, 1);
            put_value(text, &value->as.map.fields[i].value, depth + 1);
            ilf__pb_end(text, inner, 1);
        }
        ilf__pb_end(text, element, 1);
    }
    ilf__pb_end(text, at, 2);
}

/* As Go prints it. */
static void put_printed(struct ilf__text *text, const ilf_value *value)
{
    size_t tag = text->len, at = ilf__pb_begin(text, ILF__OTLP_STRING, 2);

    ilf__go_value_put(text, value, true);
    if (!text->failed && !ilf__utf8_valid((ilf_str){text->ptr + at + 2, text->len - at - 2}))
        text->ptr[tag] = (char)ILF__PB_TAG(ILF__OTLP_BYTES, ILF__PB_BYTES);
    ilf__pb_end(text, at, 2);
}

/* The one field of an AnyValue. */
static void put_value(struct ilf__text *text, const ilf_value *value, int depth)
{
    switch (value->type) {
    case ILF_VALUE_STRING:
    case ILF_VALUE_TEXT:
        put_text(text, value->as.str);
        break;
    case ILF_VALUE_BYTES:
        ilf__pb_put_bytes(text, ILF__OTLP_BYTES, value->as.str);
        break;
    case ILF_VALUE_BOOL:
        ilf__pb_put_uint(text, ILF__OTLP_BOOL, value->as.boolean);
        break;
    case ILF_VALUE_INT:
        ilf__pb_put_uint(text, ILF__OTLP_INT, (uint64_t)value->as.i);
        break;
    case ILF_VALUE_UINT:
        if (value->as.u <= INT64_MAX)
            ilf__pb_put_uint(text, ILF__OTLP_INT, value->as.u);
        else
            put_printed(text, value);
        break;
    case ILF_VALUE_FLOAT:
        ilf__pb_put_double(text, ILF__OTLP_DOUBLE, value->as.f);
        break;
    case ILF_VALUE_ARRAY:
    case ILF_VALUE_MAP:
        if (depth < DEEPEST)
            put_nested(text, value, depth);
        else
            put_printed(text, value);
        break;
    default: /* none is set in an AnyValue without a value */
        break;
    }
}

void ilf__otlp_put_value(struct ilf__text *text, unsigned field, const ilf_value *value)
{
    size_t at = ilf__pb_begin(text, field, 1);

    put_value(text, value, 0);
    ilf__pb_end(text, at, 1);
}

void ilf__otlp_put_attribute(struct ilf__text *text, unsigned field, ilf_str key, ilf_str value)
{
    size_t hole = ilf__pb_size(key.len + value.len + 8), at = ilf__pb_begin(text, field, hole);

    ilf__otlp_put_key(text, key);
    ilf__otlp_put_string(text, 2, value);
    ilf__pb_end(text, at, hole);
}

static const ilf_str body_key = {"content", 7};

/* --- Attributes of events --------------------------------------------------------------------- */

/* Tags that the agent's own OTLP input makes of fields that have no other place in its models. */
static bool is_internal(ilf_str name)
{
    static const char *const names[] = {
        "scope.name",
        "scope.version",
        "log.flag",
        "scope.dropped.attributes.count",
        "metric.ismonotonic",
        "metric.aggregation.temporality",
        "span.status.message",
        "span.dropped.attributes.count",
        "span.dropped.events.count",
        "span.dropped.links.count",
    };

    if (name.len < 5 || memcmp(name.ptr, "otlp.", 5) != 0)
        return false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (ilf_str_equal((ilf_str){name.ptr + 5, name.len - 5},
                          (ilf_str){names[i], strlen(names[i])}))
            return true;
    return false;
}

static ilf_str key_at(const struct ilf__otlp_fields *fields, size_t i)
{
    ilf_str key;

    memcpy(&key, (const char *)fields->items + i * fields->size, sizeof(key));
    return key;
}

static void put_field(struct ilf__text *text, unsigned field, const struct ilf__otlp_fields *fields,
                      size_t i)
{
    const char *element = (const char *)fields->items + i * fields->size;
    size_t at = ilf__pb_begin(text, field, 1);

    ilf__otlp_put_key(text, key_at(fields, i));
    ilf__otlp_put_value(text, 2, (const void *)(element + fields->value));
    ilf__pb_end(text, at, 1);
}

static enum ilf__field_class name_tag(const struct ilf__format *f, ilf_str key, ilf_str *name)
{
    return is_internal(key) ? ILF__FIELD_NONE : ilf__fields_rename(&f->shaper.naming, key, name);
}

/* Nothing but tags, of which none changes its name: no key comes twice. */
static void put_tags(struct ilf__text *text, unsigned field, const ilf_kv *tags, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_internal(tags[i].key))
            ilf__otlp_put_attribute(text, field, tags[i].key, tags[i].value);
}

static bool is_nothing(const struct ilf__otlp_fields *fields)
{
    return fields->n == 0 ||
           (fields->n == 1 && fields->with_body && ilf_str_equal(key_at(fields, 0), body_key));
}

/* Number all there is, fields and then tags, in f->keys. */
static bool settle(struct ilf__format *f, const struct ilf__otlp_fields fields[2],
                   const ilf_kv *tags, size_t n_tags)
{
    struct ilf__entries *keys = &f->keys;
    size_t number = 0;

    keys->n = 0;
    for (int list = 0; list < 2; list++)
        for (size_t i = 0; i < fields[list].n; i++, number++) {
            ilf_str key = key_at(&fields[list], i);

            if (!(fields[list].with_body && ilf_str_equal(key, body_key)) &&
                !ilf__entries_add(keys, key, (int64_t)number, number))
                return false;
        }
    for (size_t i = 0; i < n_tags; i++, number++) {
        ilf_str name;

        if (name_tag(f, tags[i].key, &name) == ILF__FIELD_TAG &&
            !ilf__entries_add(keys, name, (int64_t)number, number))
            return false;
    }
    ilf__entries_settle(keys);
    return true;
}

void ilf__otlp_put_attributes(struct ilf__format *f, struct ilf__text *text, unsigned field,
                              const struct ilf__otlp_fields fields[2], const ilf_kv *tags,
                              size_t n_tags)
{
    static const struct ilf__otlp_fields none[2];

    fields = fields ? fields : none;
    if (is_nothing(&fields[0]) && is_nothing(&fields[1]) && f->options->tag_fields_rename.n == 0) {
        put_tags(text, field, tags, n_tags);
        return;
    }
    if (!settle(f, fields, tags, n_tags)) {
        text->failed = true;
        return;
    }
    for (size_t i = 0; i < f->keys.n; i++) {
        size_t at = (size_t)f->keys.items[i].source;

        if (at < fields[0].n)
            put_field(text, field, &fields[0], at);
        else if (at < fields[0].n + fields[1].n)
            put_field(text, field, &fields[1], at - fields[0].n);
        else
            ilf__otlp_put_attribute(text, field, f->keys.items[i].name,
                                    tags[at - fields[0].n - fields[1].n].value);
    }
}

ilf_str ilf__otlp_tag(const ilf_kv *tags, size_t n, const char *name)
{
    const ilf_str key = {name, strlen(name)};

    for (size_t i = 0; i < n; i++)
        if (ilf_str_equal(tags[i].key, key))
            return tags[i].value.ptr ? tags[i].value : (ilf_str){"", 0};
    return (ilf_str){NULL, 0};
}

bool ilf__otlp_count(const ilf_kv *tags, size_t n, const char *name, uint32_t *count)
{
    ilf_str value = ilf__otlp_tag(tags, n, name);
    int64_t number;

    if (!value.ptr || !ilf__parse_int(value, &number))
        return false;
    *count = (uint32_t)number;
    return *count != 0;
}

bool ilf__otlp_put_id(struct ilf__text *text, unsigned field, ilf_str hex, size_t len)
{
    char id[16];

    if (hex.len != 2 * len || len > sizeof(id))
        return false;
    for (size_t i = 0; i < hex.len; i++) {
        char c = hex.ptr[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;

        if (digit < 0)
            return false;
        id[i / 2] = (char)(i % 2 == 0 ? digit << 4 : id[i / 2] | digit);
    }
    ilf__pb_put_bytes(text, field, (ilf_str){id, len});
    return true;
}
