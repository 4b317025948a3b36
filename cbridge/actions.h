/* Retry.Actions: what to do with a payload by the code with which its send has ended. */
#ifndef ILF_CBRIDGE_ACTIONS_H
#define ILF_CBRIDGE_ACTIONS_H

#include <ilf/flusher.h>

enum ilf__action {
    ILF__ACTION_NONE, /* as the flusher's verdict says */
    ILF__ACTION_RETRY,
    ILF__ACTION_DROP,
    ILF__ACTION_DEAD_LETTER,
    ILF__ACTION_SPLIT,
};

struct ilf__action_rule {
    int64_t first, last; /* codes, both included */
    enum ilf__action action;
};

struct ilf__actions {
    struct ilf__action_rule *rules;
    size_t n;
};

/* Read @map: codes ("429", "-185"), classes ("4xx") or ranges ("500-599") to retry, drop,
 * dead-letter or split. An error names the entry, as one of the flusher @who. */
ilf_status ilf__actions_parse(struct ilf__actions *out, const ilf_str_map *map, const char *who,
                              ilf_error *err);

/* Of the rules that hold @code, the one for the fewest codes wins. */
enum ilf__action ilf__actions_find(const struct ilf__actions *actions, int32_t code);

void ilf__actions_dispose(struct ilf__actions *actions);

#endif
