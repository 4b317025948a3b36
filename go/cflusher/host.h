/* What the shim calls: the functions of bridge.h in a library that is loaded at run time, so that a
 * host can be built, and run, without it. */
#ifndef ILF_SHIM_HOST_H
#define ILF_SHIM_HOST_H

#include <ilf/bridge.h>

/* Every function of bridge.h: result, name, parameters. */
#define ILF_SHIM_FUNCTIONS(X)                                                                      \
    X(uint32_t, ilf_abi, (void))                                                                   \
    X(const char *, ilf_version, (void))                                                           \
    X(const char *, ilf_flusher_name, (size_t))                                                    \
    X(size_t, ilf_refused, (char *, size_t))                                                       \
    X(size_t, ilf_explain, (const char *, const char *, char *, size_t, ilf_error *))              \
    X(size_t, ilf_check, (const char *, const char *, size_t, char *, size_t))                     \
    X(ilf_flusher *, ilf_flusher_new, (const char *, const ilf_host *, ilf_error *))               \
    X(ilf_status, ilf_flusher_configure, (ilf_flusher *, const char *, size_t, ilf_error *))       \
    X(ilf_status, ilf_flusher_init, (ilf_flusher *, const ilf_route *, ilf_error *))               \
    X(const char *, ilf_flusher_description, (const ilf_flusher *))                                \
    X(bool, ilf_flusher_is_ready, (ilf_flusher *, const ilf_route *))                              \
    X(ilf_status, ilf_flusher_flush, (ilf_flusher *, const ilf_batch *, ilf_error *))              \
    X(ilf_status, ilf_flusher_export, (ilf_flusher *, const ilf_event_batch *, ilf_error *))       \
    X(ilf_status, ilf_flusher_flush_pb,                                                            \
      (ilf_flusher *, const ilf_route *, const void *, size_t, ilf_error *))                       \
    X(ilf_status, ilf_flusher_replay, (ilf_flusher *, const char *, size_t, ilf_error *))          \
    X(void, ilf_flusher_set_urgent, (ilf_flusher *, bool))                                         \
    X(ilf_status, ilf_flusher_stop, (ilf_flusher *, ilf_error *))                                  \
    X(void, ilf_flusher_free, (ilf_flusher *))                                                     \
    X(size_t, ilf_metrics, (char *, size_t))

#define ILF_SHIM_MEMBER(result, name, parameters) result(*name) parameters;
struct ilf_shim_library {
    ILF_SHIM_FUNCTIONS(ILF_SHIM_MEMBER)
};
#undef ILF_SHIM_MEMBER

/* Filled by ilf_shim_load, once. */
extern struct ilf_shim_library ilf_shim_library;

/* Load the library @path. Returns false with the reason in @err. */
bool ilf_shim_load(const char *path, ilf_error *err);

/* ilf_flusher_new, as a number, with a host that logs through Go; @handle is the cgo.Handle of a *logContext, which the
 * instance deletes. */
uintptr_t ilf_shim_new(const char *name, uintptr_t handle, ilf_error *err);

/* Let a thread call ilfShimInitDone once Go has initialised all packages. Returns false without one. */
bool ilf_shim_after_init(void);

#endif
