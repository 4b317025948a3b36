/* The tags that all records of a group share, for shapes. */
#include "shape.h"

#include "json.h"
#include "otlp.h"

/* Have the names changed since the shapes were compiled? */
static bool same_names(const struct ilf__shaper *s)
{
    const char *p = s->tag_names.ptr ? s->tag_names.ptr : "", *end = p + s->tag_names.len;

    for (size_t i = 0; i < s->n_tags; i++) {
        ilf_str name = s->tags[i].key;
        size_t len;

        if ((size_t)(end - p) < sizeof(len) + name.len)
            return false;
        memcpy(&len, p, sizeof(len));
        if (len != name.len || (len > 0 && memcmp(p + sizeof(len), name.ptr, len) != 0))
            return false;
        p += sizeof(len) + len;
    }
    return p == end;
}

static bool keep_names(struct ilf__shaper *s)
{
    if (same_names(s))
        return true;
    ilf__shaper_forget(s);
    s->tag_names.len = 0;
    s->tag_names.failed = false;
    for (size_t i = 0; i < s->n_tags; i++) {
        size_t len = s->tags[i].key.len;

        ilf__text_put(&s->tag_names, (const char *)&len, sizeof(len));
        ilf__text_put_str(&s->tag_names, s->tags[i].key);
    }
    if (s->tag_names.failed)
        s->tag_names.len = 1; /* equals no names */
    return !s->tag_names.failed;
}

static void write_tags(struct ilf__shaper *s)
{
    struct ilf__text *text = &s->tags_json;

    text->len = 0;
    text->failed = false;
    ilf__text_put_char(text, '{');
    for (size_t i = 0; i < s->n_tags; i++) {
        if (i > 0)
            ilf__text_put_char(text, ',');
        ilf__json_put_go_value(text, s->tags[i].key);
        ilf__text_put_char(text, ':');
        ilf__json_put_go_value(text, s->tags[i].value);
    }
    ilf__text_put_char(text, '}');
}

static void write_attributes(struct ilf__shaper *s)
{
    s->tags_json.len = 0;
    s->tags_json.failed = false;
    for (size_t i = 0; i < s->n_tags; i++)
        ilf__otlp_put_attribute(&s->tags_json, ILF__OTLP_LOG_ATTRIBUTES, s->tags[i].key,
                                s->tags[i].value);
}

/* Begin with an empty list of tags, with room for @n. */
static bool begin_tags(struct ilf__shaper *s, size_t n)
{
    s->generation++;
    s->all.n = 0;
    s->n_tags = 0;
    return n <= SIZE_MAX / 4 && ilf__room(&s->tags, &s->cap_tags, 2 * n, sizeof(*s->tags));
}

/* The values wait behind the @n places of the sorted tags. */
static bool add_tag(struct ilf__shaper *s, size_t n, enum ilf__field_class class, ilf_str name,
                    ilf_str value)
{
    size_t i = s->all.n;

    if (class != ILF__FIELD_TAG)
        return true;
    s->tags[n + i].value = value;
    return ilf__entries_add(&s->all, name, (int64_t)i, i);
}

static bool end_tags(struct ilf__shaper *s, size_t n)
{
    ilf__entries_settle(&s->all);
    for (size_t i = 0; i < s->all.n; i++) {
        const struct ilf__entry *entry = &s->all.items[i];

        s->tags[i] = (ilf_kv){entry->name, s->tags[n + (size_t)entry->source].value};
    }
    s->n_tags = s->all.n;
    if (!keep_names(s))
        return false;
    if (s->otlp)
        write_attributes(s);
    else if (!s->flat)
        write_tags(s);
    return !s->tags_json.failed;
}

bool ilf__shaper_begin_group(struct ilf__shaper *s, const ilf_group *group)
{
    static const ilf_str host_ip = {"host.ip", 7}, topic = {"log.topic", 9};
    size_t n = group->n_tags + 2;
    enum ilf__field_class class;
    ilf_str name;

    if (!begin_tags(s, n))
        return false;
    for (size_t i = 0; i < group->n_tags; i++) {
        class = ilf__fields_tag(&s->naming, group->tags[i].key, &name);
        if (!add_tag(s, n, class, name, group->tags[i].value))
            return false;
    }
    class = ilf__fields_rename(&s->naming, host_ip, &name);
    if (!add_tag(s, n, class, name, group->source))
        return false;
    class = ilf__fields_rename(&s->naming, topic, &name);
    if (group->topic.len > 0 && !add_tag(s, n, class, name, group->topic))
        return false;
    return end_tags(s, n);
}

bool ilf__shaper_begin_events(struct ilf__shaper *s, const ilf_event_group *group)
{
    size_t n = group->n_tags;

    if (!begin_tags(s, n))
        return false;
    for (size_t i = 0; i < n; i++) {
        ilf_str name;
        enum ilf__field_class class = ilf__fields_rename(&s->naming, group->tags[i].key, &name);

        if (!add_tag(s, n, class, name, group->tags[i].value))
            return false;
    }
    return end_tags(s, n);
}
