/* Encoding: what every delivered flusher does with a batch. Its groups go through a format; the
 * flusher makes a record of each item; what has no form in the format is rejected, log by log. */
#ifndef ILF_COMMON_ENCODE_H
#define ILF_COMMON_ENCODE_H

#include "format.h"

struct ilf__encoding {
    struct ilf__format *format;
    struct ilf__text *text;    /* for the items; empty where one begins */
    struct ilf__text *scratch; /* for what is known of a rejected event */
    void *self;
    /* Make a record of @item, which is what @text holds, and put it into @e->to, or reject it there. */
    ilf_status (*record)(struct ilf__encoding *e, struct ilf__text *text,
                         const struct ilf__item *item);

    /* Of the call under way. */
    const ilf_encoder *to;
    const ilf_route *route;
    const ilf_group *group; /* either of the two */
    const ilf_event_group *events;
    ilf_status status; /* of the encoder; what is not ILF_OK ends the batch */
};

/* When event number @index of the group was, in nanoseconds since 1970. */
uint64_t ilf__encoding_time(const struct ilf__encoding *e, size_t index);

/* encode and encode_events, with the members above set up to @record. After ILF_ERR_NOMEM it is for
 * the flusher to free its texts, so that they start anew, smaller. */
ilf_status ilf__encode(struct ilf__encoding *e, const ilf_batch *batch, const ilf_encoder *to,
                       ilf_error *err);
ilf_status ilf__encode_events(struct ilf__encoding *e, const ilf_event_batch *batch,
                              const ilf_encoder *to, ilf_error *err);

#endif
