/* What an operator finds in the agent's log: a line when an instance starts, one when it has stopped,
 * and how its backlog does while records wait. */
#ifndef ILF_CBRIDGE_REPORT_H
#define ILF_CBRIDGE_REPORT_H

#include <stdint.h>

#include <ilf/bridge.h>

struct ilf__delivery;

/* Log that @f has started, with @changes, what its configuration has changed. */
void ilf__report_start(ilf_flusher *f, const char *changes);

/* Log what has become of the records of @f, which has stopped. */
void ilf__report_end(ilf_flusher *f);

/* When the backlog was looked at, and will be. Monotonic nanoseconds. */
struct ilf__backlog_report {
    uint64_t at;   /* not before */
    uint64_t step; /* between lines, doubled with each; 0: none since the backlog began */
};

/* Log the backlog of @d if its oldest record waits for long and the last line is some time ago. Not under its lock. */
void ilf__report_backlog(struct ilf__delivery *d, struct ilf__backlog_report *r, uint64_t now);

#endif
