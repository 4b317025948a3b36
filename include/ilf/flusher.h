/* ilf/flusher.h - all that the author of a flusher includes.
 *
 * A flusher is one constant ilf_flusher_ops: a name, a table of options and the hooks of iLogtail's
 * contract (init, is_ready, flush or export, set_urgent, stop). The runtime does the rest: it
 * parses the configuration, owns the instance, repeats a flush that asks for it, counts and logs.
 *
 * Memory   Whatever a hook is given is borrowed until the hook returns; copy what must live longer.
 *          Exceptions, said where they are declared: the instance, its option values and the
 *          ilf_host of init live until stop has returned. Strings are pointer and length, without a
 *          terminating NUL; they may hold NULs and any bytes, UTF-8 or not. A length of zero allows
 *          any pointer, NULL included.
 * Threads  init, is_ready, flush, export and stop of one instance never overlap, but each may run
 *          on another thread than the last, so nothing may be kept in thread-locals between calls.
 *          set_urgent may run beside is_ready, flush and export. Instances are independent of each
 *          other, and the one of a reloaded configuration starts while the old one still works:
 *          keep no mutable statics and take no exclusive resource.
 * Errors   A hook returns a status and says why in the caller's ilf_error, in one line that names
 *          the place and the cure and holds no secret. It does not log what it returns.
 *
 * The header is C99 and C++11 clean and needs no symbol of the library.
 */
#ifndef ILF_FLUSHER_H
#define ILF_FLUSHER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface. A library loads a flusher of its own major and at most its own
 * minor. Structs that begin with struct_size grow at the end, where zero means the old behaviour;
 * all others, being elements of arrays, are frozen until the major changes. */
#define ILF_ABI_MAJOR 1
#define ILF_ABI_MINOR 0
#define ILF_ABI (((uint32_t)ILF_ABI_MAJOR << 16) | (uint32_t)ILF_ABI_MINOR)

/* The compiler checks the arguments of a format. */
#if defined(__GNUC__)
#define ILF_PRINTF(string, first) __attribute__((format(printf, string, first)))
#else
#define ILF_PRINTF(string, first)
#endif

/* --- Strings, status, errors ---------------------------------------------------------------- */

/* Bytes, by reference. */
typedef struct ilf_str {
    const char *ptr;
    size_t len; /* bytes */
} ilf_str;

/* Are these the same bytes? */
static inline bool ilf_str_equal(ilf_str a, ilf_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* What became of a call. */
typedef enum ilf_status {
    ILF_OK = 0,         /* done; the records are the sink's now */
    ILF_ERR_CONFIG = 1, /* the configuration can't work: do not start the pipeline */
    ILF_ERR_RETRY = 2,  /* may succeed later: the runtime calls again with the same batch */
    ILF_ERR_DROP = 3,   /* never will: the records are counted as dropped, and the error logged */
    ILF_ERR_NOMEM = 4   /* out of memory: handled like ILF_ERR_RETRY */
} ilf_status;

#define ILF_ERROR_SIZE 1024 /* bytes, with the NUL */

/* Where a failing call says why: one line of UTF-8 text, NUL-terminated, cut to fit. The caller
 * owns it; its content counts only when the call has failed. */
typedef struct ilf_error {
    char text[ILF_ERROR_SIZE];
} ilf_error;

/* Set the text of @err, which may be NULL, and return @status: `return ilf_fail(err, ...)`. */
static inline ilf_status ilf_fail(ilf_error *err, ilf_status status, const char *format, ...)
    ILF_PRINTF(3, 4);

static inline ilf_status ilf_fail(ilf_error *err, ilf_status status, const char *format, ...)
{
    if (err) {
        va_list args;

        va_start(args, format);
        (void)vsnprintf(err->text, sizeof(err->text), format, args);
        va_end(args);
    }
    return status;
}

/* --- Log groups: the data of v1 pipelines ---------------------------------------------------- */

/* A pair of a log, a tag or an entry of metadata. */
typedef struct ilf_kv {
    ilf_str key;
    ilf_str value;
} ilf_kv;

#define ILF_LOG_HAS_TIME_NS 1u /* time_ns was set, be it to zero */

/* One log (sls_logs.Log). Keys may be empty and may repeat; their order is the log's. */
typedef struct ilf_log {
    uint32_t time;    /* seconds since 1970-01-01 UTC */
    uint32_t time_ns; /* nanoseconds within that second; 0 without ILF_LOG_HAS_TIME_NS */
    uint32_t flags;   /* ILF_LOG_... */
    uint32_t reserved;
    const ilf_kv *contents;
    size_t n_contents;
    const ilf_str *values; /* the rarely used field `values`, nearly always empty */
    size_t n_values;
} ilf_log;

/* Logs with the same origin (sls_logs.LogGroup). */
typedef struct ilf_group {
    ilf_str category; /* the logstore that a routing aggregator chose, else empty */
    ilf_str topic;
    ilf_str source; /* the agent's IP address */
    ilf_str machine_uuid;
    const ilf_kv *tags;
    size_t n_tags;
    const ilf_log *logs;
    size_t n_logs;
} ilf_group;

/* Where a pipeline belongs, in the host's words; each may be empty. */
typedef struct ilf_route {
    ilf_str project;
    ilf_str logstore;
    ilf_str config;       /* name of the pipeline */
    int64_t logstore_key; /* the host's number for its queue */
} ilf_route;

/* What one flush is given. */
typedef struct ilf_batch {
    size_t struct_size;
    ilf_route route;
    const ilf_group *groups;
    size_t n_groups;
    uint64_t n_bytes; /* keys and values of all logs together; 0 when the host has not counted */
    uint32_t attempt; /* 0 at first; n when this very batch is given again for the n-th time,
                       * because the flusher had returned ILF_ERR_RETRY */
    uint32_t reserved;
} ilf_batch;

/* --- Event groups: the data of v2 pipelines -------------------------------------------------- */

/* What a value holds, and which member of it. */
typedef enum ilf_value_type {
    ILF_VALUE_NULL = 0,
    ILF_VALUE_STRING = 1,
    ILF_VALUE_BYTES = 2, /* a Go []byte: the usual type of a log's body */
    ILF_VALUE_BOOL = 3,
    ILF_VALUE_INT = 4,
    ILF_VALUE_UINT = 5,
    ILF_VALUE_FLOAT = 6,
    ILF_VALUE_ARRAY = 7,
    ILF_VALUE_MAP = 8,
    ILF_VALUE_TEXT = 9 /* a Go type without an equivalent here, as fmt prints it */
} ilf_value_type;

struct ilf_field;

/* A value of any type. Members of @as that the type does not name are undefined. */
typedef struct ilf_value {
    uint32_t type; /* ilf_value_type; skip what you do not know */
    uint32_t bits; /* width in Go of INT, UINT and FLOAT: 8, 16, 32 or 64 */
    union {
        bool boolean;
        int64_t i;
        uint64_t u;
        double f;    /* exact for both widths */
        ilf_str str; /* STRING, BYTES, TEXT */
        struct {
            const struct ilf_value *items;
            size_t n;
        } array;
        struct {
            const struct ilf_field *fields; /* in the order of their keys */
            size_t n;
        } map;
    } as;
} ilf_value;

/* A value with its key: a pair of a log event or of a map. */
typedef struct ilf_field {
    ilf_str key;
    ilf_value value;
} ilf_field;

/* models.Log. Tags and contents come from Go maps: no key twice, in no order. */
typedef struct ilf_log_event {
    ilf_str name;
    ilf_str level;
    ilf_str trace_id;
    ilf_str span_id;
    uint64_t timestamp;          /* nanoseconds since 1970-01-01 UTC, as all times of events */
    uint64_t observed_timestamp; /* likewise; 0: unknown */
    uint64_t offset;             /* bytes, in the file that it was read from */
    const ilf_kv *tags;
    size_t n_tags;
    const ilf_field *contents; /* the body has the key "content" */
    size_t n_contents;
} ilf_log_event;

/* How a metric is meant (models.MetricType). */
typedef enum ilf_metric_type {
    ILF_METRIC_UNKNOWN = 0,
    ILF_METRIC_UNTYPED = 1,
    ILF_METRIC_COUNTER = 2,
    ILF_METRIC_GAUGE = 3,
    ILF_METRIC_HISTOGRAM = 4,
    ILF_METRIC_SUMMARY = 5,
    ILF_METRIC_METER = 6,
    ILF_METRIC_RATE_COUNTER = 7
} ilf_metric_type;

/* Where a metric has its number or numbers. */
typedef enum ilf_metric_shape {
    ILF_METRIC_NO_VALUE = 0,
    ILF_METRIC_SINGLE = 1, /* @value */
    ILF_METRIC_MULTI = 2   /* @values */
} ilf_metric_shape;

/* One of the numbers of a metric with several. */
typedef struct ilf_metric_value {
    ilf_str key;
    double value;
} ilf_metric_value;

/* models.ValueType */
typedef enum ilf_typed_type {
    ILF_TYPED_UNKNOWN = 0,
    ILF_TYPED_STRING = 1,
    ILF_TYPED_BOOL = 2,
    ILF_TYPED_ARRAY = 3,
    ILF_TYPED_MAP = 4
} ilf_typed_type;

/* models.TypedValue with its key. Nothing in the host makes @declared and the value's type agree.
 */
typedef struct ilf_typed_value {
    ilf_str key;
    uint32_t declared; /* ilf_typed_type */
    uint32_t reserved;
    ilf_value value;
} ilf_typed_value;

/* models.Metric */
typedef struct ilf_metric {
    ilf_str name;
    ilf_str unit;
    ilf_str description;
    uint64_t timestamp;
    uint64_t observed_timestamp;
    uint32_t type;  /* ilf_metric_type */
    uint32_t shape; /* ilf_metric_shape */
    double value;
    const ilf_metric_value *values;
    size_t n_values;
    const ilf_typed_value *typed;
    size_t n_typed;
    const ilf_kv *tags;
    size_t n_tags;
} ilf_metric;

/* models.SpanLink: another span that this one has to do with. */
typedef struct ilf_span_link {
    ilf_str trace_id;
    ilf_str span_id;
    ilf_str trace_state;
    const ilf_kv *tags;
    size_t n_tags;
} ilf_span_link;

/* models.SpanEvent: something that happened within a span. */
typedef struct ilf_span_event {
    int64_t timestamp;
    ilf_str name;
    const ilf_kv *tags;
    size_t n_tags;
} ilf_span_event;

/* models.SpanKind */
typedef enum ilf_span_kind {
    ILF_SPAN_UNKNOWN = 0,
    ILF_SPAN_INTERNAL = 1,
    ILF_SPAN_SERVER = 2,
    ILF_SPAN_CLIENT = 3,
    ILF_SPAN_PRODUCER = 4,
    ILF_SPAN_CONSUMER = 5
} ilf_span_kind;

/* models.StatusCode */
typedef enum ilf_span_status {
    ILF_SPAN_UNSET = 0,
    ILF_SPAN_OK = 1,
    ILF_SPAN_ERROR = 2
} ilf_span_status;

/* models.Span */
typedef struct ilf_span {
    ilf_str trace_id;
    ilf_str span_id;
    ilf_str parent_span_id;
    ilf_str name;
    ilf_str trace_state;
    uint64_t start_time;
    uint64_t end_time;
    uint64_t observed_timestamp;
    int64_t kind;   /* ilf_span_kind, or what else the host had */
    int64_t status; /* ilf_span_status, likewise */
    const ilf_kv *tags;
    size_t n_tags;
    const ilf_span_link *links;
    size_t n_links;
    const ilf_span_event *events;
    size_t n_events;
} ilf_span;

/* The host's own numbers (models.EventType). */
typedef enum ilf_event_type {
    ILF_EVENT_METRIC = 1,
    ILF_EVENT_SPAN = 2,
    ILF_EVENT_LOG = 3,
    ILF_EVENT_BYTES = 4 /* models.ByteArray */
} ilf_event_type;

/* An event of any type. */
typedef struct ilf_event {
    uint32_t type; /* ilf_event_type; skip what you do not know */
    uint32_t reserved;
    union {
        const ilf_log_event *log;
        const ilf_metric *metric;
        const ilf_span *span;
        const ilf_str *bytes;
    } as;
} ilf_event;

/* models.PipelineGroupEvents: events of any mixture of types, with what they have in common. */
typedef struct ilf_event_group {
    const ilf_kv *metadata;
    size_t n_metadata;
    const ilf_kv *tags;
    size_t n_tags;
    const ilf_event *events;
    size_t n_events;
} ilf_event_group;

/* What one export is given. */
typedef struct ilf_event_batch {
    size_t struct_size;
    ilf_route route;
    const ilf_event_group *groups;
    size_t n_groups;
    uint64_t n_bytes; /* keys, values, names of all events together; 0: not counted */
    uint32_t attempt; /* as in ilf_batch */
    uint32_t reserved;
} ilf_event_batch;

/* --- Options --------------------------------------------------------------------------------- */

/* What an option holds in the configuration, and the C type that offsetof names in the instance. */
typedef enum ilf_option_type {
    ILF_OPT_STR = 1,      /* const char *, never NULL, without NULs inside */
    ILF_OPT_INT = 2,      /* int64_t; a JSON number without a fraction, exact up to 2^53 */
    ILF_OPT_BOOL = 3,     /* bool */
    ILF_OPT_FLOAT = 4,    /* double, finite */
    ILF_OPT_SIZE = 5,     /* uint64_t, bytes; a number, or text such as "512KiB", "1.5MB" */
    ILF_OPT_DURATION = 6, /* int64_t, nanoseconds; a number of them (as native flushers have it),
                           * or text such as "30s", "1m30s", "250ms" */
    ILF_OPT_ENUM = 7,     /* int, index into choices; matched without regard to case */
    ILF_OPT_LIST = 8,     /* ilf_str_list; a JSON array of strings */
    ILF_OPT_MAP = 9,      /* ilf_str_map; a JSON object of strings */
    ILF_OPT_TABLE = 10    /* a struct; a JSON object with options of its own */
} ilf_option_type;

/* The value of an option of ILF_OPT_LIST. */
typedef struct ilf_str_list {
    const char *const *items;
    size_t n;
} ilf_str_list;

/* The value of an option of ILF_OPT_MAP. */
typedef struct ilf_str_map {
    const ilf_kv *items; /* in the order of the configuration; values are NUL-terminated too */
    size_t n;
} ilf_str_map;

#define ILF_OPT_REQUIRED 1u /* must be there and not be empty */
#define ILF_OPT_SECRET 2u   /* never printed; implies ILF_OPT_EXPAND */
/* In strings, ${NAME} is the environment's NAME, $$ is $, and a text that begins with file: is what
 * that file holds. */
#define ILF_OPT_EXPAND 4u
/* A map may also be written as an array of {"Key": "...", "Value": "..."}, in which keys may repeat. */
#define ILF_OPT_PAIRS 8u
/* A map's values may be numbers and booleans too, and become the text that JSON has for them. */
#define ILF_OPT_SCALARS 16u
/* A text is that of the JSON that stands there, of any type; empty where nothing does. For what the
 * flusher only looks into, such as an option of a native flusher. */
#define ILF_OPT_JSON 32u
/* The option of a delivered flusher decides neither what is sent nor where to, as a time-out: when a
 * reload changes it, what waits in the queue passes to the new instance all the same. */
#define ILF_OPT_SAME_SINK 64u

/* One option, best written with ILF_OPTION. A table of options ends with {0}. */
typedef struct ilf_option {
    const char *name; /* matched without regard to case */
    ilf_option_type type;
    size_t offset; /* of the value, in the instance or in the enclosing table's struct */
    const char *default_value;  /* written as in the configuration but without quotes; NULL: zero,
                                 * empty, false, the first choice */
    const char *help;           /* one line, lower case, no full stop */
    unsigned flags;             /* ILF_OPT_... */
    double min, max;            /* allowed range, in the value's unit, if min < max; for a size, a
                                 * negative min means that negative numbers are taken as 0 */
    const char *const *choices; /* ILF_OPT_ENUM: the names, then NULL */
    const struct ilf_option *table; /* ILF_OPT_TABLE: its options */
    const void *reserved[2];
} ilf_option;

/* A row of a table: ILF_OPTION(STR, struct my_flusher, path, "Path", "-", "append here"), with
 * further members behind the help, as in `"append here", .flags = ILF_OPT_REQUIRED`. The compiler
 * warns when the member has not the C type that the option needs. */
#define ILF_OPTION(kind, owner, member, option_name, default_text, ...)                            \
    {                                                                                              \
        .name = (option_name), .type = ILF_OPT_##kind,                                             \
        .offset =                                                                                  \
            offsetof(owner, member) + 0 * sizeof((ILF_CTYPE_##kind *)0 == &((owner *)0)->member),  \
        .default_value = (default_text), .help = __VA_ARGS__                                       \
    }

/* The C types of options, for ILF_OPTION. */
#define ILF_CTYPE_STR const char *
#define ILF_CTYPE_INT int64_t
#define ILF_CTYPE_BOOL bool
#define ILF_CTYPE_FLOAT double
#define ILF_CTYPE_SIZE uint64_t
#define ILF_CTYPE_DURATION int64_t
#define ILF_CTYPE_ENUM int
#define ILF_CTYPE_LIST ilf_str_list
#define ILF_CTYPE_MAP ilf_str_map
#define ILF_CTYPE_TABLE void

/* --- Delivered flushers ----------------------------------------------------------------------- */

/* A flusher of a sink across a network leaves delivery to the runtime. In the place of flush and
 * export_events it has encode, which turns a batch into records of the sink's format, and send,
 * which starts to send a payload of them and later says what became of it. Queueing, batching,
 * ordering, retries, rates, the circuit breaker, the spool on disk, dead letters and metrics are
 * the runtime's and look the same in every such flusher's configuration (docs/delivery.md).
 *
 * Every record that encode has put is delivered, or dead-lettered, or stays in the spool; where the
 * configuration has neither, what is lost is counted by reason and logged. */

/* One record in the sink's format. */
typedef struct ilf_record {
    ilf_str body;
    /* What send needs to know about where it goes (a topic, a URL with its headers...), in a form of
     * the flusher's own, often empty. All records of a payload have the same. Kept in the spool, so
     * a later release of the flusher must still understand it. */
    ilf_str destination;
    ilf_str key;       /* under Delivery.Order "key", records of the same key arrive in order */
    uint32_t n_events; /* logs or events that it stands for, for the counters */
    uint32_t reserved;
} ilf_record;

/* Where encode puts what it makes. Valid during the call. */
typedef struct ilf_encoder {
    size_t struct_size;
    void *context;

    /* Take a record, by copying it. After any other status than ILF_OK encode stops and returns
     * that status: the batch comes again, whole, and what was put of it is forgotten. */
    ilf_status (*put)(void *context, const ilf_record *record);

    /* Take an event that has no form in this sink: @text is what is known of it, for the dead
     * letters, and @why one line of at most 200 bytes. */
    ilf_status (*reject)(void *context, ilf_str text, uint32_t n_events, const char *why);
} ilf_encoder;

/* Where a record ends in the bytes of its payload, and what it stands for. Frozen. */
typedef struct ilf_record_end {
    uint32_t end;      /* offset of the byte behind it */
    uint32_t n_events; /* as encode said */
} ilf_record_end;

/* This payload, or a part of it, may have arrived before: a send of it ended without an answer, or
 * the process did. A sink that can tell duplicates (by id, by transaction) may want to know. */
#define ILF_PAYLOAD_MAY_REPEAT 1u

/* Records that are sent together. */
typedef struct ilf_payload {
    size_t struct_size;
    uint64_t id; /* the same for every attempt, also after a restart if there is a spool; new for
                  * the parts when a payload is split */
    ilf_str destination;
    ilf_str bytes; /* the bodies, one behind the other with nothing between */
    const ilf_record_end *ends;
    size_t n_records; /* at least 1 */
    uint64_t n_events;
    uint64_t accepted_at; /* when its first record was accepted, nanoseconds since 1970 */
    uint32_t attempt;     /* 0 at first */
    uint32_t flags;       /* ILF_PAYLOAD_... */
    size_t endpoint;      /* which of the flusher's endpoints to use; see ilf_tuning */
} ilf_payload;

/* Record number @i. */
static inline ilf_str ilf_payload_record(const ilf_payload *payload, size_t i)
{
    uint32_t start = i > 0 ? payload->ends[i - 1].end : 0;
    ilf_str record;

    record.ptr = payload->bytes.ptr + start;
    record.len = payload->ends[i].end - start;
    return record;
}

/* What became of a payload, or of one record. */
typedef enum ilf_verdict {
    ILF_DELIVERED = 0, /* the sink has it for good */
    ILF_RETRY = 1,     /* not now: the sink was not reached, or said so */
    ILF_REJECT = 2,    /* never: goes to the dead letters */
    ILF_TOO_LARGE = 3, /* too large: split in halves; a single record goes to the dead letters */
    ILF_CANCELLED = 4  /* not sent, because cancel was called */
} ilf_verdict;

#define ILF_RESULT_UNANSWERED 1u /* it may have arrived all the same: nobody said no */
#define ILF_RESULT_UNREACHED 2u  /* the endpoint failed, not the payload: counts for its breaker */

/* How a send ended. */
typedef struct ilf_result {
    size_t struct_size;
    ilf_verdict verdict;
    uint32_t flags; /* ILF_RESULT_... */
    int32_t code;   /* the sink's own number (HTTP status, error of a broker); 0: none.
                                * Retry.Actions may override the verdict by it. */
    uint32_t reserved;
    int64_t retry_after;    /* nanoseconds that the sink wants us to wait; 0: none said */
    const uint8_t *records; /* an ilf_verdict per record, for partial failures; NULL: @verdict */
    const ilf_str *reasons; /* one line per record, or NULL; empty where there is none */
    ilf_str reason;         /* one line, for the log and the dead letters: what and where */
    uint64_t wire_bytes;    /* sent over the wire, compressed; 0: not known */
    /* With ILF_DELIVERED: events of the payload that the sink has refused without saying which. They
     * are counted as lost, with @reason in the log, and not sent again. */
    uint64_t rejected_events;
} ilf_result;

/* What a flusher's own options and its sink say about delivery, over the runtime's defaults and
 * under what the user has configured. Zero leaves a default as it is. */
typedef struct ilf_tuning {
    size_t struct_size;
    uint64_t max_payload_bytes;
    uint64_t max_payload_records;
    int64_t max_payload_age; /* nanoseconds that a record waits for others; negative: none */
    uint32_t concurrency;    /* payloads in flight at most */
    int32_t max_retry_times; /* -1: no limit */
    uint64_t queue_records;  /* bound of the queue in records, beside that in bytes */
    size_t n_endpoints;      /* equal servers to choose from; 0 is one */
    const char *const
        *endpoints;   /* their names, for log and metrics; live until stop; NULL: none */
    bool drop_newest; /* when the queue is full, instead of blocking */
    /* Payloads in flight arrive in the order in which they were sent, and once a record has failed,
     * none of its key that was sent later arrives. So when the user asks for an order, the runtime
     * need not send them one by one: it waits until all in flight have ended and sends again from
     * the first that failed. */
    bool keeps_order;
} ilf_tuning;

/* --- Services of the host -------------------------------------------------------------------- */

/* How much a line in the log matters. */
typedef enum ilf_level {
    ILF_LEVEL_DEBUG = 0,
    ILF_LEVEL_INFO = 1,
    ILF_LEVEL_WARN = 2,
    ILF_LEVEL_ERROR = 3
} ilf_level;

/* A number that only grows, shown in the metrics with the instance's labels. */
typedef struct ilf_counter ilf_counter;

/* What a flusher may ask for. Given to init and valid until stop has returned; every function may
 * be called from any thread, at any time between, and none of them but release is NULL there. */
typedef struct ilf_host {
    size_t struct_size;
    void *context; /* first argument of every function below */

    /* Write a line into the agent's log. @text needs no newline. */
    void (*log)(void *context, ilf_level level, ilf_str text);

    /* Nanoseconds since 1970-01-01 UTC. */
    uint64_t (*now)(void *context);

    /* The counter @name (of a to z, 0 to 9 and _, ending in _total), made at the first call and
     * shown as ilf_flusher_@name. @help is one line for people. Never NULL: when memory is short,
     * it counts where nobody looks. */
    ilf_counter *(*counter)(void *context, const char *name, const char *help);
    void (*counter_add)(void *context, ilf_counter *counter, uint64_t n);

    /* Say what the flusher's options mean for delivery. During init only, once; a delivered flusher
     * only. Copied. */
    void (*tune)(void *context, const ilf_tuning *tuning);

    /* The send of @payload has ended as @result says, which is copied. Exactly once per send,
     * during send, during poll, or from any thread; @payload is gone when it returns. */
    void (*complete)(void *context, const ilf_payload *payload, const ilf_result *result);

    /* Set a number that goes up and down, shown as ilf_flusher_@name (of a to z, 0 to 9 and _) with
     * @labels, whose keys are such names too; those of the instance come by themselves. NaN takes it
     * away. All is copied. Beyond ILF_GAUGES of them nothing more is shown: false. */
    bool (*gauge)(void *context, const char *name, const char *help, const ilf_kv *labels,
                  size_t n_labels, double value);

    /* Does the configuration ask that records keep their order (Delivery.Order)? */
    bool (*ordered)(void *context);

    /* Nanoseconds for which a hook may go on waiting for its sink: INT64_MAX while the pipeline
     * runs, then what is left of StopTimeout, at last 0. A flush that waits must look again at least
     * every 100 ms, and return ILF_ERR_RETRY when its time is over. */
    int64_t (*time_left)(void *context);

    /* The configuration is only checked: init shall look at all of it and fail as ever, but connect to
     * nothing, and make or change no file. No hook but stop follows. */
    bool checking;

    /* Not for flushers, who have NULL here, but for who makes an instance with ilf_flusher_new: the
     * library needs @context no more. See ilf_flusher_free. */
    void (*release)(void *context);
} ilf_host;

#define ILF_GAUGES 1024 /* series of an instance, of all its gauges together */

/* Log a formatted line, cut at 1023 bytes. */
static inline void ilf_logf(const ilf_host *host, ilf_level level, const char *format, ...)
    ILF_PRINTF(3, 4);

static inline void ilf_logf(const ilf_host *host, ilf_level level, const char *format, ...)
{
    char text[1024];
    ilf_str line;
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (n < 0)
        return;
    line.ptr = text;
    line.len = (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;
    host->log(host->context, level, line);
}

/* --- The flusher ----------------------------------------------------------------------------- */

/* The contract. @self is the instance: instance_size bytes, zeroed, with the option values filled
 * in. Hooks that are NULL do nothing and succeed, except that there must be one of flush and
 * export_events, or else send with one of encode and encode_events: given only one of a pair, the
 * runtime converts logs between the two generations, and refuses, counts and logs one by one the
 * events that have no equivalent. */
typedef struct ilf_flusher_ops {
    uint32_t abi;            /* ILF_ABI */
    uint32_t struct_size;    /* sizeof(ilf_flusher_ops) */
    const char *name;        /* begins with flusher_, without / and # */
    const char *description; /* one sentence, without a subject: "writes logs to ..." */
    size_t instance_size;
    const ilf_option *options; /* NULL: none */

    /* Start. Called once, first. Must not wait for the sink: the host starts pipelines one after
     * another. After a failure no other hook is called, so leave nothing behind. Fail with
     * ILF_ERR_CONFIG; any other failure too keeps the pipeline from starting. */
    ilf_status (*init)(void *self, const ilf_host *host, ilf_error *err);

    /* Can a batch be taken now? Polled every 10 ms while false, during which the pipeline's other
     * flushers wait too. Must not block. After set_urgent the runtime no longer asks. */
    bool (*is_ready)(void *self, const ilf_route *route);

    /* Take a batch of log groups. May block, which slows the pipeline down to the sink's speed.
     * After ILF_ERR_RETRY the same batch comes again, with attempt counted up, after a pause that
     * grows: write no record of it twice. When retrying ends without success, the next batch has
     * attempt 0. */
    ilf_status (*flush)(void *self, const ilf_batch *batch, ilf_error *err);

    /* The same for event groups. (`export` alone is a keyword of C++.) */
    ilf_status (*export_events)(void *self, const ilf_event_batch *batch, ilf_error *err);

    /* The pipeline is about to stop; @exiting tells whether for good. Flushes may still follow. May
     * run beside is_ready, flush and export, and more than once, but not before init has succeeded.
     * Must return at once. */
    void (*set_urgent)(void *self, bool exiting);

    /* Stop, and release what init took. Called once, last, and only after init has succeeded. */
    ilf_status (*stop)(void *self, ilf_error *err);

    /* The hooks of a delivered flusher, instead of is_ready, flush and export_events. encode runs
     * as flush does; send, poll and cancel run on a thread of the runtime's, one at a time, and
     * beside encode, so the two sides share nothing that changes. */

    /* Make records of a batch. Fails with ILF_ERR_DROP for a batch that is nothing for this sink,
     * with ILF_ERR_NOMEM to be asked again. */
    ilf_status (*encode)(void *self, const ilf_batch *batch, const ilf_encoder *to, ilf_error *err);
    ilf_status (*encode_events)(void *self, const ilf_event_batch *batch, const ilf_encoder *to,
                                ilf_error *err);

    /* Start to send @payload, which stays as it is until its completion; see ilf_host's complete.
     * Must not block. Every send must end: by a time-out of its own or, where it is right to wait for
     * as long as the sink is away, by cancel. */
    void (*send)(void *self, const ilf_payload *payload);

    /* For a client with an event loop of its own: run it until something has completed, wake is
     * called, or @timeout nanoseconds are over (0: do not wait; negative: no limit). NULL: sends
     * complete from other threads. */
    void (*poll)(void *self, int64_t timeout);

    /* Make a poll that is running, or else the next one, return at once. May run on any thread at
     * any time. Must be there if poll is. */
    void (*wake)(void *self);

    /* Time is up: complete every send under way with ILF_CANCELLED, before this returns or soon
     * after. NULL: sends end by their time-outs, and stop waits for them. */
    void (*cancel)(void *self);
} ilf_flusher_ops;

/* --- Plugins --------------------------------------------------------------------------------- */

/* A flusher that lives in a shared library of its own exports this one function, from which libilf
 * takes its descriptor; see $ILF_PLUGIN_PATH in bridge.h. In C, put ILF_PLUGIN(my_ops); at the end
 * of the file. In other languages, export a function of this name without parameters that returns
 * the address of an ilf_flusher_ops, which lives for ever. */
#define ILF_PLUGIN_SYMBOL "ilf_plugin"

/* What a plugin exports. */
#if defined(__GNUC__)
#define ILF_EXPORT __attribute__((visibility("default")))
#else
#define ILF_EXPORT
#endif

/* Let this shared library export @ops. */
#define ILF_PLUGIN(ops)                                                                            \
    ILF_EXPORT const ilf_flusher_ops *ilf_plugin(void);                                            \
    ILF_EXPORT const ilf_flusher_ops *ilf_plugin(void)                                             \
    {                                                                                              \
        return &(ops);                                                                             \
    }                                                                                              \
    ILF_EXPORT const ilf_flusher_ops *ilf_plugin(void)

#ifdef __cplusplus
}
#endif

#endif
