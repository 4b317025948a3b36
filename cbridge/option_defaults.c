/* Defaults of options: set at once, or left unset until the flusher had its say. */
#include "option_defaults.h"

#include <string.h>
#include <strings.h>

#include "value.h"

static void *at(void *base, const ilf_option *option)
{
    return (char *)base + option->offset;
}

int ilf__find_choice(const ilf_option *option, const char *text)
{
    for (int i = 0; option->choices[i]; i++)
        if (strcasecmp(option->choices[i], text) == 0)
            return i;
    return -1;
}

/* The table is the flusher's own code, so a default that does not parse is left at zero here and
 * found by the conformance test, which compares what is shown with what is set. */
static void set_default(const ilf_option *option, void *base)
{
    const char *text = option->default_value;
    double number = 0;
    int choice;

    switch (option->type) {
    case ILF_OPT_STR:
        *(const char **)at(base, option) = text ? text : "";
        break;
    case ILF_OPT_BOOL:
        *(bool *)at(base, option) = text && strcmp(text, "true") == 0;
        break;
    case ILF_OPT_ENUM:
        choice = text ? ilf__find_choice(option, text) : 0;
        *(int *)at(base, option) = choice < 0 ? 0 : choice;
        break;
    case ILF_OPT_LIST:
        *(ilf_str_list *)at(base, option) = (ilf_str_list){NULL, 0};
        break;
    case ILF_OPT_MAP:
        *(ilf_str_map *)at(base, option) = (ilf_str_map){NULL, 0};
        break;
    case ILF_OPT_TABLE:
        break;
    case ILF_OPT_INT:
        (void)(text && ilf__parse_number(text, &number));
        *(int64_t *)at(base, option) = (int64_t)number;
        break;
    case ILF_OPT_FLOAT:
        (void)(text && ilf__parse_number(text, &number));
        *(double *)at(base, option) = number;
        break;
    case ILF_OPT_SIZE:
        (void)(text && ilf__parse_size(text, &number));
        *(uint64_t *)at(base, option) = (uint64_t)number;
        break;
    case ILF_OPT_DURATION:
        (void)(text && ilf__parse_duration(text, &number));
        *(int64_t *)at(base, option) = (int64_t)number;
        break;
    }
}

/* Mark the value as unset, if that is what the option's flag asks for. */
static bool unset(const ilf_option *option, void *base)
{
    if (!(option->flags & ILF__OPT_UNSET))
        return false;
    if (option->type == ILF_OPT_SIZE)
        *(uint64_t *)at(base, option) = ILF__UNSET_SIZE;
    else if (option->type == ILF_OPT_ENUM)
        *(int *)at(base, option) = ILF__UNSET_ENUM;
    else
        *(int64_t *)at(base, option) = ILF__UNSET_INT;
    return true;
}

static bool is_unset(const ilf_option *option, void *base)
{
    if (!(option->flags & ILF__OPT_UNSET))
        return false;
    if (option->type == ILF_OPT_SIZE)
        return *(uint64_t *)at(base, option) == ILF__UNSET_SIZE;
    if (option->type == ILF_OPT_ENUM)
        return *(int *)at(base, option) == ILF__UNSET_ENUM;
    return *(int64_t *)at(base, option) == ILF__UNSET_INT;
}

void ilf__prepare(const ilf_option *table, void *base)
{
    for (const ilf_option *option = table; option->name; option++)
        if (option->type == ILF_OPT_TABLE)
            ilf__prepare(option->table, at(base, option));
        else if (!unset(option, base))
            set_default(option, base);
}

void ilf__set_defaults(const ilf_option *table, void *base)
{
    for (const ilf_option *option = table; option->name; option++)
        if (option->type == ILF_OPT_TABLE)
            ilf__set_defaults(option->table, at(base, option));
        else if (is_unset(option, base))
            set_default(option, base);
}
