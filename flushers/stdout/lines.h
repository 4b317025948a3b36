/* The records that flusher_c_stdout prints, for both generations of data. */
#ifndef ILF_STDOUT_LINES_H
#define ILF_STDOUT_LINES_H

#include "output.h"

struct line_options {
    bool key_value_pairs; /* logs as flat objects rather than as the Log struct; log groups only */
    bool tags;            /* a line of its own in front of each group */
};

void lines_put_group(struct output *output, const struct line_options *options,
                     const ilf_group *group);

void lines_put_event_group(struct output *output, const struct line_options *options,
                           const ilf_event_group *group);

#endif
