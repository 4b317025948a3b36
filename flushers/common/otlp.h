/* OTLP: the protocol otlp_v1, which is OpenTelemetry's, in protobuf.
 *
 * An item is a request of its collector service: ExportLogsServiceRequest, ExportMetricsServiceRequest
 * or ExportTraceServiceRequest, which have the same form, with one ResourceLogs, ResourceMetrics or
 * ResourceSpans in it. Since that field is repeated, items of one kind that stand one behind the
 * other are a request again. The numbers of fields are those of opentelemetry-proto, package
 * opentelemetry.proto, files common/v1/common.proto, resource/v1/resource.proto, logs/v1/logs.proto,
 * metrics/v1/metrics.proto and trace/v1/trace.proto, release 1.5. */
#ifndef ILF_COMMON_OTLP_H
#define ILF_COMMON_OTLP_H

#include "format.h"
#include "protobuf.h"

/* Of an item from the outside in; the same for the three kinds. */
enum {
    ILF__OTLP_RESOURCES = 1, /* of the request */
    ILF__OTLP_RESOURCE = 1,  /* of ResourceLogs, ResourceMetrics, ResourceSpans */
    ILF__OTLP_SCOPES = 2,    /* likewise: ScopeLogs, ScopeMetrics, ScopeSpans */
    ILF__OTLP_SCOPE = 1,     /* of these: InstrumentationScope */
    ILF__OTLP_RECORDS = 2,   /* likewise: LogRecord, Metric, Span */
    ILF__OTLP_RESOURCE_ATTRIBUTES = 1,
};

enum { ILF__OTLP_LOG_ATTRIBUTES = 6 }; /* of LogRecord */

/* AnyValue's field for what it holds. */
enum {
    ILF__OTLP_STRING = 1,
    ILF__OTLP_BOOL = 2,
    ILF__OTLP_INT = 3,
    ILF__OTLP_DOUBLE = 4,
    ILF__OTLP_ARRAY = 5,
    ILF__OTLP_MAP = 6,
    ILF__OTLP_BYTES = 7,
};

/* The field that templates tell the kinds apart by: "logs", "metrics" or "traces", which is how the
 * paths of OTLP over HTTP end. */
extern const ilf_str ilf__otlp_signal;

/* --- Values ---------------------------------------------------------------------------------- */

/* The key of an attribute: the first field of a KeyValue. */
void ilf__otlp_put_key(struct ilf__text *text, ilf_str key);

/* An AnyValue of @value: a string, or bytes if it is no UTF-8, which a string must be. */
void ilf__otlp_put_string(struct ilf__text *text, unsigned field, ilf_str value);

/* An AnyValue of any value. */
void ilf__otlp_put_value(struct ilf__text *text, unsigned field, const ilf_value *value);

/* A KeyValue. */
void ilf__otlp_put_attribute(struct ilf__text *text, unsigned field, ilf_str key, ilf_str value);

/* Fields beside the tags that become attributes: @n elements of @size bytes that begin with a key
 * and have an ilf_value at @value. */
struct ilf__otlp_fields {
    const void *items;
    size_t n, size, value;
    bool with_body; /* the one of the key "content" is left out */
};

/* Attributes: @fields, which may be NULL; over them @tags, renamed, less those that stand for other
 * fields of OTLP. No key comes twice. */
void ilf__otlp_put_attributes(struct ilf__format *f, struct ilf__text *text, unsigned field,
                              const struct ilf__otlp_fields fields[2], const ilf_kv *tags,
                              size_t n_tags);

/* The value of the tag @name, or a NULL pointer. */
ilf_str ilf__otlp_tag(const ilf_kv *tags, size_t n, const char *name);

/* The same as a number of 32 bits, as natively cut to them; false if there is none, or it is 0. */
bool ilf__otlp_count(const ilf_kv *tags, size_t n, const char *name, uint32_t *count);

/* Put @hex as the bytes of an id of @len bytes (16: trace, 8: span). False if it is no such id. */
bool ilf__otlp_put_id(struct ilf__text *text, unsigned field, ilf_str hex, size_t len);

/* --- Items ----------------------------------------------------------------------------------- */

/* What is under way of a group. f->head holds its resource, then from @head_scope its scope. */
struct ilf__otlp {
    struct ilf__format *f;
    struct ilf__text *text;
    const struct ilf__sink *sink;
    ilf_error *err;
    const char *signal;
    size_t head_scope;
    bool open;
    struct ilf__item item;
    size_t resources, scopes; /* where their lengths are */
};

/* Before record number @index is put: end the item under way if the record, whose fields are
 * f->selected from f->n_names on, can't be in it, or it is large enough, and begin one. */
ilf_status ilf__otlp_next(struct ilf__otlp *o, size_t index);

/* End the item under way, if any, and give it to the sink. */
ilf_status ilf__otlp_end(struct ilf__otlp *o);

/* Out of memory. */
ilf_status ilf__otlp_fail(struct ilf__otlp *o);

/* --- Between the files ------------------------------------------------------------------------ */

void ilf__otlp_put_log(struct ilf__format *f, struct ilf__text *text, const ilf_log_event *log);
void ilf__otlp_put_span(struct ilf__format *f, struct ilf__text *text, const ilf_span *span);

/* Put the Metric, or the several, that @metric is. */
void ilf__otlp_put_metric(struct ilf__format *f, struct ilf__text *text, const ilf_metric *metric);

/* Metric's field for its data. */
enum ilf__otlp_kind {
    ILF__OTLP_GAUGE = 5,
    ILF__OTLP_SUM = 7,
    ILF__OTLP_HISTOGRAM = 9,
    ILF__OTLP_EXPONENTIAL = 10,
    ILF__OTLP_SUMMARY = 11,
};

enum { ILF__OTLP_POINTS = 1 };            /* of each kind of data */
enum { ILF__OTLP_NO_RECORDED_VALUE = 1 }; /* in the flags of a point */

/* The name, with @key behind it unless that is NULL, the description and the unit. */
void ilf__otlp_put_descriptor(struct ilf__format *f, struct ilf__text *text,
                              const ilf_metric *metric, const ilf_str *key);

/* What each kind of point has: the times and, as attributes, the tags and the values that are no
 * numbers. */
void ilf__otlp_put_point(struct ilf__format *f, struct ilf__text *text, const ilf_metric *metric,
                         unsigned attributes);

/* From when the numbers are counted, for kinds of data that tell it. */
void ilf__otlp_put_temporality(struct ilf__text *text, const ilf_metric *metric);

/* Has a summary or a histogram a place for the number @key? */
bool ilf__otlp_has_place(struct ilf__format *f, enum ilf__otlp_kind kind, ilf_str key);

/* Put a summary or a histogram; @recorded: there are numbers. */
void ilf__otlp_put_histogram(struct ilf__format *f, struct ilf__text *text,
                             const ilf_metric *metric, enum ilf__otlp_kind kind, bool recorded);

struct ilf__otlp_bucket {
    double bound;
    uint64_t count;
};

#endif
