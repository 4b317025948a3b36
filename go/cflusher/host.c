/* Loading libilf, and the host table that it is given. */
#include "host.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "_cgo_export.h"

struct ilf_shim_library ilf_shim_library;

bool ilf_shim_load(const char *path, ilf_error *err)
{
    struct ilf_shim_library loaded;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    uint32_t abi;

    if (!library) {
        const char *why = dlerror();

        ilf_fail(err, ILF_ERR_CONFIG, "%s", why ? why : path);
        return false;
    }
    *(void **)&loaded.ilf_abi = dlsym(library, "ilf_abi");
    if (!loaded.ilf_abi) {
        ilf_fail(err, ILF_ERR_CONFIG, "%s: is not libilf: it has no symbol ilf_abi", path);
        goto out_close;
    }
    abi = loaded.ilf_abi();
    if (abi >> 16 != ILF_ABI_MAJOR || abi < ILF_ABI) {
        ilf_fail(err, ILF_ERR_CONFIG,
                 "%s: has ABI %u.%u, this agent needs %d.%d or a later %d.x: install the libilf "
                 "that its cflusher belongs to",
                 path, (unsigned)(abi >> 16), (unsigned)(abi & 0xffff), ILF_ABI_MAJOR,
                 ILF_ABI_MINOR, ILF_ABI_MAJOR);
        goto out_close;
    }
#define ILF_SHIM_RESOLVE(result, name, parameters)                                                 \
    *(void **)&loaded.name = dlsym(library, #name);                                                \
    if (!loaded.name) {                                                                            \
        ilf_fail(err, ILF_ERR_CONFIG, "%s: has no symbol " #name ": install a complete libilf",   \
                 path);                                                                            \
        goto out_close;                                                                            \
    }
    ILF_SHIM_FUNCTIONS(ILF_SHIM_RESOLVE)
#undef ILF_SHIM_RESOLVE
    ilf_shim_library = loaded;
    return true;

out_close:
    dlclose(library);
    return false;
}

static void host_log(void *context, ilf_level level, ilf_str text)
{
    ilfShimLog((uintptr_t)context, (int)level, (char *)text.ptr, text.len);
}

static void host_release(void *context)
{
    ilfShimRelease((uintptr_t)context);
}

uintptr_t ilf_shim_new(const char *name, uintptr_t handle, ilf_error *err)
{
    ilf_host host;

    memset(&host, 0, sizeof(host));
    host.struct_size = sizeof(host);
    host.context = (void *)handle;
    host.log = host_log;
    host.release = host_release;
    return (uintptr_t)ilf_shim_library.ilf_flusher_new(name, &host, err);
}

static void *init_done(void *unused)
{
    ilfShimInitDone();
    return unused;
}

bool ilf_shim_after_init(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, init_done, NULL) != 0)
        return false;
    pthread_detach(thread);
    return true;
}
