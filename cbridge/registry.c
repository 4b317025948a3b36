/* The flushers in this library, and how a descriptor is checked. */
#include "registry.h"

#include <string.h>

#include <ilf/bridge.h>

#include "suggest.h"

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
    for (size_t i = 0; ilf__builtin[i]; i++)
        if (i == index)
            return ilf__builtin[i]->name;
    return NULL;
}

const ilf_flusher_ops *ilf__find(const char *name, ilf_error *err)
{
    struct ilf__suggestion nearest = ilf__suggest(name);

    for (size_t i = 0; ilf__builtin[i]; i++) {
        if (strcmp(ilf__builtin[i]->name, name) == 0)
            return ilf__builtin[i];
        ilf__consider(&nearest, ilf__builtin[i]->name);
    }
    if (nearest.best)
        ilf_fail(err, ILF_ERR_CONFIG, "no flusher '%s'; did you mean %s?", name, nearest.best);
    else
        ilf_fail(err, ILF_ERR_CONFIG, "no flusher '%s'; ilfrun -list shows them all", name);
    return NULL;
}

ilf_status ilf__check_ops(const ilf_flusher_ops *ops, ilf_error *err)
{
    uint32_t major = ops->abi >> 16, minor = ops->abi & 0xffff;

    if (major != ILF_ABI_MAJOR || minor > ILF_ABI_MINOR)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "flusher is built for ABI %u.%u, this library has %d.%d: build it with the "
                        "headers of this library",
                        major, minor, ILF_ABI_MAJOR, ILF_ABI_MINOR);
    if (ops->struct_size < sizeof(*ops))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "flusher's descriptor has struct_size %u, want %zu: set it to "
                        "sizeof(ilf_flusher_ops)",
                        ops->struct_size, sizeof(*ops));
    if (!ops->name || strncmp(ops->name, "flusher_", 8) != 0 || strpbrk(ops->name, "/#"))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "flusher '%s': the name must begin with flusher_ and hold no / or #",
                        ops->name ? ops->name : "");
    if (!ops->description)
        return ilf_fail(err, ILF_ERR_CONFIG, "%s: no description", ops->name);
    if (!ops->flush && !ops->export_events)
        return ilf_fail(err, ILF_ERR_CONFIG, "%s: neither flush nor export_events is there",
                        ops->name);
    return ILF_OK;
}
