/* All that is wrong with a configuration, without starting anything. */
#include <stdlib.h>

#include <ilf/bridge.h>

#include "check.h"
#include "instance.h"
#include "registry.h"

void ilf__check(const ilf_flusher_ops *ops, const char *json, size_t len, struct ilf__page *page)
{
    const struct ilf__complaint to = {.who = ops->name, .all = page};
    struct ilf__common_options common = {0};
    struct ilf__arena arena = {0};
    struct ilf__target targets[3];
    void *self = calloc(1, ops->instance_size > 0 ? ops->instance_size : 1);

    if (!self) {
        (void)ilf__tell(&to, ILF_ERR_NOMEM, "out of memory");
        return;
    }
    ilf__aim(targets, ops, self, &common);
    (void)ilf__configure(targets, &to, json, len, &arena); /* the page has what it says */
    ilf__arena_dispose(&arena);
    free(self);
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
