/* Formats: options, and which part of the formatter does what. */
#include "format.h"

#include <stdlib.h>

#include "names.h"
#include "otlp.h"

const char *const ilf__time_formats[] = {"seconds", "nanoseconds", "fraction", "rfc3339", NULL};

const ilf_option ilf__format_options[] = {
    ILF__FORMAT_ROWS("custom_single", "json"),
    {0},
};

static const struct {
    const char *name, *encoding;
    const char *native; /* another name of the same encoding */
} protocols[] = {
    [ILF__CUSTOM_SINGLE] = {"custom_single", "json", NULL},
    [ILF__CUSTOM_SINGLE_FLATTEN] = {"custom_single_flatten", "json", NULL},
    [ILF__JSONLINE] = {"jsonline", "json", NULL},
    [ILF__INFLUXDB] = {"influxdb", "custom", NULL},
    [ILF__RAW] = {"raw", "custom", NULL},
    [ILF__OTLP] = {"otlp_v1", "protobuf", "none"},
};

enum { PROTOCOLS = sizeof(protocols) / sizeof(protocols[0]) };

ilf_status ilf__format_fail_memory(struct ilf__text *text, size_t len, ilf_error *err)
{
    text->len = len;
    text->failed = false;
    return ilf_fail(err, ILF_ERR_NOMEM, "format: out of memory");
}

bool ilf__format_room(struct ilf__format *f, size_t n)
{
    return ilf__room(&f->kv, &f->cap_kv, n, sizeof(*f->kv));
}

static ilf_status find_protocol(struct ilf__format *f, ilf_error *err)
{
    const struct ilf__format_options *o = f->options;
    size_t i = 0;

    while (i < PROTOCOLS && strcmp(protocols[i].name, o->protocol) != 0)
        i++;
    if (i == PROTOCOLS)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "Convert: Protocol: want one of custom_single, custom_single_flatten, "
                        "jsonline, influxdb, raw, otlp_v1; got \"%.64s\"",
                        o->protocol);
    if (strcmp(protocols[i].encoding, o->encoding) != 0 &&
        (!protocols[i].native || strcmp(protocols[i].native, o->encoding) != 0))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "Convert: Encoding: want \"%s\" for protocol %s, got \"%.64s\"",
                        protocols[i].encoding, protocols[i].name, o->encoding);
    f->protocol = (enum ilf__protocol)i;
    return ILF_OK;
}

static bool begins(ilf_str name, const char *prefix)
{
    size_t len = strlen(prefix);

    return name.len >= len && memcmp(name.ptr, prefix, len) == 0;
}

static ilf_status check_names(const struct ilf__format *f, ilf_error *err)
{
    bool otlp = f->protocol == ILF__OTLP;

    if (f->protocol != ILF__CUSTOM_SINGLE && f->protocol != ILF__CUSTOM_SINGLE_FLATTEN && !otlp)
        return ILF_OK;
    for (size_t i = 0; i < f->n_names; i++)
        if (!begins(f->names[i], "content.") && !begins(f->names[i], "tag.") &&
            !(otlp && ilf_str_equal(f->names[i], ilf__otlp_signal)))
            return ilf_fail(err, ILF_ERR_CONFIG,
                            "%%{%.*s}: protocol %s has no such field; want content.NAME or "
                            "tag.NAME%s",
                            (int)(f->names[i].len < 64 ? f->names[i].len : 64), f->names[i].ptr,
                            f->options->protocol, otlp ? ", or signal" : "");
    return ILF_OK;
}

static ilf_str renamed(const struct ilf_str_map *map, const char *name)
{
    const ilf_str key = {name, strlen(name)}, *value = ilf__fields_find(map, key);

    return value ? *value : key;
}

static void set_shaper(struct ilf__format *f)
{
    const struct ilf__format_options *o = f->options;

    f->shaper = (struct ilf__shaper){
        .naming = {&o->tag_fields_rename, ilf__fields_k8s()},
        .flat = f->protocol != ILF__CUSTOM_SINGLE,
        .only_contents = o->only_contents,
        .plain_logs = f->protocol == ILF__JSONLINE,
        .otlp = f->protocol == ILF__OTLP,
        .time_name = renamed(&o->protocol_fields_rename, "time"),
        .contents_name = renamed(&o->protocol_fields_rename, "contents"),
        .tags_name = renamed(&o->protocol_fields_rename, "tags"),
        .names = f->protocol == ILF__JSONLINE ? NULL : f->names,
        .n_names = f->protocol == ILF__JSONLINE ? 0 : f->n_names,
    };
}

ilf_status ilf__format_init(struct ilf__format *f, const struct ilf__format_options *options,
                            const struct ilf__names *names, ilf_error *err)
{
    ilf_status status;

    *f = (struct ilf__format){
        .options = options,
        .separator = {options->separator, strlen(options->separator)},
        .names = names ? names->items : NULL,
        .n_names = names ? names->n : 0,
    };
    status = find_protocol(f, err);
    if (status == ILF_OK)
        status = check_names(f, err);
    if (status != ILF_OK)
        return status;
    f->selected = calloc(2 * f->n_names + 1, sizeof(*f->selected));
    if (!f->selected)
        return ilf_fail(err, ILF_ERR_NOMEM, "Convert: out of memory");
    set_shaper(f);
    return ILF_OK;
}

void ilf__format_dispose(struct ilf__format *f)
{
    ilf__shaper_dispose(&f->shaper);
    free(f->selected);
    free(f->kv);
    free(f->keys.items);
    free(f->typed.items);
    ilf__text_dispose(&f->values);
    ilf__text_dispose(&f->more);
    ilf__text_dispose(&f->head);
    free(f->buckets);
    *f = (struct ilf__format){0};
}

/* A value of @name: the last one that @kv has, which is what a map made of it would hold. */
static ilf_str find_value(const ilf_kv *kv, size_t n, ilf_str name)
{
    while (n-- > 0)
        if (ilf_str_equal(kv[n].key, name))
            return kv[n].value.ptr ? kv[n].value : (ilf_str){"", 0};
    return (ilf_str){NULL, 0};
}

void ilf__format_select_group(struct ilf__format *f, const ilf_event_group *group)
{
    for (size_t i = 0; i < f->n_names; i++) {
        ilf_str name = f->names[i], value = {NULL, 0};

        if (begins(name, "tag."))
            value = find_value(group->tags, group->n_tags, (ilf_str){name.ptr + 4, name.len - 4});
        else if (begins(name, "metadata."))
            value = find_value(group->metadata, group->n_metadata,
                               (ilf_str){name.ptr + 9, name.len - 9});
        f->selected[i] = value.ptr ? value : (ilf_str){"", 0};
    }
}

ilf_status ilf__format_group(struct ilf__format *f, const ilf_group *group, struct ilf__text *text,
                             const struct ilf__sink *sink, ilf_error *err)
{
    if (f->protocol == ILF__INFLUXDB)
        return ilf__influx_group(f, group, text, sink, err);
    if (f->protocol == ILF__OTLP)
        return ilf__otlp_group(f, group, text, sink, err);
    if (f->protocol == ILF__RAW)
        return ilf_fail(err, ILF_ERR_DROP,
                        "format: protocol raw takes the byte arrays of v2 pipelines, not logs: "
                        "choose another Convert.Protocol");
    return ilf__json_group(f, group, text, sink, err);
}

ilf_status ilf__format_events(struct ilf__format *f, const ilf_event_group *group,
                              struct ilf__text *text, const struct ilf__sink *sink, ilf_error *err)
{
    if (f->protocol == ILF__INFLUXDB)
        return ilf__influx_events(f, group, text, sink, err);
    if (f->protocol == ILF__RAW)
        return ilf__raw_events(f, group, text, sink, err);
    if (f->protocol == ILF__OTLP)
        return ilf__otlp_events(f, group, text, sink, err);
    return ilf__json_events(f, group, text, sink, err);
}
