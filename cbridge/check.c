/* All that is wrong with a configuration, without starting anything. */
#include <stdlib.h>
#include <string.h>

#include <ilf/bridge.h>

#include "check.h"
#include "instance.h"
#include "registry.h"
#include "trial.h"

/* The host keeps one of them; others may not. */
static void check_duplicates(const char *json, size_t len, struct ilf__page *page)
{
    json_error_t error;
    json_t *detail =
        json_loadb(json, len, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);

    if (!detail && json_error_code(&error) == json_error_duplicate_key)
        ilf__page_put(
            page,
            "detail: warning: the key that ends at line %d, column %d was there before in "
            "the same object: the last one counts\n",
            error.line, error.column);
    json_decref(detail);
}

/* What init says, from the path of the option on. */
static void check_init(const ilf_flusher_ops *ops, const char *json, size_t len,
                       struct ilf__page *page)
{
    size_t name = strlen(ops->name);
    const char *text;
    ilf_error err;
    ilf_flusher *f = ilf__trial(ops, json, len, &err);

    if (f) {
        ilf__trial_end(f);
        return;
    }
    ilf__one_line(&err);
    text = err.text;
    if (strncmp(text, ops->name, name) == 0 && strncmp(text + name, ": ", 2) == 0)
        text += name + 2;
    ilf__page_put(page, "%s\n", *text ? text : "init fails without a reason");
}

void ilf__check(const ilf_flusher_ops *ops, const char *json, size_t len, struct ilf__page *page)
{
    const struct ilf__complaint to = {.who = ops->name, .all = page};
    struct ilf__common_options common = {0};
    struct ilf__arena arena = {0};
    struct ilf__target targets[3];
    void *self = calloc(1, ops->instance_size > 0 ? ops->instance_size : 1);
    ilf_status status;

    if (!self) {
        (void)ilf__tell(&to, ILF_ERR_NOMEM, "out of memory");
        return;
    }
    ilf__aim(targets, ops, self, &common);
    check_duplicates(json, len, page);
    status = ilf__configure(targets, &to, json, len, &arena); /* the page has what it says */
    ilf__arena_dispose(&arena);
    free(self);
    if (status == ILF_OK)
        check_init(ops, json, len, page);
}

size_t ilf_check(const char *name, const char *json, size_t len, char *buf, size_t size)
{
    struct ilf__page page = ilf__page(buf, size);
    ilf_error err;
    const ilf_flusher_ops *ops = ilf__find(name, &err);

    if (ops)
        ilf__check(ops, json, len, &page);
    else
        ilf__page_put(&page, "%s\n", err.text);
    return page.len;
}
