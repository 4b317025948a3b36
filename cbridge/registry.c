/* The flushers that there are: those built in, and those of plugins. */
#include "registry.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <ilf/bridge.h>

#include "option_error.h"
#include "option_table.h"
#include "page.h"
#include "plugins.h"
#include "suggest.h"

/* All of this process. Written once, before the first look at it; plugins are never unloaded, so it
 * lives as long as the process. */
static struct ilf__registry all;
static pthread_once_t filled = PTHREAD_ONCE_INIT;

static void fill(void)
{
    ilf_error err;

    for (size_t i = 0; ilf__builtin[i]; i++)
        if (ilf__registry_add(&all, ilf__builtin[i], &err) != ILF_OK)
            ilf__registry_refuse(&all, "libilf", err.text);
    ilf__plugins_load(&all, getenv("ILF_PLUGIN_PATH"));
}

static const struct ilf__registry *registry(void)
{
    (void)pthread_once(&filled, fill);
    return &all;
}

uint32_t ilf_abi(void)
{
    return ILF_ABI;
}

const char *ilf_version(void)
{
    return ILF_VERSION;
}

const char *ilf_flusher_name(size_t index)
{
    return index < registry()->n ? registry()->flushers[index]->name : NULL;
}

size_t ilf_refused(char *buf, size_t size)
{
    struct ilf__page page = ilf__page(buf, size);

    ilf__page_put(&page, "%s", registry()->refused ? registry()->refused : "");
    return page.len;
}

/* The nearest name counts only if it is near in what sets names apart. */
static struct ilf__suggestion suggest(const char *name)
{
    struct ilf__suggestion nearest = ilf__suggest(name);
    const char *own = strrchr(name, '_');

    if (own)
        nearest.distance = strlen(own + 1) / 3 + 2;
    return nearest;
}

static void fail_unknown(const struct ilf__registry *r, const char *name, ilf_error *err)
{
    char all[ILF_ERROR_SIZE / 2];
    struct ilf__page list = ilf__page(all, sizeof(all));

    for (size_t i = 0; i < r->n; i++)
        ilf__page_put(&list, "%s%s", i > 0 ? ", " : "", r->flushers[i]->name);
    if (list.len < sizeof(all))
        ilf_fail(err, ILF_ERR_CONFIG, "no flusher '%s'; there are %s", name, all);
    else
        ilf_fail(err, ILF_ERR_CONFIG, "no flusher '%s'; ilfrun -list shows them all", name);
}

const ilf_flusher_ops *ilf__find(const char *name, ilf_error *err)
{
    const struct ilf__registry *r = registry();
    struct ilf__suggestion nearest = suggest(name);

    for (size_t i = 0; i < r->n; i++) {
        if (strcmp(r->flushers[i]->name, name) == 0)
            return r->flushers[i];
        ilf__consider(&nearest, r->flushers[i]->name);
    }
    for (const struct ilf__left_out *left = ilf__left_out; left->name; left++)
        if (strcmp(left->name, name) == 0) {
            ilf_fail(err, ILF_ERR_CONFIG,
                     "%s is left out of this libilf: install %s, and build it again", name,
                     left->packages);
            return NULL;
        }
    if (nearest.best)
        ilf_fail(err, ILF_ERR_CONFIG, "no flusher '%s'; did you mean %s?", name, nearest.best);
    else
        fail_unknown(r, name, err);
    ilf__one_line(err);
    return NULL;
}

/* What a descriptor had in ABI 1.0, the least that one may have. */
enum { OPS_SIZE_1_0 = offsetof(ilf_flusher_ops, cancel) + sizeof(((ilf_flusher_ops *)0)->cancel) };

/* Whoever adds a member lets ilf__registry_add copy descriptors into zeroed ones of full size:
 * those of older plugins end before it. */
_Static_assert(sizeof(ilf_flusher_ops) == OPS_SIZE_1_0, "descriptors of 1.0 are shorter");

/* The cure of a version that does not fit. */
static const char *rebuild(uint32_t major, uint32_t minor)
{
    if (major == ILF_ABI_MAJOR && minor > ILF_ABI_MINOR)
        return "build it with the headers of this library, or install a newer library";
    return "build it with the headers of this library";
}

/* A flusher is direct or delivered, and never both. */
static ilf_status check_hooks(const ilf_flusher_ops *ops, ilf_error *err)
{
    bool direct = ops->flush || ops->export_events;
    bool delivered =
        ops->encode || ops->encode_events || ops->send || ops->poll || ops->wake || ops->cancel;

    if (!direct && !delivered)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "%s: neither flush nor export_events is there: set the one that takes its "
                        "data",
                        ops->name);
    if (direct && delivered)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "%s: has hooks of a direct and of a delivered flusher: leave out flush and "
                        "export_events, or encode, encode_events, send, poll, wake and cancel",
                        ops->name);
    if (direct)
        return ILF_OK;
    if (!ops->send || (!ops->encode && !ops->encode_events))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "%s: a delivered flusher needs send, and encode or encode_events: %s is "
                        "missing",
                        ops->name, ops->send ? "encode" : "send");
    if (ops->is_ready)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "%s: is_ready of a delivered flusher is never asked: leave it out",
                        ops->name);
    if (!ops->poll != !ops->wake)
        return ilf_fail(err, ILF_ERR_CONFIG, "%s: poll and wake need each other: %s is missing",
                        ops->name, ops->poll ? "wake" : "poll");
    return ILF_OK;
}

ilf_status ilf__check_ops(const ilf_flusher_ops *ops, ilf_error *err)
{
    uint32_t major = ops->abi >> 16, minor = ops->abi & 0xffff;

    if (major != ILF_ABI_MAJOR || minor > ILF_ABI_MINOR)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "flusher is built for ABI %u.%u, this library has %d.%d: %s", major, minor,
                        ILF_ABI_MAJOR, ILF_ABI_MINOR, rebuild(major, minor));
    if (ops->struct_size < OPS_SIZE_1_0)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "flusher's descriptor has struct_size %u, want at least %d: set it to "
                        "sizeof(ilf_flusher_ops)",
                        ops->struct_size, OPS_SIZE_1_0);
    if (!ops->name || strncmp(ops->name, "flusher_", 8) != 0 || strpbrk(ops->name, "/#"))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "flusher '%s': the name must begin with flusher_ and hold no / or #",
                        ops->name ? ops->name : "");
    if (!ops->description)
        return ilf_fail(err, ILF_ERR_CONFIG, "%s: no description: say in .description what it does",
                        ops->name);
    return check_hooks(ops, err);
}

ilf_status ilf__registry_add(struct ilf__registry *r, const ilf_flusher_ops *ops, ilf_error *err)
{
    ilf_status status = ilf__check_ops(ops, err);

    if (status == ILF_OK)
        status = ilf__check_tables(ops, err);
    if (status != ILF_OK)
        return status;
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->flushers[i]->name, ops->name) == 0)
            return ilf_fail(err, ILF_ERR_CONFIG, "%s: the name is taken: choose another",
                            ops->name);
    if (r->n == r->cap) {
        size_t cap = r->cap > 0 ? r->cap * 2 : 16;
        const ilf_flusher_ops **flushers = realloc(r->flushers, cap * sizeof(*flushers));

        if (!flushers)
            return ilf_fail(err, ILF_ERR_NOMEM, "%s: out of memory", ops->name);
        r->flushers = flushers;
        r->cap = cap;
    }
    r->flushers[r->n++] = ops;
    return ILF_OK;
}

void ilf__registry_refuse(struct ilf__registry *r, const char *path, const char *why)
{
    size_t more = strlen(path) + strlen(why) + 3; /* ": " and a newline */
    char *refused = realloc(r->refused, r->refused_len + more + 1);

    if (!refused)
        return;
    r->refused = refused;
    r->refused_len += (size_t)snprintf(refused + r->refused_len, more + 1, "%s: %s\n", path, why);
}

void ilf__registry_dispose(struct ilf__registry *r)
{
    free(r->flushers);
    free(r->refused);
    *r = (struct ilf__registry){0};
}
