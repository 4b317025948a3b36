/* What a configuration has changed, for the log. */
#include "option_changes.h"

#include <string.h>

#include "option_default.h"

/* A value of any type but a table's. */
union value {
    const char *str;
    int64_t i;
    uint64_t size;
    double f;
    bool flag;
    int choice;
    ilf_str_list list;
    ilf_str_map map;
};

/* The value that @option has when the configuration leaves it out. */
static union value default_of(const ilf_option *option)
{
    ilf_option here[2] = {*option, {0}};
    union value value = {0};

    here[0].offset = 0;
    ilf__prepare(here, &value);
    return value;
}

static bool is_changed(const ilf_option *option, const void *at)
{
    union value value = default_of(option);

    switch (option->type) {
    case ILF_OPT_STR:
        return strcmp(*(const char *const *)at, value.str) != 0;
    case ILF_OPT_BOOL:
        return *(const bool *)at != value.flag;
    case ILF_OPT_ENUM:
        return *(const int *)at != value.choice;
    case ILF_OPT_FLOAT:
        return *(const double *)at != value.f;
    case ILF_OPT_SIZE:
        return *(const uint64_t *)at != value.size;
    case ILF_OPT_LIST:
        return ((const ilf_str_list *)at)->n > 0;
    case ILF_OPT_MAP:
        return ((const ilf_str_map *)at)->n > 0;
    default:
        return *(const int64_t *)at != value.i;
    }
}

/* @text without the user and the query of the URL that it may be, in which secrets are. */
static void put_text(struct ilf__page *page, const char *text)
{
    const char *host = strstr(text, "://"), *at;
    size_t authority;

    if (!host) {
        ilf__page_put(page, "%s", text);
        return;
    }
    host += 3;
    authority = strcspn(host, "/?#");
    at = memrchr(host, '@', authority);
    ilf__page_put(page, "%.*s", (int)(host - text), text);
    if (at) {
        ilf__page_put(page, "***");
        host = at;
    }
    authority = strcspn(host, "?");
    ilf__page_put(page, "%.*s%s", (int)authority, host, host[authority] ? "?***" : "");
}

static void put_list(struct ilf__page *page, const ilf_str_list *list)
{
    ilf__page_put(page, "[");
    for (size_t i = 0; i < list->n; i++) {
        ilf__page_put(page, "%s", i > 0 ? ", " : "");
        put_text(page, list->items[i]);
    }
    ilf__page_put(page, "]");
}

static void put_value(struct ilf__page *page, const ilf_option *option, const void *at)
{
    switch (option->type) {
    case ILF_OPT_STR:
        put_text(page, *(const char *const *)at);
        break;
    case ILF_OPT_BOOL:
        ilf__page_put(page, "%s", *(const bool *)at ? "true" : "false");
        break;
    case ILF_OPT_ENUM:
        ilf__page_put(page, "%s", option->choices[*(const int *)at]);
        break;
    case ILF_OPT_FLOAT:
        ilf__page_put(page, "%.15g", *(const double *)at);
        break;
    case ILF_OPT_SIZE:
        ilf__page_put(page, "%llu", (unsigned long long)*(const uint64_t *)at);
        break;
    case ILF_OPT_DURATION:
        ilf__page_put(page, "%.15gs", (double)*(const int64_t *)at / 1e9);
        break;
    case ILF_OPT_LIST:
        put_list(page, at);
        break;
    case ILF_OPT_MAP:
        ilf__page_put(page, "{%zu}", ((const ilf_str_map *)at)->n);
        break;
    default:
        ilf__page_put(page, "%lld", (long long)*(const int64_t *)at);
    }
}

static void put_table(struct ilf__page *page, const char *prefix, const ilf_option *table,
                      void *base)
{
    for (const ilf_option *option = table; option && option->name; option++) {
        void *at = ilf__value_at(base, option);
        char path[256];

        (void)snprintf(path, sizeof(path), "%s%s", prefix, option->name);
        if (option->type == ILF_OPT_TABLE) {
            (void)snprintf(path, sizeof(path), "%s%s.", prefix, option->name);
            put_table(page, path, option->table, at);
        } else if (is_changed(option, at)) {
            ilf__page_put(page, "%s%s=", page->len > 0 ? ", " : "", path);
            if (option->flags & ILF_OPT_SECRET)
                ilf__page_put(page, "***");
            else
                put_value(page, option, at);
        }
    }
}

void ilf__put_changes(struct ilf__page *page, const struct ilf__target *targets)
{
    for (; targets->table; targets++)
        put_table(page, "", targets->table, targets->base);
}
