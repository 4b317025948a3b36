/* Prints the options of every flusher that is built in, then those that all have (as "common", and
 * as "delivered" those of delivered ones), a line each, with tabs between flusher, option, type,
 * default, range, help, and which of the two it has beside. docs/generate/pages makes tables of it. */
#include <stdio.h>
#include <string.h>

#include <ilf/flusher.h>

#include "instance.h"
#include "option_text.h"
#include "registry.h"

static const char *const type_names[] = {
    [ILF_OPT_STR] = "text",     [ILF_OPT_INT] = "number",        [ILF_OPT_BOOL] = "bool",
    [ILF_OPT_FLOAT] = "number", [ILF_OPT_SIZE] = "size",         [ILF_OPT_DURATION] = "duration",
    [ILF_OPT_ENUM] = "",        [ILF_OPT_LIST] = "list of text", [ILF_OPT_MAP] = "map of text",
};

static void put_type(const ilf_option *option)
{
    fputs(option->flags & ILF_OPT_JSON ? "JSON" : type_names[option->type], stdout);
    for (size_t i = 0; option->type == ILF_OPT_ENUM && option->choices[i]; i++)
        printf("%s%s", i > 0 ? ", " : "", option->choices[i]);
}

static void put_table(const char *flusher, const char *base, const char *prefix,
                      const ilf_option *table)
{
    for (const ilf_option *option = table; option && option->name; option++) {
        char path[128], range[ILF__RANGE_TEXT];

        (void)snprintf(path, sizeof(path), "%s%s", prefix, option->name);
        if (option->type == ILF_OPT_TABLE) {
            strncat(path, ".", sizeof(path) - strlen(path) - 1);
            put_table(flusher, base, path, option->table);
            continue;
        }
        printf("%s\t%s\t", flusher, path);
        put_type(option);
        ilf__range_text(range, option);
        printf("\t%s\t%s\t%s",
               option->flags & ILF_OPT_REQUIRED ? "required" : ilf__default_text(option), range,
               option->help);
        if (option->flags & ILF_OPT_SECRET)
            fputs("; secret", stdout);
        if (ilf__is_expanded(option))
            fputs("; ${ENV} and file: work", stdout);
        printf("\t%s\n", base);
    }
}

/* What makes a flusher a delivered one. */
static void no_send(void *self, const ilf_payload *payload)
{
    (void)self;
    (void)payload;
}

int main(void)
{
    for (size_t i = 0; ilf__builtin[i]; i++) {
        const char *name = ilf__builtin[i]->name;
        const char *base = ilf__builtin[i]->send ? "delivered" : "common";

        name += strncmp(name, "flusher_c_", 10) == 0 ? 10 : 0;
        if (!ilf__builtin[i]->options || !ilf__builtin[i]->options->name)
            printf("%s\t\t\t\t\t\t%s\n", name, base); /* has a page all the same */
        put_table(name, base, "", ilf__builtin[i]->options);
    }
    put_table("common", "", "", ilf__common_options(&(const ilf_flusher_ops){0}));
    put_table("delivered", "", "", ilf__common_options(&(const ilf_flusher_ops){.send = no_send}));
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
