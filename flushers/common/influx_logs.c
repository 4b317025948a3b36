/* Log groups in InfluxDB's line protocol: the logs of a v1 pipeline that are metrics, which have
 * their parts in contents of certain names. */
#include "format.h"
#include "go_value.h"
#include "influx.h"
#include "number.h"

static const ilf_str label_mark = {"#$#", 3};
static const char no_memory[] = "out of memory";

/* The parts of a metric; empty where the log has none. */
struct parts {
    ilf_str name, labels, value, time, type, field;
};

static bool is(ilf_str a, const char *b)
{
    return ilf_str_equal(a, (ilf_str){b, strlen(b)});
}

static void take_parts(struct parts *parts, const ilf_log *log)
{
    const struct {
        const char *name;
        ilf_str *part;
    } all[] = {
        {"__name__", &parts->name},   {"__labels__", &parts->labels},
        {"__value__", &parts->value}, {"__time_nano__", &parts->time},
        {"__type__", &parts->type},   {"__field__", &parts->field},
    };

    for (size_t i = 0; i < log->n_contents; i++)
        for (size_t j = 0; j < sizeof(all) / sizeof(all[0]); j++)
            if (is(log->contents[i].key, all[j].name))
                *all[j].part = log->contents[i].value;
}

static size_t find_mark(const char *p, size_t len)
{
    for (size_t i = 0; i + label_mark.len <= len; i++)
        if (memcmp(p + i, label_mark.ptr, label_mark.len) == 0)
            return i;
    return len;
}

/* Split "k1#$#v1|k2#$#v2" into f->kv. A part without #$# belongs to the value before it, or if it
 * comes first, to the key behind it. Returns why not, or NULL. */
static const char *split_labels(struct ilf__format *f, ilf_str labels, size_t *n)
{
    const char *p = labels.ptr, *end = p + labels.len, *pending = NULL;

    *n = 0;
    while (p < end) {
        const char *bar = memchr(p, '|', (size_t)(end - p)), *stop = bar ? bar : end;
        size_t mark = find_mark(p, (size_t)(stop - p));

        if (mark < (size_t)(stop - p)) {
            const char *key = pending ? pending : p, *value = p + mark + label_mark.len;

            if (!ilf__format_room(f, *n + 1))
                return no_memory;
            f->kv[(*n)++] =
                (ilf_kv){{key, (size_t)(p + mark - key)}, {value, (size_t)(stop - value)}};
            pending = NULL;
        } else if (*n > 0) {
            ilf_str *value = &f->kv[*n - 1].value;

            value->len = (size_t)(stop - value->ptr);
        } else if (!pending && stop > p) {
            pending = p;
        }
        p = stop + 1;
    }
    return pending ? "__labels__ holds a key without #$# and a value" : NULL;
}

static const char *put_value(struct ilf__format *f, const struct parts *parts,
                             struct ilf__text *text)
{
    int64_t integer;
    bool boolean;
    double number;

    if (is(parts->type, "string"))
        return ilf__influx_put_string(text, parts->value) ? NULL : "__value__ is not valid UTF-8";
    if (is(parts->type, "int")) {
        if (!ilf__parse_int(parts->value, &integer))
            return "__value__ is not a 64-bit integer";
        ilf__text_put_int(text, integer);
        ilf__text_put_char(text, 'i');
        return NULL;
    }
    if (is(parts->type, "bool")) {
        if (!ilf__parse_bool(parts->value, &boolean))
            return "__value__ is neither true nor false";
        ilf__text_put(text, boolean ? "true" : "false", boolean ? 4 : 5);
        return NULL;
    }
    if (!ilf__parse_float(parts->value, &f->values, &number))
        return "__value__ is not a finite number";
    ilf__go_value_put_float(text, number, 64);
    return NULL;
}

/* Returns why not, or NULL. */
static const char *put_log(struct ilf__format *f, const ilf_log *log, struct ilf__text *text)
{
    struct parts parts = {0};
    struct ilf__influx_line line;
    const char *why;
    int64_t time = 0;
    size_t n;

    take_parts(&parts, log);
    if (parts.name.len == 0 || (parts.value.len == 0 && !is(parts.type, "string")))
        return "no metric: it lacks __name__ or __value__";
    if (parts.time.len > 0 && !ilf__parse_int(parts.time, &time))
        return "__time_nano__ is not a 64-bit integer";
    why = split_labels(f, parts.labels, &n);
    if (why)
        return why;
    if (parts.field.len > 0 && !is(parts.field, "value") && parts.name.len > parts.field.len) {
        size_t cut = parts.name.len - parts.field.len;

        if (parts.name.ptr[cut - 1] == ':' &&
            memcmp(parts.name.ptr + cut, parts.field.ptr, parts.field.len) == 0)
            parts.name.len = cut - 1;
    }
    ilf__influx_begin(&line, text, parts.name);
    if (!ilf__influx_put_tags(&line, &f->keys, f->kv, n))
        return no_memory;
    ilf__influx_put_field(&line, parts.field.len > 0 ? parts.field : (ilf_str){"value", 5});
    why = put_value(f, &parts, text);
    if (why)
        return why;
    if (parts.time.len > 0)
        ilf__influx_put_time(&line, time);
    return ilf__influx_end(&line);
}

/* Natively "tag.X" means the tag whose raw key is __tag__:X, and any other name that raw key. */
static void select_fields(struct ilf__format *f, const ilf_group *group)
{
    static const ilf_str tag = {"tag.", 4}, raw = {"__tag__:", 8};

    for (size_t i = 0; i < f->n_names; i++) {
        ilf_str name = f->names[i], head = {NULL, 0};

        f->selected[i] = (ilf_str){NULL, 0};
        if (name.len >= tag.len && memcmp(name.ptr, tag.ptr, tag.len) == 0) {
            head = raw;
            name = (ilf_str){name.ptr + tag.len, name.len - tag.len};
        }
        for (size_t t = 0; t < group->n_tags; t++) {
            ilf_str key = group->tags[t].key, value = group->tags[t].value;

            if (key.len != head.len + name.len ||
                (head.len > 0 && memcmp(key.ptr, head.ptr, head.len) != 0) ||
                (name.len > 0 && memcmp(key.ptr + head.len, name.ptr, name.len) != 0))
                continue;
            f->selected[i] = value.ptr ? value : (ilf_str){"", 0};
        }
    }
}

ilf_status ilf__influx_group(struct ilf__format *f, const ilf_group *group, struct ilf__text *text,
                             const struct ilf__sink *sink, ilf_error *err)
{
    struct ilf__item item = {.start = text->len, .selected = f->selected};

    select_fields(f, group);
    for (size_t i = 0; i < group->n_logs; i++) {
        size_t before = text->len;
        const char *why = put_log(f, &group->logs[i], text);

        if (text->failed || f->values.failed || why == no_memory) {
            f->values.failed = false;
            return ilf__format_fail_memory(text, item.start, err);
        }
        if (why)
            text->len = before;
        if (why && !f->options->ignore_unexpected_data) {
            text->len = item.start;
            return ilf_fail(err, ILF_ERR_DROP, "format: log %zu: %s", i, why);
        }
        if (why)
            sink->refuse(sink->context, i, why);
        else if (item.n_records++ == 0)
            item.first = i;
    }
    return item.n_records > 0 ? sink->take(sink->context, text, &item) : ILF_OK;
}
