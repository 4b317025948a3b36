/* What a flusher does and which options it has, as text for people. */
#include <string.h>
#include <strings.h>

#include <ilf/bridge.h>

#include "instance.h"
#include "option_default.h"
#include "option_error.h"
#include "option_text.h"
#include "page.h"
#include "registry.h"
#include "suggest.h"
#include "trial.h"
#include "tuned.h"

enum { LONGEST_PATH = 128 };

struct page {
    struct ilf__page text;
    ilf_flusher *tuned; /* whose common options have the values that are the flusher's defaults, or
                         * NULL: the runtime's are */
    const char *key;    /* the option or table that is asked for; NULL: all */
    size_t width;       /* of the widest option's name */
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

/* What @option is without a word about it, given the struct that the option is in, or NULL. */
static void put_default(struct page *page, const ilf_option *option, void *base)
{
    char tuned[ILF__NUMBER_TEXT];

    if (base && ilf__tuned_text(tuned, option, base))
        ilf__page_put(&page->text, ", default %s", tuned);
    else
        ilf__page_put(&page->text, ", default %s", ilf__default_text(option));
}

static void put_option(struct page *page, const char *path, const ilf_option *option, void *base)
{
    char range[ILF__RANGE_TEXT];

    ilf__page_put(&page->text, "  %-*s  %s", (int)page->width, path,
                  option->flags & ILF_OPT_JSON ? "JSON" : type_names[option->type]);
    if (option->flags & ILF_OPT_REQUIRED)
        ilf__page_put(&page->text, ", required");
    else if (option->type != ILF_OPT_TABLE)
        put_default(page, option, base);
    if (option->type == ILF_OPT_ENUM)
        put_choices(page, option);
    ilf__range_text(range, option);
    if (*range)
        ilf__page_put(&page->text, "; %s", range);
    if (option->flags & ILF_OPT_SECRET)
        ilf__page_put(&page->text, "; secret");
    if (ilf__is_expanded(option))
        ilf__page_put(&page->text, "; ${ENV} and file: work");
    ilf__page_put(&page->text, "\n  %-*s  %s\n", (int)page->width, "",
                  option->help ? option->help : "");
}

/* Is the option at @path asked for? Those in a table are when the table is. */
static bool is_asked(const struct page *page, const char *path)
{
    size_t len = page->key ? strlen(page->key) : 0;

    return !page->key ||
           (strncasecmp(path, page->key, len) == 0 && (path[len] == '\0' || path[len] == '.'));
}

/* Write every option of @table that is asked for, or with @measure only find the widest name. @base
 * has the effective values, or is NULL. */
static void put_table(struct page *page, const char *prefix, const ilf_option *table, void *base,
                      bool measure)
{
    for (const ilf_option *option = table; option && option->name; option++) {
        bool is_table = option->type == ILF_OPT_TABLE;
        char path[LONGEST_PATH];

        (void)snprintf(path, sizeof(path), "%s%s", prefix, option->name);
        if (is_asked(page, path) && (!is_table || page->key)) {
            if (!measure)
                put_option(page, path, option, base);
            else if (strlen(path) > page->width)
                page->width = strlen(path);
        }
        if (is_table) {
            (void)snprintf(path, sizeof(path), "%s%s.", prefix, option->name);
            put_table(page, path, option->table, base ? ilf__value_at(base, option) : NULL,
                      measure);
        }
    }
}

/* The option that @typed is nearest to, by its path or by its bare name. */
struct nearest {
    struct ilf__suggestion by;
    char path[LONGEST_PATH]; /* empty while nothing is near enough */
};

static void find_nearest(struct nearest *nearest, const char *prefix, const ilf_option *table)
{
    for (const ilf_option *option = table; option && option->name; option++) {
        size_t distance = nearest->by.distance;
        char path[LONGEST_PATH];

        (void)snprintf(path, sizeof(path), "%s%s", prefix, option->name);
        ilf__consider(&nearest->by, path);
        ilf__consider(&nearest->by, option->name);
        if (nearest->by.distance < distance)
            memcpy(nearest->path, path, sizeof(path));
        if (option->type == ILF_OPT_TABLE) {
            (void)snprintf(path, sizeof(path), "%s%s.", prefix, option->name);
            find_nearest(nearest, path, option->table);
        }
    }
}

static void fail_unknown(const ilf_flusher_ops *ops, const char *key, ilf_error *err)
{
    struct nearest nearest = {.by = ilf__suggest(key)};

    find_nearest(&nearest, "", ops->options);
    find_nearest(&nearest, "", ilf__common_options(ops));
    if (nearest.path[0])
        ilf_fail(err, ILF_ERR_CONFIG, "%s: no option '%s'; did you mean %s?", ops->name, key,
                 nearest.path);
    else
        ilf_fail(err, ILF_ERR_CONFIG, "%s: no option '%s'; ilfrun -explain %s lists them",
                 ops->name, key, ops->name);
    ilf__one_line(err);
}

static void put_page(struct page *page, const ilf_flusher_ops *ops)
{
    ilf__page_put(&page->text, "%s %s\n", ops->name, ops->description);
    put_table(page, "", ops->options, NULL, true);
    put_table(page, "", ilf__common_options(ops), NULL, true);
    if (ops->options && ops->options->name) {
        ilf__page_put(&page->text, "\nOptions\n");
        put_table(page, "", ops->options, NULL, false);
    }
    ilf__page_put(&page->text, ops->send ? "\nOptions of every delivered flusher\n"
                                         : "\nOptions of every flusher\n");
    put_table(page, "", ilf__common_options(ops), page->tuned ? &page->tuned->options : NULL,
              false);
}

static void put_key(struct page *page, const ilf_flusher_ops *ops, ilf_error *err)
{
    const ilf_option *const tables[] = {ops->options, ilf__common_options(ops)};

    for (size_t i = 0; i < 2 && page->width == 0; i++) { /* where both know it, the first has it */
        put_table(page, "", tables[i], NULL, true);
        put_table(page, "", tables[i], i > 0 && page->tuned ? &page->tuned->options : NULL, false);
    }
    if (page->width == 0)
        fail_unknown(ops, page->key, err);
}

size_t ilf_explain(const char *name, const char *key, char *buf, size_t size, ilf_error *err)
{
    struct page page = {.text = ilf__page(buf, size), .key = key};
    const ilf_flusher_ops *ops = ilf__find(name, err);

    if (!ops)
        return 0;
    page.tuned = ops->send ? ilf__tuned(ops) : NULL;
    if (!key)
        put_page(&page, ops);
    else
        put_key(&page, ops, err);
    if (page.tuned)
        ilf__trial_end(page.tuned);
    return page.text.len;
}
