/* Retry.Actions: what to do with a payload by the code with which its send has ended. */
#include "actions.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "option_error.h"

static const char *const names[] = {
    [ILF__ACTION_RETRY] = "retry",
    [ILF__ACTION_DROP] = "drop",
    [ILF__ACTION_DEAD_LETTER] = "dead-letter",
    [ILF__ACTION_SPLIT] = "split",
};

/* Read a code at @text, of at most nine digits. NULL when there is none. */
static const char *read_code(const char *text, int64_t *code)
{
    bool negative = *text == '-';
    size_t digits = 0;

    *code = 0;
    for (text += negative; isdigit((unsigned char)*text); text++, digits++)
        if (digits < 9)
            *code = *code * 10 + (*text - '0');
    *code = negative ? -*code : *code;
    return digits > 0 && digits <= 9 ? text : NULL;
}

static bool read_pattern(const char *text, struct ilf__action_rule *rule)
{
    const char *rest = read_code(text, &rule->first);
    int64_t width = 1;

    if (!rest)
        return false;
    if (*rest == '-' && rule->first >= 0) {
        rest = read_code(rest + 1, &rule->last);
        return rest && *rest == '\0' && rule->first <= rule->last;
    }
    for (; (*rest == 'x' || *rest == 'X') && width < 1000000 && *text != '-'; rest++)
        width *= 10;
    if (width > 1 && rest - text != 3) /* "4x" is a slip for 4xx: classes are HTTP's */
        return false;
    rule->first *= width;
    rule->last = rule->first + width - 1;
    /* "4x" is no class of HTTP's, which have three digits: 40 to 49 is nobody's wish. */
    return *rest == '\0' && rule->last <= INT32_MAX && (width == 1 || rule->last >= 100);
}

static bool read_action(const char *text, struct ilf__action_rule *rule)
{
    for (int i = ILF__ACTION_RETRY; i <= ILF__ACTION_SPLIT; i++)
        if (strcasecmp(text, names[i]) == 0) {
            rule->action = (enum ilf__action)i;
            return true;
        }
    return false;
}

ilf_status ilf__actions_parse(struct ilf__actions *out, const ilf_str_map *map, const char *who,
                              ilf_error *err)
{
    const struct ilf__complaint to = {.who = who, .err = err};
    const struct ilf__path root = {NULL, "detail"}, retry = {&root, "Retry"};
    const struct ilf__path actions = {&retry, "Actions"};

    *out = (struct ilf__actions){calloc(map->n + 1, sizeof(*out->rules)), map->n};
    if (!out->rules)
        return ilf_fail(err, ILF_ERR_NOMEM, "%s: out of memory", who);
    for (size_t i = 0; i < map->n; i++) {
        const struct ilf__path entry = {&actions, map->items[i].key.ptr};
        const char *why = NULL;

        if (!read_pattern(map->items[i].key.ptr, &out->rules[i]))
            why = "is not a code: write one such as \"429\", a class such as \"4xx\", or a range "
                  "such "
                  "as \"500-599\"";
        else if (!read_action(map->items[i].value.ptr, &out->rules[i]))
            why = "want one of \"retry\", \"drop\", \"dead-letter\", \"split\"";
        if (why) {
            ilf__actions_dispose(out);
            return ilf__complain(&to, &entry, why);
        }
    }
    return ILF_OK;
}

enum ilf__action ilf__actions_find(const struct ilf__actions *actions, int32_t code)
{
    const struct ilf__action_rule *best = NULL;

    for (size_t i = 0; i < actions->n; i++) {
        const struct ilf__action_rule *rule = &actions->rules[i];

        if (code < rule->first || code > rule->last)
            continue;
        if (!best || rule->last - rule->first < best->last - best->first)
            best = rule;
    }
    return best ? best->action : ILF__ACTION_NONE;
}

void ilf__actions_dispose(struct ilf__actions *actions)
{
    free(actions->rules);
    *actions = (struct ilf__actions){0};
}
