/* What the tables of options say, in the words that people read: defaults and ranges. */
#include "option_text.h"

void ilf__number_text(char out[ILF__NUMBER_TEXT], const ilf_option *option, double number)
{
    if (option->type == ILF_OPT_DURATION)
        (void)snprintf(out, ILF__NUMBER_TEXT, "%.15gs", number / 1e9);
    else
        (void)snprintf(out, ILF__NUMBER_TEXT, "%.15g", number);
}

void ilf__range_text(char out[ILF__RANGE_TEXT], const ilf_option *option)
{
    char min[ILF__NUMBER_TEXT], max[ILF__NUMBER_TEXT];

    out[0] = '\0';
    if (option->min >= option->max || option->max >= 0x1p53)
        return;
    ilf__number_text(min, option, option->min);
    ilf__number_text(max, option, option->max);
    (void)snprintf(out, ILF__RANGE_TEXT, "%s to %s", min, max);
}

const char *ilf__default_text(const ilf_option *option)
{
    if (option->type == ILF_OPT_LIST || option->type == ILF_OPT_MAP)
        return "empty";
    if (option->default_value && *option->default_value)
        return option->default_value;
    switch (option->type) {
    case ILF_OPT_STR:
        return "\"\"";
    case ILF_OPT_BOOL:
        return "false";
    case ILF_OPT_ENUM:
        return option->choices[0];
    default:
        return "0";
    }
}
