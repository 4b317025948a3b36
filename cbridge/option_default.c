/* Options before any configuration: each with its default. */
#include "option_default.h"

#include <string.h>
#include <strings.h>

#include "value.h"

int ilf__find_choice(const ilf_option *option, const char *text)
{
    for (int i = 0; option->choices[i]; i++)
        if (strcasecmp(option->choices[i], text) == 0)
            return i;
    return -1;
}

void ilf__set_default(const ilf_option *option, void *base)
{
    const char *text = option->default_value;
    double number = 0;
    int choice;

    switch (option->type) {
    case ILF_OPT_STR:
        *(const char **)ilf__value_at(base, option) = text ? text : "";
        break;
    case ILF_OPT_BOOL:
        *(bool *)ilf__value_at(base, option) = text && strcmp(text, "true") == 0;
        break;
    case ILF_OPT_ENUM:
        choice = text ? ilf__find_choice(option, text) : 0;
        *(int *)ilf__value_at(base, option) = choice < 0 ? 0 : choice;
        break;
    case ILF_OPT_LIST:
        *(ilf_str_list *)ilf__value_at(base, option) = (ilf_str_list){NULL, 0};
        break;
    case ILF_OPT_MAP:
        *(ilf_str_map *)ilf__value_at(base, option) = (ilf_str_map){NULL, 0};
        break;
    case ILF_OPT_TABLE:
        for (const ilf_option *nested = option->table; nested->name; nested++)
            ilf__set_default(nested, ilf__value_at(base, option));
        break;
    case ILF_OPT_INT:
        (void)(text && ilf__parse_number(text, &number));
        *(int64_t *)ilf__value_at(base, option) = (int64_t)number;
        break;
    case ILF_OPT_FLOAT:
        (void)(text && ilf__parse_number(text, &number));
        *(double *)ilf__value_at(base, option) = number;
        break;
    case ILF_OPT_SIZE:
        (void)(text && ilf__parse_size(text, &number));
        *(uint64_t *)ilf__value_at(base, option) = (uint64_t)number;
        break;
    case ILF_OPT_DURATION:
        (void)(text && ilf__parse_duration(text, &number));
        *(int64_t *)ilf__value_at(base, option) = (int64_t)number;
        break;
    }
}

/* Mark the value as unset, if that is what the option's flag asks for. */
static bool unset(const ilf_option *option, void *base)
{
    if (!(option->flags & ILF__OPT_UNSET))
        return false;
    if (option->type == ILF_OPT_SIZE)
        *(uint64_t *)ilf__value_at(base, option) = ILF__UNSET_SIZE;
    else if (option->type == ILF_OPT_ENUM)
        *(int *)ilf__value_at(base, option) = ILF__UNSET_ENUM;
    else
        *(int64_t *)ilf__value_at(base, option) = ILF__UNSET_INT;
    return true;
}

static bool is_unset(const ilf_option *option, void *base)
{
    if (!(option->flags & ILF__OPT_UNSET))
        return false;
    if (option->type == ILF_OPT_SIZE)
        return *(uint64_t *)ilf__value_at(base, option) == ILF__UNSET_SIZE;
    if (option->type == ILF_OPT_ENUM)
        return *(int *)ilf__value_at(base, option) == ILF__UNSET_ENUM;
    return *(int64_t *)ilf__value_at(base, option) == ILF__UNSET_INT;
}

void ilf__prepare(const ilf_option *table, void *base)
{
    for (const ilf_option *option = table; option->name; option++)
        if (option->type == ILF_OPT_TABLE)
            ilf__prepare(option->table, ilf__value_at(base, option));
        else if (!unset(option, base))
            ilf__set_default(option, base);
}

void ilf__set_defaults(const ilf_option *table, void *base)
{
    for (const ilf_option *option = table; option->name; option++)
        if (option->type == ILF_OPT_TABLE)
            ilf__set_defaults(option->table, ilf__value_at(base, option));
        else if (is_unset(option, base))
            ilf__set_default(option, base);
}
