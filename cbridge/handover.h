/* What outlives an instance that a reload stops: its queue passes to the next instance of the same
 * pipeline and sink; until there is one, the old one lingers and goes on by itself, for
 * HandoverTimeout at most.
 *
 * One that has passed its queue on lingers too, for StopTimeout at most, until the sends under way
 * have ended; what they leave to be sent again follows the queue. Where order is kept, the heir
 * waits for that.
 *
 * The lock in here is taken before that of a delivery, and never inside of it. */
#ifndef ILF_CBRIDGE_HANDOVER_H
#define ILF_CBRIDGE_HANDOVER_H

#include "delivery_parts.h"

/* An instance of any flusher has started. */
void ilf__handover_started(void);

/* It is about to stop, for good if there is a @deadline, which is of monotonic nanoseconds, else 0.
 * True: it was the last, and for good, so that what lingers has to end by then too; see
 * ilf__handover_finish. */
bool ilf__handover_stopping(uint64_t deadline);

/* Wait until all that linger have ended, which they do soon after @deadline; release them. */
void ilf__handover_finish(uint64_t deadline);

/* @d, which works, takes over what lingers for it, and can be an heir. */
void ilf__handover_begin(struct ilf__delivery *d);

/* @d is about to stop for good: no queue passes to it any more. */
void ilf__handover_retire(struct ilf__delivery *d);

/* @d is stopped by a reload: pass on what it has, and let it linger. */
void ilf__handover_linger(struct ilf__delivery *d);

/* Does @f linger? Then it must not be freed: the library does that when it has ended. */
bool ilf__handover_abandon(ilf_flusher *f);

/* --- Called by the thread of @d, without the lock ------------------------------------------------ */

/* May @d, which keeps order, read from its spool? Not as long as an older instance does or may yet
 * leave something in it, nor before ilf__handover_begin. */
bool ilf__handover_may_read(struct ilf__delivery *d);

/* Pass on to the heir what has come back. */
void ilf__handover_pass(struct ilf__delivery *d);

/* Pass @p on, which was forgotten by the queue and is being stored. False: there is no heir. */
bool ilf__handover_give(struct ilf__delivery *d, struct ilf__payload *p);

/* @d takes nothing over any more, since it is about to end. */
void ilf__handover_leave(struct ilf__delivery *d);

/* All that @d had has ended or is kept: release what needs not wait for its free. */
void ilf__handover_end(struct ilf__delivery *d);

#endif
