/* The calls through the library's table, which Go cannot make by itself. */
#ifndef ILF_SHIM_CALLS_H
#define ILF_SHIM_CALLS_H

#include <stdlib.h>

#include "host.h"

/* An ilf_flusher *, as Go holds it. A pointer to a type that is nowhere defined costs Go 1.19 an
 * allocation in every call. */
typedef uintptr_t ilf_shim_flusher;

static inline ilf_flusher *ilf_shim_pointer(ilf_shim_flusher f)
{
    return (ilf_flusher *)f;
}

static inline const char *ilf_shim_name(size_t index)
{
    return ilf_shim_library.ilf_flusher_name(index);
}

static inline const char *ilf_shim_version(void)
{
    return ilf_shim_library.ilf_version();
}

static inline size_t ilf_shim_refused(char *buf, size_t size)
{
    return ilf_shim_library.ilf_refused(buf, size);
}

static inline size_t ilf_shim_explain(const char *name, const char *key, char *buf, size_t size,
                                      ilf_error *err)
{
    return ilf_shim_library.ilf_explain(name, key, buf, size, err);
}

static inline size_t ilf_shim_check(const char *name, const char *json, size_t len, char *buf,
                                    size_t size)
{
    return ilf_shim_library.ilf_check(name, json, len, buf, size);
}

static inline ilf_status ilf_shim_configure(ilf_shim_flusher f, const char *json, size_t len,
                                            ilf_error *err)
{
    return ilf_shim_library.ilf_flusher_configure(ilf_shim_pointer(f), json, len, err);
}

static inline ilf_status ilf_shim_init(ilf_shim_flusher f, const ilf_route *route, ilf_error *err)
{
    return ilf_shim_library.ilf_flusher_init(ilf_shim_pointer(f), route, err);
}

static inline const char *ilf_shim_description(ilf_shim_flusher f)
{
    return ilf_shim_library.ilf_flusher_description(ilf_shim_pointer(f));
}

static inline bool ilf_shim_is_ready(ilf_shim_flusher f, const ilf_route *route)
{
    return ilf_shim_library.ilf_flusher_is_ready(ilf_shim_pointer(f), route);
}

static inline ilf_status ilf_shim_flush(ilf_shim_flusher f, const ilf_batch *batch, ilf_error *err)
{
    return ilf_shim_library.ilf_flusher_flush(ilf_shim_pointer(f), batch, err);
}

static inline ilf_status ilf_shim_export(ilf_shim_flusher f, const ilf_event_batch *batch,
                                         ilf_error *err)
{
    return ilf_shim_library.ilf_flusher_export(ilf_shim_pointer(f), batch, err);
}

static inline ilf_status ilf_shim_flush_pb(ilf_shim_flusher f, const ilf_route *route,
                                           const void *pb, size_t len, ilf_error *err)
{
    return ilf_shim_library.ilf_flusher_flush_pb(ilf_shim_pointer(f), route, pb, len, err);
}

static inline ilf_status ilf_shim_replay(ilf_shim_flusher f, const void *line, size_t len,
                                         ilf_error *err)
{
    return ilf_shim_library.ilf_flusher_replay(ilf_shim_pointer(f), line, len, err);
}

static inline void ilf_shim_set_urgent(ilf_shim_flusher f, bool exiting)
{
    ilf_shim_library.ilf_flusher_set_urgent(ilf_shim_pointer(f), exiting);
}

static inline ilf_status ilf_shim_stop(ilf_shim_flusher f, ilf_error *err)
{
    return ilf_shim_library.ilf_flusher_stop(ilf_shim_pointer(f), err);
}

static inline void ilf_shim_free(ilf_shim_flusher f)
{
    ilf_shim_library.ilf_flusher_free(ilf_shim_pointer(f));
}

static inline size_t ilf_shim_metrics(char *buf, size_t size)
{
    return ilf_shim_library.ilf_metrics(buf, size);
}

#endif
