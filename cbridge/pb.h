/* Log groups that arrive as protobuf. */
#ifndef ILF_CBRIDGE_PB_H
#define ILF_CBRIDGE_PB_H

#include <ilf/flusher.h>

#include "arena.h"

/* Decode @len bytes of a serialised sls_logs.LogGroupList into the groups of @out, which live in
 * @arena. ILF_ERR_DROP when they are none. */
ilf_status ilf__decode_pb(struct ilf__arena *arena, const void *pb, size_t len, ilf_batch *out,
                          ilf_error *err);

#endif
