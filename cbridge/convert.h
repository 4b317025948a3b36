/* Logs between the two generations of data, for flushers that know only one of them. */
#ifndef ILF_CBRIDGE_CONVERT_H
#define ILF_CBRIDGE_CONVERT_H

#include <ilf/flusher.h>

#include "arena.h"

/* Log groups as event groups. Strings are shared with @in, the rest lives in @arena. */
ilf_status ilf__to_events(struct ilf__arena *arena, const ilf_batch *in, ilf_event_batch *out);

/* The logs and byte arrays of event groups as log groups; *@refused counts the events that are
 * neither. Strings are shared with @in or live in @arena. */
ilf_status ilf__to_groups(struct ilf__arena *arena, const ilf_event_batch *in, ilf_batch *out,
                          uint64_t *refused);

#endif
