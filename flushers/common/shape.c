/* Shapes: what the documents of logs with the same keys have in common, found out once. */
#include "shape.h"

#include <stdlib.h>

#include "json.h"
#include "otlp.h"

/* A shape with more keys than this is not kept. */
enum { MOST_KEYS = 1024, READABLE = 32 };

/* --- Memory ---------------------------------------------------------------------------------- */

static void free_shape(struct ilf__shape *shape)
{
    if (!shape)
        return;
    free(shape->keys);
    free(shape->pieces);
    free(shape->selected);
    ilf__text_dispose(&shape->text);
    free(shape);
}

void ilf__shaper_trim(struct ilf__shaper *s)
{
    struct ilf__entries *all[] = {&s->contents, &s->tag_entries, &s->all};

    if (!s->shapes[0] || s->shapes[0]->n <= MOST_KEYS)
        return;
    free_shape(s->shapes[0]);
    s->shapes[0] = NULL;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        free(all[i]->items);
        *all[i] = (struct ilf__entries){NULL, 0, 0};
    }
}

void ilf__shaper_forget(struct ilf__shaper *s)
{
    for (size_t i = 0; i < ILF__SHAPES; i++) {
        free_shape(s->shapes[i]);
        s->shapes[i] = NULL;
    }
}

void ilf__shaper_dispose(struct ilf__shaper *s)
{
    ilf__shaper_forget(s);
    free(s->tags);
    ilf__text_dispose(&s->tag_names);
    ilf__text_dispose(&s->tags_json);
    free(s->contents.items);
    free(s->tag_entries.items);
    free(s->all.items);
    *s = (struct ilf__shaper){0};
}

/* --- Compiling ------------------------------------------------------------------------------- */

struct compiler {
    struct ilf__shaper *s;
    struct ilf__shape *shape;
    const struct ilf__record *record;
    size_t at; /* where the text of the next piece begins */
    bool ok;
};

static void put_name(struct compiler *c, ilf_str name)
{
    if (c->record->kind == ILF__RECORD_LOG && c->s->plain_logs)
        ilf__json_put_utf8(&c->shape->text, name);
    else
        ilf__json_put_go_value(&c->shape->text, name);
}

static void put_source(struct compiler *c, int64_t source)
{
    struct ilf__shape *shape = c->shape;

    c->ok = c->ok && ilf__room(&shape->pieces, &shape->cap_pieces, shape->n_pieces + 1,
                               sizeof(*shape->pieces));
    if (!c->ok)
        return;
    shape->pieces[shape->n_pieces++] = (struct ilf__piece){c->at, shape->text.len - c->at, source};
    c->at = shape->text.len;
}

static void put_object(struct compiler *c, const struct ilf__entries *entries)
{
    struct ilf__text *text = &c->shape->text;

    ilf__text_put_char(text, '{');
    for (size_t i = 0; i < entries->n; i++) {
        const struct ilf__entry *entry = &entries->items[i];

        if (i > 0)
            ilf__text_put_char(text, ',');
        put_name(c, entry->name);
        ilf__text_put_char(text, ':');
        if (entry->source >= 0)
            ilf__text_put_char(text, '"');
        put_source(c, entry->source);
        if (entry->source >= 0)
            ilf__text_put_char(text, '"');
    }
    ilf__text_put_char(text, '}');
}

/* One object: contents, over them tags, over both the time. */
static void put_flat(struct compiler *c)
{
    struct ilf__shaper *s = c->s;

    s->all.n = 0;
    for (size_t i = 0; i < s->contents.n; i++)
        c->ok = c->ok && ilf__entries_add(&s->all, s->contents.items[i].name,
                                          s->contents.items[i].source, 0);
    for (size_t i = 0; !s->only_contents && i < s->tag_entries.n; i++)
        c->ok = c->ok && ilf__entries_add(&s->all, s->tag_entries.items[i].name,
                                          s->tag_entries.items[i].source, 1);
    c->ok = c->ok && ilf__entries_add(&s->all, s->time_name, ILF__SOURCE_TIME, 2);
    if (!c->ok)
        return;
    ilf__entries_settle(&s->all);
    put_object(c, &s->all);
}

/* Three members, of which the later counts when two were given one name. */
static void put_nested(struct compiler *c, bool own_tags)
{
    enum { TIME, CONTENTS, TAGS };
    struct ilf__shaper *s = c->s;
    struct ilf__text *text = &c->shape->text;

    s->all.n = 0;
    c->ok = c->ok && ilf__entries_add(&s->all, s->time_name, TIME, TIME) &&
            ilf__entries_add(&s->all, s->contents_name, CONTENTS, CONTENTS) &&
            ilf__entries_add(&s->all, s->tags_name, TAGS, TAGS);
    if (!c->ok)
        return;
    ilf__entries_settle(&s->all);
    for (size_t i = 0; i < s->all.n; i++) {
        ilf__text_put_char(text, i > 0 ? ',' : '{');
        put_name(c, s->all.items[i].name);
        ilf__text_put_char(text, ':');
        if (s->all.items[i].source == TIME)
            put_source(c, ILF__SOURCE_TIME);
        else if (s->all.items[i].source == CONTENTS)
            put_object(c, &s->contents);
        else if (own_tags)
            put_object(c, &s->tag_entries);
        else
            put_source(c, ILF__SOURCE_TAGS);
    }
    ilf__text_put_char(text, '}');
}

static void put_attribute(struct compiler *c, const struct ilf__entry *entry)
{
    ilf__otlp_put_key(&c->shape->text, entry->name);
    put_source(c, entry->source);
}

/* Attributes: contents, but for the body and the level; over them tags. Natively the level may be a
 * tag without a name. */
static void put_attributes(struct compiler *c, bool own_tags)
{
    static const ilf_str body = {"content", 7}, level = {"level", 5}, nameless = {"", 0};
    const struct ilf__entries *contents = &c->s->contents, *tags = &c->s->tag_entries;
    const struct ilf__entry *found = ilf__entries_find(contents, body);

    c->shape->body = found ? found->source : ILF__SOURCE_ABSENT;
    found = ilf__entries_find(contents, level);
    if (!found)
        found = ilf__entries_find(tags, nameless);
    c->shape->level = found ? found->source : ILF__SOURCE_ABSENT;
    for (size_t i = 0; i < contents->n; i++)
        if (!ilf_str_equal(contents->items[i].name, body) &&
            !ilf_str_equal(contents->items[i].name, level) &&
            !ilf__entries_find(tags, contents->items[i].name))
            put_attribute(c, &contents->items[i]);
    for (size_t i = 0; own_tags && i < tags->n; i++)
        put_attribute(c, &tags->items[i]);
    if (!own_tags)
        put_source(c, ILF__SOURCE_TAGS);
}

/* Sort the fields of the record into contents and tags. */
static bool classify(struct compiler *c, bool *own_tags)
{
    struct ilf__shaper *s = c->s;
    const struct ilf__record *record = c->record;
    bool own_first = record->kind != ILF__RECORD_EVENT;

    s->contents.n = s->tag_entries.n = 0;
    for (size_t i = 0; i < record->n; i++) {
        ilf_str name = record->kv[i].key;
        enum ilf__field_class class = ILF__FIELD_CONTENT;

        if (record->kind == ILF__RECORD_LOG)
            class = ilf__fields_content(&s->naming, name, &name);
        else if (i >= record->n_contents)
            class = ilf__fields_rename(&s->naming, name, &name);
        if (class == ILF__FIELD_CONTENT && !ilf__entries_add(&s->contents, name, (int64_t)i, i))
            return false;
        if (class == ILF__FIELD_TAG &&
            !ilf__entries_add(&s->tag_entries, name, (int64_t)i, own_first ? i : s->n_tags + i))
            return false;
    }
    *own_tags = s->tag_entries.n > 0;
    for (size_t i = 0; i < s->n_tags; i++)
        if (!ilf__entries_add(&s->tag_entries, s->tags[i].key, (int64_t)(record->n + i),
                              own_first ? record->n + i : i))
            return false;
    ilf__entries_settle(&s->contents);
    ilf__entries_settle(&s->tag_entries);
    return true;
}

/* Natively a name that TagFieldsRename replaces is always there, be it empty. */
static int64_t select_source(const struct ilf__shaper *s, ilf_str name)
{
    static const ilf_str content = {"content.", 8}, tag = {"tag.", 4};
    bool is_tag = name.len >= tag.len && memcmp(name.ptr, tag.ptr, tag.len) == 0;
    size_t cut = is_tag ? tag.len : content.len;
    const struct ilf__entry *entry;
    const ilf_str *renamed;
    ilf_str field;

    if (name.len < cut) /* of no field of the record's */
        return ILF__SOURCE_ABSENT;
    field = (ilf_str){name.ptr + cut, name.len - cut};
    entry = ilf__entries_find(is_tag ? &s->tag_entries : &s->contents, field);
    if (entry || !is_tag)
        return entry ? entry->source : ILF__SOURCE_ABSENT;
    renamed = ilf__fields_find(s->naming.rename, field);
    if (!renamed)
        return ILF__SOURCE_ABSENT;
    entry = ilf__entries_find(&s->tag_entries, *renamed);
    return entry ? entry->source : ILF__SOURCE_EMPTY;
}

static bool keep_keys(struct ilf__shaper *s, struct ilf__shape *shape,
                      const struct ilf__record *record)
{
    if (!ilf__room(&shape->keys, &shape->cap_keys, record->n, sizeof(*shape->keys)))
        return false;
    for (size_t i = 0; i < record->n; i++) {
        ilf_str key = record->kv[i].key;

        shape->keys[i] = (struct ilf__shape_key){key.ptr, shape->text.len, key.len};
        ilf__text_put_str(&shape->text, key);
    }
    shape->kind = record->kind;
    shape->generation = s->generation;
    shape->n = record->n;
    shape->n_contents = record->n_contents;
    return true;
}

static bool compile(struct ilf__shaper *s, struct ilf__shape *shape,
                    const struct ilf__record *record)
{
    struct compiler c = {.s = s, .shape = shape, .record = record, .ok = true};
    bool own_tags;

    shape->text.len = 0;
    shape->n_pieces = 0;
    if (!keep_keys(s, shape, record) || !classify(&c, &own_tags))
        return false;
    for (size_t i = 0; i < s->n_names; i++)
        shape->selected[i] = select_source(s, s->names[i]);
    c.at = shape->text.len;
    if (s->otlp)
        put_attributes(&c, own_tags);
    else if (s->flat)
        put_flat(&c);
    else
        put_nested(&c, own_tags);
    put_source(&c, ILF__SOURCE_END);
    return c.ok && ilf__text_reserve(&shape->text, READABLE);
}

/* --- Finding --------------------------------------------------------------------------------- */

/* A key at the address of the last record's, in the same group, is the same key. */
static bool fits(struct ilf__shape *shape, uint64_t generation, const struct ilf__record *record)
{
    bool here = shape->generation == generation;

    if (shape->n != record->n || shape->kind != record->kind ||
        shape->n_contents != record->n_contents)
        return false;
    for (size_t i = 0; i < record->n; i++) {
        struct ilf__shape_key *key = &shape->keys[i];
        ilf_str other = record->kv[i].key;

        if (key->len != other.len)
            return false;
        if (here && key->ptr == other.ptr)
            continue;
        if (key->len > 0 && memcmp(shape->text.ptr + key->at, other.ptr, key->len) != 0)
            return false;
        key->ptr = other.ptr;
    }
    shape->generation = generation;
    return true;
}

/* Move the shape at @i to the front. */
static struct ilf__shape *prefer(struct ilf__shaper *s, size_t i)
{
    struct ilf__shape *shape = s->shapes[i];

    for (; i > 0; i--)
        s->shapes[i] = s->shapes[i - 1];
    s->shapes[0] = shape;
    return shape;
}

const struct ilf__shape *ilf__shaper_find(struct ilf__shaper *s, const struct ilf__record *record)
{
    const size_t last = ILF__SHAPES - 1;
    struct ilf__shape *shape;

    for (size_t i = 0; i < ILF__SHAPES; i++)
        if (s->shapes[i] && fits(s->shapes[i], s->generation, record))
            return prefer(s, i);
    if (!s->shapes[last]) {
        shape = calloc(1, sizeof(*shape));
        if (!shape)
            return NULL;
        s->shapes[last] = shape;
        shape->selected = calloc(s->n_names + 1, sizeof(*shape->selected));
        if (!shape->selected) {
            free_shape(shape);
            s->shapes[last] = NULL;
            return NULL;
        }
    }
    shape = prefer(s, last);
    if (!compile(s, shape, record)) {
        free_shape(shape);
        s->shapes[0] = NULL;
        return NULL;
    }
    return shape;
}
