/* What a flusher does and which options it has, as text for people. */
#include <string.h>

#include <ilf/bridge.h>

#include "instance.h"
#include "page.h"
#include "registry.h"

enum { LONGEST_PATH = 128 };

struct page {
    struct ilf__page text;
    size_t width; /* of the widest option's name */
};

static const char *const type_names[] = {
    [ILF_OPT_STR] = "text",     [ILF_OPT_INT] = "number",        [ILF_OPT_BOOL] = "true/false",
    [ILF_OPT_FLOAT] = "number", [ILF_OPT_SIZE] = "size",         [ILF_OPT_DURATION] = "duration",
    [ILF_OPT_ENUM] = "choice",  [ILF_OPT_LIST] = "list of text", [ILF_OPT_MAP] = "map of text",
    [ILF_OPT_TABLE] = "table",
};

static void put_choices(struct page *page, const ilf_option *option)
{
    ilf__page_put(&page->text, "; one of");
    for (size_t i = 0; option->choices[i]; i++)
        ilf__page_put(&page->text, "%s %s", i > 0 ? "," : "", option->choices[i]);
}

static void put_range(struct page *page, const ilf_option *option)
{
    if (option->type == ILF_OPT_DURATION)
        ilf__page_put(&page->text, "; %gs to %gs", option->min / 1e9, option->max / 1e9);
    else
        ilf__page_put(&page->text, "; %.15g to %.15g", option->min, option->max);
}

static const char *default_of(const ilf_option *option)
{
    switch (option->type) {
    case ILF_OPT_STR:
        return option->default_value && *option->default_value ? option->default_value : "\"\"";
    case ILF_OPT_BOOL:
        return option->default_value ? option->default_value : "false";
    case ILF_OPT_ENUM:
        return option->default_value ? option->default_value : option->choices[0];
    case ILF_OPT_LIST:
    case ILF_OPT_MAP:
        return "empty";
    default:
        return option->default_value ? option->default_value : "0";
    }
}

static void put_option(struct page *page, const char *path, const ilf_option *option)
{
    ilf__page_put(&page->text, "  %-*s  %s, ", (int)page->width, path, type_names[option->type]);
    if (option->flags & ILF_OPT_REQUIRED)
        ilf__page_put(&page->text, "required");
    else
        ilf__page_put(&page->text, "default %s", default_of(option));
    if (option->type == ILF_OPT_ENUM)
        put_choices(page, option);
    if (option->min < option->max &&
        option->max < 0x1p53) /* beyond, it only says that it is a number */
        put_range(page, option);
    if (option->flags & ILF_OPT_SECRET)
        ilf__page_put(&page->text, "; secret");
    if (option->flags & (ILF_OPT_SECRET | ILF_OPT_EXPAND))
        ilf__page_put(&page->text, "; ${ENV} and file: work");
    ilf__page_put(&page->text, "\n  %-*s  %s\n", (int)page->width, "", option->help);
}

/* Write every option of @table, or with @measure only find the widest name. */
static void put_table(struct page *page, const char *prefix, const ilf_option *table, bool measure)
{
    for (const ilf_option *option = table; option && option->name; option++) {
        char path[LONGEST_PATH];

        (void)snprintf(path, sizeof(path), "%s%s", prefix, option->name);
        if (option->type == ILF_OPT_TABLE) {
            (void)snprintf(path, sizeof(path), "%s%s.", prefix, option->name);
            put_table(page, path, option->table, measure);
        } else if (!measure) {
            put_option(page, path, option);
        } else if (strlen(path) > page->width) {
            page->width = strlen(path);
        }
    }
}

size_t ilf_explain(const char *name, char *buf, size_t size)
{
    const ilf_flusher_ops *ops = ilf__find(name, NULL);
    struct page page = {.text = ilf__page(buf, size)};

    if (!ops)
        return 0;
    ilf__page_put(&page.text, "%s %s\n", ops->name, ops->description);
    put_table(&page, "", ops->options, true);
    put_table(&page, "", ilf__common_options(ops), true);
    if (ops->options && ops->options->name) {
        ilf__page_put(&page.text, "\nOptions\n");
        put_table(&page, "", ops->options, false);
    }
    ilf__page_put(&page.text, ops->send ? "\nOptions of every delivered flusher\n"
                                        : "\nOptions of every flusher\n");
    put_table(&page, "", ilf__common_options(ops), false);
    return page.text.len;
}
