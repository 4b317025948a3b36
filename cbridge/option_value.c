/* One value of a configuration: from its JSON into the option's place. */
#include "option_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "option_default.h"
#include "option_text.h"
#include "value.h"

enum { HINT = 96 };

static ilf_status fail_memory(const struct ilf__reader *r)
{
    return ilf__tell(&r->to, ILF_ERR_NOMEM, "out of memory");
}

bool ilf__ends(const struct ilf__reader *r, ilf_status status, ilf_status *first)
{
    if (*first == ILF_OK)
        *first = status;
    return status != ILF_OK && (status != ILF_ERR_CONFIG || !r->to.all);
}

/* Is it "${NAME}" or "file:PATH" and nothing else? Then an error may show it, for it is no secret.
 */
static bool is_reference(const char *text)
{
    size_t end = strcspn(text, "}");

    if (strncmp(text, "file:", 5) == 0)
        return !strchr(text, '$');
    return strncmp(text, "${", 2) == 0 && text[end] == '}' && text[end + 1] == '\0';
}

/* @value as JSON. */
static ilf_status read_json(const struct ilf__reader *r, const json_t *value, ilf_str *out)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

    if (!text)
        return fail_memory(r);
    out->len = strlen(text);
    out->ptr = ilf__arena_strdup(r->arena, (ilf_str){text, out->len});
    free(text);
    return out->ptr ? ILF_OK : fail_memory(r);
}

/* The text of @value, expanded if the option says so, in the arena. */
static ilf_status read_text(const struct ilf__reader *r, const struct ilf__path *path,
                            const ilf_option *option, const json_t *value, ilf_str *out)
{
    ilf_error why;
    ilf_status status;

    if (option->flags & ILF_OPT_JSON)
        return read_json(r, value, out);
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

/* The text of a number or a boolean. */
static ilf_status read_scalar(const struct ilf__reader *r, const json_t *value, ilf_str *out)
{
    char text[32];
    int len = json_is_number(value)
                  ? snprintf(text, sizeof(text), "%.15g", json_number_value(value))
                  : snprintf(text, sizeof(text), "%s", json_is_true(value) ? "true" : "false");

    *out = (ilf_str){text, (size_t)len};
    out->ptr = ilf__arena_strdup(r->arena, *out);
    return out->ptr ? ILF_OK : fail_memory(r);
}

/* The text of an element of a list or a map, whose value an error never shows. */
static ilf_status read_element(const struct ilf__reader *r, const struct ilf__path *path,
                               const ilf_option *option, const json_t *value, ilf_str *out)
{
    const bool scalars = option->flags & ILF_OPT_SCALARS;

    if (scalars && (json_is_number(value) || json_is_boolean(value)))
        return read_scalar(r, value, out);
    if (!json_is_string(value))
        return ilf__complain(&r->to, path,
                             scalars ? "want text, a number or a boolean" : "want text");
    return read_text(r, path, option, value, out);
}

static ilf_status read_list(const struct ilf__reader *r, const struct ilf__path *path,
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
        if (ilf__ends(r, read_element(r, &item, option, json_array_get(value, i), &text), &first))
            return first;
        items[i] = text.ptr;
    }
    items[n] = NULL;
    if (first == ILF_OK)
        *out = (ilf_str_list){items, n};
    return first;
}

static ilf_status read_map(const struct ilf__reader *r, const struct ilf__path *path,
                           const ilf_option *option, json_t *value, ilf_str_map *out)
{
    ilf_kv *items;
    size_t n = 0;
    const char *key;
    size_t key_len;
    json_t *element;
    ilf_status first = ILF_OK;

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
        if (ilf__ends(r, read_element(r, &item, option, element, &items[n].value), &first))
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

/* Is @value a number of nanoseconds, as native flushers take it, where something longer is meant? Then
 * says so in @hint. */
static bool is_too_short(const ilf_option *option, const json_t *value, char hint[HINT])
{
    double number = json_is_number(value) ? json_number_value(value) : 0;

    if (option->type != ILF_OPT_DURATION || number <= 0 || number >= 1e6)
        return false;
    (void)snprintf(hint, HINT, "%.15g is nanoseconds: write %.15g%s", number, number,
                   number < 1000 ? "s" : "ms");
    return true;
}

static ilf_status store_number(const struct ilf__reader *r, const struct ilf__path *path,
                               const ilf_option *option, const json_t *value, void *base)
{
    char hint[HINT] = "";
    bool too_short;
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
    too_short = is_too_short(option, value, hint);
    if (option->min < option->max && (number < option->min || number > option->max)) {
        char min[ILF__NUMBER_TEXT], max[ILF__NUMBER_TEXT], got[ILF__SHOWN_SIZE],
            why[ILF__SHOWN_SIZE + HINT + 128];

        ilf__number_text(min, option, option->min);
        ilf__number_text(max, option, option->max);
        ilf__print_value(got, option, value);
        (void)snprintf(why, sizeof(why), "want %s to %s, got %s%s%s", min, max, got,
                       too_short ? ": " : "", too_short ? hint : "");
        return ilf__complain(&r->to, path, why);
    }
    if (too_short && r->to.all) {
        char why[HINT + 16];

        (void)snprintf(why, sizeof(why), "warning: %s", hint);
        (void)ilf__complain(&r->to, path, why);
    }
    if (option->type == ILF_OPT_FLOAT)
        *(double *)ilf__value_at(base, option) = number;
    else if (option->type == ILF_OPT_SIZE)
        *(uint64_t *)ilf__value_at(base, option) = (uint64_t)number;
    else
        *(int64_t *)ilf__value_at(base, option) = (int64_t)number;
    return ILF_OK;
}

static ilf_status store_choice(const struct ilf__reader *r, const struct ilf__path *path,
                               const ilf_option *option, const json_t *value, void *base)
{
    const char *text = plain_text(value);
    int choice = text ? ilf__find_choice(option, text) : -1;

    if (choice < 0)
        return ilf__complain_type(&r->to, path, option, value);
    *(int *)ilf__value_at(base, option) = choice;
    return ILF_OK;
}

ilf_status ilf__read_value(const struct ilf__reader *r, const struct ilf__path *path,
                           const ilf_option *option, json_t *value, void *base)
{
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
    default:
        return store_number(r, path, option, value, base);
    }
}
