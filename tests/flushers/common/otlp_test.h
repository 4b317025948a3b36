/* What the tests of OTLP share: a sink that decodes each item and keeps what it says, a line each, as
 * "first+records{fields} selected". A field is its number, then = and its number, its text in quotes
 * or its message in braces. */
#ifndef ILF_TESTS_OTLP_TEST_H
#define ILF_TESTS_OTLP_TEST_H

#include "format_test.h"

#include <inttypes.h>
#include <time.h>

#include "../../../flushers/common/otlp.h"

/* Of fields that are neither texts nor plain numbers: what they are. */
static const struct {
    const char *of;
    unsigned field;
    const char *is;
} otlp_types[] = {
    {"Logs", 1, "ResourceLogs"},
    {"ResourceLogs", 1, "Attributes"},
    {"ResourceLogs", 2, "ScopeLogs"},
    {"Attributes", 1, "KeyValue"},
    {"KeyValue", 2, "AnyValue"},
    {"AnyValue", 4, "double"},
    {"AnyValue", 5, "Array"},
    {"AnyValue", 6, "Attributes"},
    {"Array", 1, "AnyValue"},
    {"ScopeLogs", 1, "Scope"},
    {"ScopeLogs", 2, "LogRecord"},
    {"Scope", 3, "KeyValue"},
    {"LogRecord", 5, "AnyValue"},
    {"LogRecord", 6, "KeyValue"},
    {"LogRecord", 11, "now"},
    {"Spans", 1, "ResourceSpans"},
    {"ResourceSpans", 1, "Attributes"},
    {"ResourceSpans", 2, "ScopeSpans"},
    {"ScopeSpans", 1, "Scope"},
    {"ScopeSpans", 2, "Span"},
    {"Span", 9, "KeyValue"},
    {"Span", 11, "Event"},
    {"Span", 13, "Link"},
    {"Span", 15, "Status"},
    {"Event", 3, "KeyValue"},
    {"Link", 4, "KeyValue"},
    {"Metrics", 1, "ResourceMetrics"},
    {"ResourceMetrics", 1, "Attributes"},
    {"ResourceMetrics", 2, "ScopeMetrics"},
    {"ScopeMetrics", 1, "Scope"},
    {"ScopeMetrics", 2, "Metric"},
    {"Metric", 5, "Gauge"},
    {"Metric", 7, "Gauge"},
    {"Metric", 9, "Histogram"},
    {"Metric", 10, "Exponential"},
    {"Metric", 11, "Summary"},
    {"Gauge", 1, "Number"},
    {"Histogram", 1, "HistogramPoint"},
    {"Exponential", 1, "ExponentialPoint"},
    {"Summary", 1, "SummaryPoint"},
    {"Number", 4, "double"},
    {"Number", 7, "KeyValue"},
    {"HistogramPoint", 5, "double"},
    {"HistogramPoint", 6, "[]fixed64"},
    {"HistogramPoint", 7, "[]double"},
    {"HistogramPoint", 9, "KeyValue"},
    {"HistogramPoint", 11, "double"},
    {"HistogramPoint", 12, "double"},
    {"ExponentialPoint", 1, "KeyValue"},
    {"ExponentialPoint", 5, "double"},
    {"ExponentialPoint", 8, "Buckets"},
    {"ExponentialPoint", 9, "Buckets"},
    {"ExponentialPoint", 12, "double"},
    {"ExponentialPoint", 13, "double"},
    {"Buckets", 2, "[]varint"},
    {"SummaryPoint", 5, "double"},
    {"SummaryPoint", 6, "Quantile"},
    {"SummaryPoint", 7, "KeyValue"},
    {"Quantile", 1, "double"},
    {"Quantile", 2, "double"},
};

static inline const char *otlp_type(const char *of, uint64_t field)
{
    for (size_t i = 0; i < sizeof(otlp_types) / sizeof(otlp_types[0]); i++)
        if (otlp_types[i].field == field && strcmp(otlp_types[i].of, of) == 0)
            return otlp_types[i].is;
    return "";
}

static inline void keep_text(const char *format, ...) ILF_PRINTF(1, 2);

static inline void keep_text(const char *format, ...)
{
    char line[64] = "";
    va_list args;

    va_start(args, format);
    (void)vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    keep(line, strlen(line));
}

static inline uint64_t read_varint(const unsigned char **p, const unsigned char *end)
{
    uint64_t n = 0;
    int shift = 0;

    do {
        assert_true(*p < end && shift < 64);
        n |= (uint64_t)(**p & 0x7f) << shift;
        shift += 7;
    } while (*(*p)++ & 0x80);
    return n;
}

static inline void show_fixed(const char *type, const unsigned char **p, const unsigned char *end,
                              size_t size)
{
    uint64_t n = 0;
    double number;

    assert_true((size_t)(end - *p) >= size);
    for (size_t i = 0; i < size; i++)
        n |= (uint64_t) * (*p)++ << (8 * i);
    memcpy(&number, &n, sizeof(number));
    if (strcmp(type, "double") == 0)
        keep_text("%g", number);
    else if (strcmp(type, "now") == 0 && n > UINT64_C(1000000000) * (uint64_t)(time(NULL) - 60))
        keep_text("now");
    else
        keep_text("%" PRIu64, n);
}

static inline void show_bytes(const unsigned char *p, size_t len)
{
    keep_text("\"");
    for (size_t i = 0; i < len && len < 1000; i++)
        keep_text(p[i] >= 0x20 && p[i] < 0x7f ? "%c" : "\\%02x", p[i]);
    if (len >= 1000)
        keep_text("%zu times %c", len, p[0]);
    keep_text("\"");
}

static inline void show_message(const char *type, const unsigned char *p, size_t len);

static inline void show_packed(const char *type, const unsigned char *p, const unsigned char *end)
{
    keep_text("[");
    while (p < end) {
        if (strcmp(type, "varint") == 0)
            keep_text("%" PRIu64, read_varint(&p, end));
        else
            show_fixed(type, &p, end, 8);
        keep_text(p < end ? " " : "");
    }
    keep_text("]");
}

static inline void show_field(const char *of, const unsigned char **p, const unsigned char *end)
{
    uint64_t tag = read_varint(p, end), len;
    const char *type = otlp_type(of, tag >> 3);

    keep_text("%" PRIu64, tag >> 3);
    if ((tag & 7) != ILF__PB_BYTES)
        keep_text("=");
    if ((tag & 7) == ILF__PB_VARINT) {
        keep_text("%" PRId64, (int64_t)read_varint(p, end));
    } else if ((tag & 7) == ILF__PB_BYTES) {
        len = read_varint(p, end);
        assert_true(len <= (size_t)(end - *p));
        if (type[0] == '[')
            show_packed(type + 2, *p, *p + len);
        else if (type[0])
            show_message(type, *p, len);
        else
            show_bytes(*p, len);
        *p += len;
    } else {
        show_fixed(type, p, end, (tag & 7) == ILF__PB_FIXED64 ? 8 : 4);
    }
}

static inline void show_message(const char *type, const unsigned char *p, size_t len)
{
    const unsigned char *end = p + len;

    keep_text("{");
    while (p < end) {
        show_field(type, &p, end);
        keep_text(p < end ? " " : "");
    }
    keep_text("}");
}

/* What the items are, one after the other; the last stands for all that follow. */
static const char *const *requests = (const char *const[]){"Logs"};
static size_t n_requests = 1;

static inline ilf_status keep_request(void *context, struct ilf__text *from,
                                      const struct ilf__item *item)
{
    (void)context;
    keep_text("%zu+%zu", item->first, item->n_records);
    show_message(requests[0], (const unsigned char *)from->ptr + item->start,
                 from->len - item->start);
    if (n_requests > 1) {
        requests++;
        n_requests--;
    }
    for (size_t i = 0; i < names.n; i++) {
        keep(" ", 1);
        keep(item->selected[i].ptr ? item->selected[i].ptr : "-",
             item->selected[i].ptr ? item->selected[i].len : 1);
    }
    keep("\n", 1);
    return take_status;
}

static const struct ilf__sink otlp_sink = {NULL, keep_request, keep_refusal};

#define sink otlp_sink /* of the macros of format_test.h */

/* Fail unless what was put into @text is the message @want of @type; then empty it. */
static inline void assert_message(const char *want, const char *type)
{
    assert_false(text.failed);
    show_message(type, (const unsigned char *)text.ptr, text.len);
    text.len = 0;
    assert_kept(want);
}

#endif
