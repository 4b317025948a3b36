/* What a delivery counts. */
#ifndef ILF_CBRIDGE_DELIVERY_COUNTS_H
#define ILF_CBRIDGE_DELIVERY_COUNTS_H

#include "metrics.h"
#include "spool.h"

/* How a record ends. */
enum ilf__end {
    ILF__END_DELIVERED,
    ILF__END_DEAD,     /* the dead letters have it */
    ILF__END_REJECTED, /* this and all below are lost */
    ILF__END_TOO_LARGE,
    ILF__END_RETRIES, /* Retry.MaxRetryTimes, or Retry.Enable is false */
    ILF__END_EXPIRED, /* Retry.MaxAge */
    ILF__END_ACTION,  /* Retry.Actions says drop */
    ILF__END_FULL,    /* Queue.WhenFull */
    ILF__END_STOPPED,
    ILF__END_NO_FORM, /* encode has rejected it */
    ILF__ENDS,
};

enum { ILF__LATENCY_BUCKETS = 12 };

/* Records here are events, as everywhere in the metrics. The first three and the ends change under
 * the delivery's lock, together with the queue. */
struct ilf__counts {
    ilf__count accepted;   /* from the host */
    ilf__count recovered;  /* from the spool, where this instance had not claimed them */
    ilf__count parked;     /* left in the spool for a later one */
    ilf__count handed_in;  /* from an instance that a reload has stopped */
    ilf__count handed_out; /* to the one that goes on */
    ilf__count ends[ILF__ENDS];

    ilf__count spooled;   /* records written to the spool */
    ilf__count retried;   /* records */
    ilf__count repeated;  /* records sent again that may have arrived before */
    ilf__count raw, wire; /* bytes delivered: before and after compression */
    ilf__count sends;     /* that have ended */
    ilf__count send_ns;   /* time that they took */
    ilf__count latency[ILF__LATENCY_BUCKETS + 1]; /* sends by time; the last: longer than all */
    ilf__count letters_deleted;                   /* with the oldest file of dead letters */
};

/* Upper bounds of the buckets, seconds. */
extern const double ilf__latency_bounds[ILF__LATENCY_BUCKETS];

/* Count a send that took @ns. */
void ilf__count_send(struct ilf__counts *counts, uint64_t ns);

/* The word for @end, as a label and in the log. */
const char *ilf__end_name(enum ilf__end end);

#endif
