/* Formats: log groups and event groups as the bytes that a sink takes, which are those of the native
 * converter: the protocols custom_single, custom_single_flatten, jsonline, influxdb, raw and otlp_v1.
 *
 * A flusher puts ilf__format_options under the name Convert into its table, makes an ilf__format of
 * what they hold, and gives it group after group. It is called back for each item of output: a
 * log (custom_single and custom_single_flatten), a group (jsonline, influxdb, raw with a Separator),
 * an event (raw) or what a group has of one kind (otlp_v1). Where the native converter gives an empty item because there is nothing to
 * write, there is none here.
 *
 * One thread at a time may use a format. */
#ifndef ILF_COMMON_FORMAT_H
#define ILF_COMMON_FORMAT_H

#include "shape.h"
#include "text.h"

struct ilf__names;

enum ilf__time_format {
    ILF__TIME_SECONDS,     /* 1700000000, as the native one */
    ILF__TIME_NANOSECONDS, /* 1700000000123456789; more than a reader with doubles can hold */
    ILF__TIME_FRACTION,    /* 1700000000.123456789 */
    ILF__TIME_RFC3339,     /* "2023-11-14T22:13:20.123456789Z" */
};

struct ilf__format_options {
    const char *protocol;
    const char *encoding;
    const char *separator;
    bool ignore_unexpected_data;
    bool sls_metrics;
    int time_format; /* enum ilf__time_format */
    ilf_str_map tag_fields_rename;
    ilf_str_map protocol_fields_rename;
    bool only_contents; /* no option: for flushers that want the flat shapes without tags */
};

/* The rows of Convert; a table for flushers with other defaults ends with {0} too. */
#define ILF__FORMAT_ROWS(protocol_text, encoding_text)                                             \
    ILF_OPTION(STR, struct ilf__format_options, protocol, "Protocol", protocol_text,               \
               "custom_single, custom_single_flatten, jsonline, influxdb, raw or otlp_v1"),        \
        ILF_OPTION(STR, struct ilf__format_options, encoding, "Encoding", encoding_text,           \
                   "json; for influxdb and raw: custom; for otlp_v1: protobuf or none"),           \
        ILF_OPTION(STR, struct ilf__format_options, separator, "Separator", "",                    \
                   "raw: join the events of a group with this; empty: each alone"),                \
        ILF_OPTION(BOOL, struct ilf__format_options, ignore_unexpected_data,                       \
                   "IgnoreUnExpectedData", "true",                                                 \
                   "leave out, and report, what the protocol can't express; false: its group"),    \
        ILF_OPTION(MAP, struct ilf__format_options, tag_fields_rename, "TagFieldsRename", NULL,    \
                   "new names of tags, as {\"host.name\": \"host\"}; an empty one deletes"),       \
        ILF_OPTION(MAP, struct ilf__format_options, protocol_fields_rename,                        \
                   "ProtocolFieldsRename", NULL, "new names of time, contents and tags"),          \
        ILF_OPTION(ENUM, struct ilf__format_options, time_format, "TimeFormat", "seconds",         \
                   "how JSON shows the time; all but seconds carry nanoseconds",                   \
                   .choices = ilf__time_formats),                                                  \
        ILF_OPTION(BOOL, struct ilf__format_options, sls_metrics, "EnableSlsMetricsFormat",        \
                   "false",                                                                        \
                   "v2 metrics in JSON: names and labels as SLS wants them; left out: as the "     \
                   "agent's setting of this name")

extern const char *const ilf__time_formats[];

/* With the defaults custom_single and json, which most native flushers have. */
extern const ilf_option ilf__format_options[];

/* One item of output: the bytes from @start to the end of the text. */
struct ilf__item {
    size_t start;
    size_t first;     /* index in the group of its first log or event */
    size_t n_records; /* logs or events in it; 0 for all but the last document of a metric */
    /* The values of the names that ilf__format_init was given, in their order; a NULL pointer where
     * there is none. Good until take returns. */
    const ilf_str *selected;
};

struct ilf__sink {
    void *context;
    /* Take an item. It may shorten or empty the text. Anything but ILF_OK ends the group. */
    ilf_status (*take)(void *context, struct ilf__text *text, const struct ilf__item *item);
    /* Log or event number @index of the group can't be expressed; @why is good for this call. */
    void (*refuse)(void *context, size_t index, const char *why);
};

enum ilf__protocol {
    ILF__CUSTOM_SINGLE,
    ILF__CUSTOM_SINGLE_FLATTEN,
    ILF__JSONLINE,
    ILF__INFLUXDB,
    ILF__RAW,
    ILF__OTLP,
};

/* What is compiled from the options. The members are the formatter's own. */
struct ilf__format {
    const struct ilf__format_options *options;
    enum ilf__protocol protocol;
    ilf_str separator;
    const ilf_str *names; /* selected */
    size_t n_names;
    ilf_str *selected;         /* n_names, and as many for the next item's (otlp_v1) */
    struct ilf__shaper shaper; /* of the JSON protocols, and of otlp_v1 for log groups */
    uint64_t time_key[2];      /* what time_text tells: seconds and nanoseconds */
    char time_text[64];
    size_t time_len;
    ilf_kv *kv; /* the record being made of an event, or the labels of a metric */
    size_t cap_kv;
    struct ilf__text values;          /* of it, as far as they had to be formatted */
    struct ilf__text more;            /* likewise, where two are under way at once */
    struct ilf__entries keys;         /* of a metric's values, or of the attributes of an event */
    struct ilf__entries typed;        /* influxdb: of a metric's typed values */
    struct ilf__text head;            /* otlp_v1: what each item of the group begins with */
    struct ilf__otlp_bucket *buckets; /* of a histogram */
    size_t cap_buckets;
};

/* Compile @options, which must stay. @names, which may be NULL, are the fields whose values the sink
 * wants to see with each item, as "content.x" and "tag.x"; they must stay too. Fails with
 * ILF_ERR_CONFIG for a pair of protocol and encoding that does not exist, and for a name that the
 * protocol does not know: natively that one loses every group instead. */
ilf_status ilf__format_init(struct ilf__format *f, const struct ilf__format_options *options,
                            const struct ilf__names *names, ilf_error *err);
void ilf__format_dispose(struct ilf__format *f);

/* Append the items of @group to @text. ILF_ERR_DROP: the group can't be expressed, and nothing of it
 * was given to the sink. ILF_ERR_NOMEM: out of memory, maybe after some items. Else what the sink
 * says. Without ILF_OK, the text ends where the last item did. */
ilf_status ilf__format_group(struct ilf__format *f, const ilf_group *group, struct ilf__text *text,
                             const struct ilf__sink *sink, ilf_error *err);
ilf_status ilf__format_events(struct ilf__format *f, const ilf_event_group *group,
                              struct ilf__text *text, const struct ilf__sink *sink, ilf_error *err);

/* --- Between the files of the formatter ------------------------------------------------------ */

ilf_status ilf__format_fail_memory(struct ilf__text *text, size_t len, ilf_error *err);

/* Room for @n pairs in f->kv. */
bool ilf__format_room(struct ilf__format *f, size_t n);

/* Put @record as a JSON document, spelled as encoding/json does if @go, else as UTF-8. */
void ilf__format_record(struct ilf__format *f, const struct ilf__record *record, bool go,
                        struct ilf__text *text);

/* Set @selected to the values that @record has of the names. */
void ilf__format_select(struct ilf__format *f, const struct ilf__shape *shape,
                        const struct ilf__record *record, ilf_str *selected);

/* A value of @record, or of a tag of its group. */
static inline ilf_str ilf__format_value(const struct ilf__shaper *s,
                                        const struct ilf__record *record, int64_t source)
{
    size_t i = (size_t)source;

    return i < record->n ? record->kv[i].value : s->tags[i - record->n].value;
}

ilf_status ilf__json_group(struct ilf__format *f, const ilf_group *group, struct ilf__text *text,
                           const struct ilf__sink *sink, ilf_error *err);
ilf_status ilf__json_events(struct ilf__format *f, const ilf_event_group *group,
                            struct ilf__text *text, const struct ilf__sink *sink, ilf_error *err);
ilf_status ilf__influx_group(struct ilf__format *f, const ilf_group *group, struct ilf__text *text,
                             const struct ilf__sink *sink, ilf_error *err);
ilf_status ilf__influx_events(struct ilf__format *f, const ilf_event_group *group,
                              struct ilf__text *text, const struct ilf__sink *sink, ilf_error *err);
ilf_status ilf__raw_events(struct ilf__format *f, const ilf_event_group *group,
                           struct ilf__text *text, const struct ilf__sink *sink, ilf_error *err);

ilf_status ilf__otlp_group(struct ilf__format *f, const ilf_group *group, struct ilf__text *text,
                           const struct ilf__sink *sink, ilf_error *err);
ilf_status ilf__otlp_events(struct ilf__format *f, const ilf_event_group *group,
                            struct ilf__text *text, const struct ilf__sink *sink, ilf_error *err);

/* Set f->selected to what influxdb and raw know of an event group: its tags and metadata. */
void ilf__format_select_group(struct ilf__format *f, const ilf_event_group *group);

#endif
