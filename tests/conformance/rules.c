/* All rules, in the order in which they are tried: each group builds on those before it. */
#include "check.h"

extern const struct rule rules_load[], rules_descriptor[], rules_options[], rules_life[],
    rules_data[], rules_events[], rules_memory[], rules_allocation[], rules_leftovers[],
    rules_process[], rules_threads[], rules_says[], rules_encode[], rules_payload[], rules_send[],
    rules_poll[];

const struct rule *const all_rules[] = {
    rules_load,   rules_descriptor, rules_options,   rules_life,    rules_data,    rules_events,
    rules_memory, rules_allocation, rules_leftovers, rules_process, rules_threads, rules_says,
    rules_encode, rules_payload,    rules_send,      rules_poll,    NULL,
};
