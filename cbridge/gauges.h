/* Numbers of flushers that go up and down, with labels. */
#ifndef ILF_CBRIDGE_GAUGES_H
#define ILF_CBRIDGE_GAUGES_H

#include "instance.h"
#include "page.h"

/* See ilf_host's gauge. */
bool ilf__gauge_set(ilf_flusher *f, const char *name, const char *help, const ilf_kv *labels,
                    size_t n_labels, double value);

/* Write those of all instances in the list that begins with @first. Under the lock of the metrics. */
void ilf__gauges_put(struct ilf__page *w, ilf_flusher *first);

/* Has an instance in the list that begins with @first a gauge @name? Under the lock of the metrics. */
bool ilf__gauges_have(ilf_flusher *first, const char *name);

/* Free those of @f, which ilf_metrics shows no more. */
void ilf__gauges_dispose(ilf_flusher *f);

#endif
