/* Prometheus' text format 0.0.4 for the metrics of instances. */
#ifndef ILF_CBRIDGE_METRICS_TEXT_H
#define ILF_CBRIDGE_METRICS_TEXT_H

#include "instance.h"
#include "page.h"

/* The two lines in front of a family. */
void ilf__put_header(struct ilf__page *w, const char *prefix, const char *name, const char *help,
                     const char *type);

/* One line: @value of @f; @more are further labels, each with a comma in front. */
void ilf__put_series(struct ilf__page *w, const char *prefix, const char *name, const char *more,
                     const ilf_flusher *f, uint64_t value);

/* The same for what is no whole number. */
void ilf__put_number(struct ilf__page *w, const char *name, const char *more, const ilf_flusher *f,
                     double value);

/* The same for @ns nanoseconds, in seconds: Prometheus wants base units. */
void ilf__put_seconds(struct ilf__page *w, const char *name, const ilf_flusher *f, uint64_t ns);

/* ,name="value", with what has to be escaped. */
void ilf__put_label(struct ilf__page *w, const char *name, const char *value);

/* The series of ilf_records_dropped_total that only delivered flushers have. */
void ilf__put_dropped(struct ilf__page *w, ilf_flusher *first);

/* The families of delivered flushers, of those in the list that begins with @first. Nothing when
 * there is none. */
void ilf__put_delivery(struct ilf__page *w, ilf_flusher *first);

#endif
