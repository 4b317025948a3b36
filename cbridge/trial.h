/* A start that leaves nothing behind: what init says of a configuration, and what a flusher's tuning
 * makes of the defaults. */
#ifndef ILF_CBRIDGE_TRIAL_H
#define ILF_CBRIDGE_TRIAL_H

#include <ilf/bridge.h>

/* An instance of @ops, configured with @json and initialised with ilf_host.checking set, so that it
 * connects to nothing and makes no file; its common options are tuned. Ends with ilf__trial_end.
 * NULL: @err says why the real start would fail. */
ilf_flusher *ilf__trial(const ilf_flusher_ops *ops, const char *json, size_t len, ilf_error *err);
void ilf__trial_end(ilf_flusher *f);

#endif
