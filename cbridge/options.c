/* Configuration: the JSON of `detail`, applied to an instance through tables of options. */
#include "options.h"

#include <string.h>
#include <strings.h>

#include "option_default.h"
#include "option_value.h"
#include "suggest.h"

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

static ilf_status check_required(const struct ilf__reader *r, const struct ilf__path *path,
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
        if (ilf__ends(r, status, &first))
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

static ilf_status fail_unknown(const struct ilf__reader *r, const struct ilf__path *path,
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

static ilf_status apply(const struct ilf__reader *r, const struct ilf__path *path,
                        const struct ilf__target *targets, json_t *object);

static ilf_status store(const struct ilf__reader *r, const struct ilf__path *path,
                        const ilf_option *option, json_t *value, void *base)
{
    const struct ilf__target nested[] = {{option->table, ilf__value_at(base, option)},
                                         {NULL, NULL}};

    if (option->type != ILF_OPT_TABLE)
        return ilf__read_value(r, path, option, value, base);
    if (!json_is_object(value))
        return ilf__complain_type(&r->to, path, option, value);
    return apply(r, path, nested, value);
}

static ilf_status store_option(const struct ilf__reader *r, const struct ilf__path *path,
                               const ilf_option *option, json_t *value, void *base)
{
    const struct ilf__path here = {path, option->name};
    ilf_status status = store(r, &here, option, value, base);

    if (status == ILF_OK && (option->flags & ILF_OPT_REQUIRED) && is_empty(option, base))
        status = ilf__complain(&r->to, &here, "must not be empty");
    return status;
}

static ilf_status apply(const struct ilf__reader *r, const struct ilf__path *path,
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
        if (ilf__ends(r, status, &first))
            break;
    }
    return first;
}

/* jansson quotes the text near the error, which may be a secret. */
static ilf_status fail_syntax(const struct ilf__reader *r, json_error_t *error)
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
    const struct ilf__reader r = {*to, arena};
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
        for (const struct ilf__target *t = targets; !ilf__ends(&r, first, &first) && t->table; t++)
            (void)ilf__ends(&r, check_required(&r, &root, t->table, detail), &first);
    json_decref(detail);
    return first;
}
