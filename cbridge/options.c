/* Configuration: the JSON of `detail`, applied to an instance through tables of options. */
#include "options.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "option_default.h"
#include "suggest.h"
#include "value.h"

struct reader {
    struct ilf__complaint to;
    struct ilf__arena *arena;
};

static ilf_status fail_memory(const struct reader *r)
{
    return ilf__tell(&r->to, ILF_ERR_NOMEM, "out of memory");
}

/* Keep the first failure in @first. Does it end the walk? Not when all complaints are wanted. */
static bool ends(const struct reader *r, ilf_status status, ilf_status *first)
{
    if (*first == ILF_OK)
        *first = status;
    return status != ILF_OK && (status != ILF_ERR_CONFIG || !r->to.all);
}

/* --- One value ------------------------------------------------------------------------------- */

/* Is it "${NAME}" or "file:PATH" and nothing else? Then an error may show it, for it is no secret.
 */
static bool is_reference(const char *text)
{
    size_t end = strcspn(text, "}");

    if (strncmp(text, "file:", 5) == 0)
        return !strchr(text, '$');
    return strncmp(text, "${", 2) == 0 && text[end] == '}' && text[end + 1] == '\0';
}

/* The text of @value, expanded if the option says so, in the arena. */
static ilf_status read_text(const struct reader *r, const struct ilf__path *path,
                            const ilf_option *option, const json_t *value, ilf_str *out)
{
    ilf_error why;
    ilf_status status;

    if (!json_is_string(value))
        return ilf__complain_type(&r->to, path, option, value);
    *out = (ilf_str){json_string_value(value), json_string_length(value)};
    if (memchr(out->ptr, '\0', out->len))
        return ilf__complain(&r->to, path, "holds a NUL character (\\u0000), which no option can");
    if (option->flags & (ILF_OPT_EXPAND | ILF_OPT_SECRET)) {
        status = ilf__expand(r->arena, *out, out, &why);
        if (status != ILF_OK && (option->flags & ILF_OPT_SECRET) &&
            strncmp(why.text, "environment variable", 20) == 0 && /* whose name it tells */
            !is_reference(json_string_value(value)))
            return ilf__complain(
                &r->to, path,
                "names an environment variable that is not there (not shown, it is "
                "a secret; write $$ for a single $)");
        if (status != ILF_OK)
            return ilf__complain(&r->to, path, why.text);
        if (memchr(out->ptr, '\0', out->len))
            return ilf__complain(&r->to, path,
                                 "holds a NUL byte after expansion, which no option can");
    } else {
        out->ptr = ilf__arena_strdup(r->arena, *out);
        if (!out->ptr)
            return fail_memory(r);
    }
    return ILF_OK;
}

/* The text of an element of a list or a map, whose value an error never shows. */
static ilf_status read_element(const struct reader *r, const struct ilf__path *path,
                               const ilf_option *option, const json_t *value, ilf_str *out)
{
    if (!json_is_string(value))
        return ilf__complain(&r->to, path, "want text");
    return read_text(r, path, option, value, out);
}

static ilf_status read_list(const struct reader *r, const struct ilf__path *path,
                            const ilf_option *option, const json_t *value, ilf_str_list *out)
{
    size_t n = json_array_size(value);
    const char **items;
    ilf_status first = ILF_OK;

    if (!json_is_array(value))
        return ilf__complain_type(&r->to, path, option, value);
    items = ilf__arena_alloc(r->arena, (n + 1) * sizeof(*items));
    if (!items)
        return fail_memory(r);
    for (size_t i = 0; i < n; i++) {
        char index[32];
        const struct ilf__path item = {path, index};
        ilf_str text = {NULL, 0};

        (void)snprintf(index, sizeof(index), "%zu", i);
        if (ends(r, read_element(r, &item, option, json_array_get(value, i), &text), &first))
            return first;
        items[i] = text.ptr;
    }
    items[n] = NULL;
    if (first == ILF_OK)
        *out = (ilf_str_list){items, n};
    return first;
}

static ilf_status apply(const struct reader *r, const struct ilf__path *path,
                        const struct ilf__target *targets, json_t *object);

/* An array of {"Key": ..., "Value": ...}. A value that is missing is empty; without a key there is no
 * pair, as in native flushers. */
static ilf_status read_pairs(const struct reader *r, const struct ilf__path *path,
                             const ilf_option *option, const json_t *value, ilf_str_map *out)
{
    struct pair {
        const char *key, *value;
    } pair;
    const ilf_option table[] = {
        {.name = "Key", .type = ILF_OPT_STR, .offset = offsetof(struct pair, key)},
        {.name = "Value",
         .type = ILF_OPT_STR,
         .offset = offsetof(struct pair, value),
         .flags = option->flags & (ILF_OPT_EXPAND | ILF_OPT_SECRET)},
        {0},
    };
    const struct ilf__target targets[] = {{table, &pair}, {NULL, NULL}};
    ilf_kv *items = ilf__arena_alloc(r->arena, (json_array_size(value) + 1) * sizeof(*items));
    ilf_status first = ILF_OK;
    size_t n = 0;

    if (!items)
        return fail_memory(r);
    for (size_t i = 0; i < json_array_size(value); i++) {
        json_t *element = json_array_get(value, i);
        char index[32];
        const struct ilf__path item = {path, index};

        (void)snprintf(index, sizeof(index), "%zu", i);
        pair = (struct pair){"", ""};
        if (ends(r,
                 json_is_object(element)
                     ? apply(r, &item, targets, element)
                     : ilf__complain(&r->to, &item, "want {\"Key\": \"...\", \"Value\": \"...\"}"),
                 &first))
            return first;
        if (*pair.key)
            items[n++] = (ilf_kv){{pair.key, strlen(pair.key)}, {pair.value, strlen(pair.value)}};
    }
    if (first == ILF_OK)
        *out = (ilf_str_map){items, n};
    return first;
}

static ilf_status read_map(const struct reader *r, const struct ilf__path *path,
                           const ilf_option *option, json_t *value, ilf_str_map *out)
{
    ilf_kv *items;
    size_t n = 0;
    const char *key;
    size_t key_len;
    json_t *element;
    ilf_status first = ILF_OK;

    if ((option->flags & ILF_OPT_PAIRS) && json_is_array(value))
        return read_pairs(r, path, option, value, out);
    if (!json_is_object(value))
        return ilf__complain_type(&r->to, path, option, value);
    items = ilf__arena_alloc(r->arena, (json_object_size(value) + 1) * sizeof(*items));
    if (!items)
        return fail_memory(r);
    json_object_keylen_foreach(value, key, key_len, element)
    {
        const struct ilf__path item = {path, key};

        items[n].key = (ilf_str){ilf__arena_strdup(r->arena, (ilf_str){key, key_len}), key_len};
        if (!items[n].key.ptr)
            return fail_memory(r);
        if (ends(r, read_element(r, &item, option, element, &items[n].value), &first))
            return first;
        n++;
    }
    if (first == ILF_OK)
        *out = (ilf_str_map){items, n};
    return first;
}

/* The text of @value, or NULL when it is none, or holds a NUL and so is not all of it. */
static const char *plain_text(const json_t *value)
{
    const char *text = json_string_value(value);

    return text && strlen(text) == json_string_length(value) ? text : NULL;
}

static bool read_number(const ilf_option *option, const json_t *value, double *number)
{
    const char *text = plain_text(value);

    if (json_is_number(value)) {
        *number = json_number_value(value);
        return true;
    }
    if (option->type == ILF_OPT_SIZE && text)
        return ilf__parse_size(text, number);
    if (option->type == ILF_OPT_DURATION && text)
        return ilf__parse_duration(text, number);
    return false;
}

/* A bound, in the words in which its option is written. */
static void print_number(char *out, size_t size, const ilf_option *option, double number)
{
    if (option->type == ILF_OPT_DURATION)
        (void)snprintf(out, size, "%.15gs", number / 1e9);
    else
        (void)snprintf(out, size, "%.15g", number);
}

static ilf_status store_number(const struct reader *r, const struct ilf__path *path,
                               const ilf_option *option, const json_t *value, void *base)
{
    double number;

    if (!read_number(option, value, &number))
        return ilf__complain_type(&r->to, path, option, value);
    if (option->type != ILF_OPT_FLOAT) {
        if (number != floor(number))
            return ilf__complain_type(&r->to, path, option, value);
        if (option->type == ILF_OPT_SIZE && number < 0 && option->min < 0)
            number = 0;
        if (fabs(number) >= 0x1p63 || (option->type == ILF_OPT_SIZE && number < 0))
            return ilf__complain(&r->to, path, number < 0 ? "is too small" : "is too large");
    }
    if (option->min < option->max && (number < option->min || number > option->max)) {
        char min[32], max[32], got[ILF__SHOWN_SIZE], why[ILF__SHOWN_SIZE + 128];

        print_number(min, sizeof(min), option, option->min);
        print_number(max, sizeof(max), option, option->max);
        ilf__print_value(got, option, value);
        (void)snprintf(why, sizeof(why), "want %s to %s, got %s", min, max, got);
        return ilf__complain(&r->to, path, why);
    }
    if (option->type == ILF_OPT_FLOAT)
        *(double *)ilf__value_at(base, option) = number;
    else if (option->type == ILF_OPT_SIZE)
        *(uint64_t *)ilf__value_at(base, option) = (uint64_t)number;
    else
        *(int64_t *)ilf__value_at(base, option) = (int64_t)number;
    return ILF_OK;
}

static ilf_status store_choice(const struct reader *r, const struct ilf__path *path,
                               const ilf_option *option, const json_t *value, void *base)
{
    const char *text = plain_text(value);
    int choice = text ? ilf__find_choice(option, text) : -1;

    if (choice < 0)
        return ilf__complain_type(&r->to, path, option, value);
    *(int *)ilf__value_at(base, option) = choice;
    return ILF_OK;
}

static ilf_status store(const struct reader *r, const struct ilf__path *path,
                        const ilf_option *option, json_t *value, void *base)
{
    const struct ilf__target nested[] = {{option->table, ilf__value_at(base, option)},
                                         {NULL, NULL}};
    ilf_status status;
    ilf_str text;

    switch (option->type) {
    case ILF_OPT_STR:
        status = read_text(r, path, option, value, &text);
        if (status == ILF_OK)
            *(const char **)ilf__value_at(base, option) = text.ptr;
        return status;
    case ILF_OPT_BOOL:
        if (!json_is_boolean(value))
            return ilf__complain_type(&r->to, path, option, value);
        *(bool *)ilf__value_at(base, option) = json_is_true(value);
        return ILF_OK;
    case ILF_OPT_ENUM:
        return store_choice(r, path, option, value, base);
    case ILF_OPT_LIST:
        return read_list(r, path, option, value, ilf__value_at(base, option));
    case ILF_OPT_MAP:
        return read_map(r, path, option, value, ilf__value_at(base, option));
    case ILF_OPT_TABLE:
        if (!json_is_object(value))
            return ilf__complain_type(&r->to, path, option, value);
        return apply(r, path, nested, value);
    default:
        return store_number(r, path, option, value, base);
    }
}

/* --- Required options ------------------------------------------------------------------------ */

static bool is_empty(const ilf_option *option, void *base)
{
    switch (option->type) {
    case ILF_OPT_STR:
        return **(const char **)ilf__value_at(base, option) == '\0';
    case ILF_OPT_LIST:
        return ((const ilf_str_list *)ilf__value_at(base, option))->n == 0;
    case ILF_OPT_MAP:
        return ((const ilf_str_map *)ilf__value_at(base, option))->n == 0;
    default:
        return false;
    }
}

/* The member of @object that @name means, without regard to case; null counts as absent. */
static json_t *find_member(json_t *object, const char *name)
{
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        if (strcasecmp(key, name) == 0 && !json_is_null(value))
            return value;
    }
    return NULL;
}

static ilf_status check_required(const struct reader *r, const struct ilf__path *path,
                                 const ilf_option *table, json_t *object)
{
    ilf_status first = ILF_OK;

    for (const ilf_option *option = table; option && option->name; option++) {
        const struct ilf__path here = {path, option->name};
        json_t *value = find_member(object, option->name);
        ilf_status status = ILF_OK;

        if ((option->flags & ILF_OPT_REQUIRED) && !value)
            status = ilf__complain(&r->to, &here, "is missing, and there is no default for it");
        else if (option->type == ILF_OPT_TABLE && (!value || json_is_object(value)))
            status = check_required(r, &here, option->table, value);
        if (ends(r, status, &first))
            break;
    }
    return first;
}

/* --- Objects --------------------------------------------------------------------------------- */

/* The first of @targets that knows @key, with its @option, or NULL. */
static const struct ilf__target *find_target(const struct ilf__target *targets, const char *key,
                                             const ilf_option **option)
{
    for (; targets->table; targets++)
        for (*option = targets->table; (*option)->name; (*option)++)
            if (strcasecmp((*option)->name, key) == 0)
                return targets;
    return NULL;
}

static ilf_status fail_unknown(const struct reader *r, const struct ilf__path *path,
                               const struct ilf__target *targets, const char *key)
{
    const struct ilf__path here = {path, key};
    struct ilf__suggestion nearest = ilf__suggest(key);
    char why[160];

    for (; targets->table; targets++)
        for (const ilf_option *option = targets->table; option->name; option++)
            ilf__consider(&nearest, option->name);
    if (nearest.best)
        (void)snprintf(why, sizeof(why), "no such option; did you mean %s?", nearest.best);
    else
        (void)snprintf(why, sizeof(why), "no such option; ilfrun -explain %s lists them",
                       r->to.who);
    return ilf__complain(&r->to, &here, why);
}

static ilf_status store_option(const struct reader *r, const struct ilf__path *path,
                               const ilf_option *option, json_t *value, void *base)
{
    const struct ilf__path here = {path, option->name};
    ilf_status status = store(r, &here, option, value, base);

    if (status == ILF_OK && (option->flags & ILF_OPT_REQUIRED) && is_empty(option, base))
        status = ilf__complain(&r->to, &here, "must not be empty");
    return status;
}

static ilf_status apply(const struct reader *r, const struct ilf__path *path,
                        const struct ilf__target *targets, json_t *object)
{
    const char *key;
    size_t len;
    json_t *value;
    ilf_status first = ILF_OK;

    json_object_keylen_foreach(object, key, len, value)
    {
        const ilf_option *option = NULL;
        const struct ilf__target *target = find_target(targets, key, &option);
        ilf_status status = ILF_OK;

        if (!target || strlen(key) != len)
            status = fail_unknown(r, path, targets, key);
        else if (!json_is_null(value)) /* which leaves the default, as it does in native flushers */
            status = store_option(r, path, option, value, target->base);
        if (ends(r, status, &first))
            break;
    }
    return first;
}

/* jansson quotes the text near the error, which may be a secret. */
static ilf_status fail_syntax(const struct reader *r, json_error_t *error)
{
    char *near = strstr(error->text, " near '");

    if (near)
        *near = '\0';
    return ilf__tell(&r->to, ILF_ERR_CONFIG, "detail: not JSON: %s at line %d, column %d",
                     error->text, error->line, error->column);
}

ilf_status ilf__configure(const struct ilf__target *targets, const struct ilf__complaint *to,
                          const char *json, size_t len, struct ilf__arena *arena)
{
    const struct reader r = {*to, arena};
    const struct ilf__path root = {NULL, "detail"};
    ilf_status first = ILF_OK;
    json_error_t error;
    json_t *detail;

    for (const struct ilf__target *t = targets; t->table; t++)
        ilf__prepare(t->table, t->base);

    /* All numbers as doubles: that is what the host makes of them before we see them. */
    detail =
        json_loadb(json, len, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, &error);
    if (!detail)
        return fail_syntax(&r, &error);
    if (json_is_object(detail))
        first = apply(&r, &root, targets, detail);
    else if (!json_is_null(detail)) /* then it has nothing that could be missing */
        first = ilf__complain(&r.to, &root, "want an object with options, or nothing");
    if (json_is_object(detail) || json_is_null(detail))
        for (const struct ilf__target *t = targets; !ends(&r, first, &first) && t->table; t++)
            (void)ends(&r, check_required(&r, &root, t->table, detail), &first);
    json_decref(detail);
    return first;
}
