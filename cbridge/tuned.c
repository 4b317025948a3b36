/* The defaults of the common options as a flusher has tuned them. */
#include "tuned.h"

#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "option_default.h"
#include "trial.h"

static bool ends_with(const ilf_option *option, const char *end)
{
    size_t len = strlen(option->name), n = strlen(end);

    return len >= n && strcasecmp(option->name + len - n, end) == 0;
}

/* A text that may stand for what @option asks for. */
static const char *text_for(const ilf_option *option)
{
    if (ends_with(option, "URL"))
        return "http://localhost";
    return ends_with(option, "Path") || ends_with(option, "File") ? "/dev/null" : "x";
}

/* A flusher may need to know where to, also where its table can't say so. */
static bool is_needed(const ilf_option *option)
{
    return option->flags & ILF_OPT_REQUIRED ||
           (option->type == ILF_OPT_STR && ends_with(option, "URL"));
}

/* @table's options that must be there, as a configuration. */
static json_t *least(const ilf_option *table)
{
    json_t *all = json_object();

    for (const ilf_option *option = table; all && option && option->name; option++) {
        json_t *value = NULL;

        if (!is_needed(option))
            continue;
        if (option->type == ILF_OPT_STR)
            value = json_string(text_for(option));
        else if (option->type == ILF_OPT_LIST)
            value = json_pack("[s]", "localhost:1");
        if (value)
            (void)json_object_set_new(all, option->name, value);
    }
    return all;
}

ilf_flusher *ilf__tuned(const ilf_flusher_ops *ops)
{
    json_t *config = least(ops->options);
    char *text = config ? json_dumps(config, JSON_COMPACT) : NULL;
    ilf_flusher *f = NULL;
    ilf_error err;

    if (text)
        f = ilf__trial(ops, text, strlen(text), &err);
    free(text);
    json_decref(config);
    return f;
}

static double number_at(const ilf_option *option, void *base)
{
    void *at = ilf__value_at(base, option);

    return option->type == ILF_OPT_SIZE    ? (double)*(uint64_t *)at
           : option->type == ILF_OPT_FLOAT ? *(double *)at
                                           : (double)*(int64_t *)at;
}

bool ilf__tuned_text(char out[ILF__NUMBER_TEXT], const ilf_option *option, void *base)
{
    union {
        uint64_t size;
        int64_t number;
        double real;
        int choice;
    } before = {0};
    ilf_option here = *option;

    here.offset = 0;
    switch (option->type) {
    case ILF_OPT_INT:
    case ILF_OPT_SIZE:
    case ILF_OPT_FLOAT:
    case ILF_OPT_DURATION:
        ilf__set_default(&here, &before);
        if (number_at(&here, &before) == number_at(option, base))
            return false;
        ilf__number_text(out, option, number_at(option, base));
        return true;
    case ILF_OPT_ENUM:
        ilf__set_default(&here, &before);
        if (before.choice == *(int *)ilf__value_at(base, option))
            return false;
        (void)snprintf(out, ILF__NUMBER_TEXT, "%s",
                       option->choices[*(int *)ilf__value_at(base, option)]);
        return true;
    default:
        return false;
    }
}
