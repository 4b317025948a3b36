/* Documents of event groups: records being made of events, between format_events.c and
 * format_metrics.c. */
#ifndef ILF_COMMON_DOCUMENTS_H
#define ILF_COMMON_DOCUMENTS_H

#include "format.h"

/* Where the documents of a group go. */
struct ilf__documents {
    struct ilf__format *f;
    struct ilf__text *text;
    const struct ilf__sink *sink;
    struct ilf__item item;
    bool lines; /* all documents of a group make one item */
    ilf_error *err;
};

/* Begin a record of up to @n fields in f->kv. False when memory is short. */
bool ilf__record_begin(struct ilf__format *f, size_t n);

void ilf__record_push(struct ilf__format *f, struct ilf__record *record, ilf_str key,
                      ilf_str value);

#define ILF__RECORD_PUSH(f, record, literal, value)                                                \
    ilf__record_push(f, record, (ilf_str){literal, sizeof(literal) - 1}, value)

/* Push a value that was put into f->values, from @begin on. Since that moves while it grows, the
 * value gets its place only in ilf__documents_put. */
void ilf__record_end_value(struct ilf__format *f, struct ilf__record *record, ilf_str key,
                           size_t begin);

void ilf__record_push_int(struct ilf__format *f, struct ilf__record *record, ilf_str key,
                          int64_t n);

/* The tags of the event: what was pushed before are its contents. */
void ilf__record_push_tags(struct ilf__format *f, struct ilf__record *record, const ilf_kv *tags,
                           size_t n);

/* Put the record that f->kv holds as a document of event @index; @last tells whether the event has
 * no more of them. */
ilf_status ilf__documents_put(struct ilf__documents *out, struct ilf__record *record, size_t index,
                              bool last);

/* Out of memory. */
ilf_status ilf__documents_fail(struct ilf__documents *out);

ilf_status ilf__documents_put_metric(struct ilf__documents *out, const ilf_metric *metric,
                                     size_t index);

#endif
