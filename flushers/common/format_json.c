/* Log groups as JSON: custom_single, custom_single_flatten and jsonline.
 *
 * Measured on the nginx batch of tests/bench, in GB of keys and values a second on one core: 4.0 for
 * custom_single, 4.0 flat, 4.2 for jsonline; 0.5, 0.4 and 0.4 when each log's shape is compiled anew. */
#include "format.h"

#include <inttypes.h>
#include <time.h>

#include "escape.h"
#include "json.h"

/* What a piece may take beside its value: its text, as blocks of 32 bytes, and what the escaping of
 * a value may write beyond its end. */
enum { BLOCK = 32, SLACK = 64, NS_PER_SECOND = 1000000000 };

/* --- The time -------------------------------------------------------------------------------- */

static int write_rfc3339(char *text, size_t size, int64_t seconds, uint32_t ns)
{
    time_t t = (time_t)seconds;
    struct tm tm;

    if (!gmtime_r(&t, &tm))
        memset(&tm, 0, sizeof(tm));
    return snprintf(text, size, "\"%04d-%02d-%02dT%02d:%02d:%02d.%09" PRIu32 "Z\"",
                    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                    ns);
}

/* Nanoseconds of a second and more, which logs may have, are seconds. */
static void write_time(struct ilf__format *f, int64_t seconds, uint32_t ns)
{
    char *text = f->time_text;
    const size_t size = sizeof(f->time_text);
    int64_t whole = seconds + ns / NS_PER_SECOND;
    uint32_t rest = ns % NS_PER_SECOND;
    int n = 0;

    switch (f->options->time_format) {
    case ILF__TIME_NANOSECONDS: /* no zeros in front: they are not JSON */
        n = whole == 0 ? snprintf(text, size, "%" PRIu32, rest)
                       : snprintf(text, size, "%" PRId64 "%09" PRIu32, whole, rest);
        break;
    case ILF__TIME_FRACTION:
        n = snprintf(text, size, "%" PRId64 ".%09" PRIu32, whole, rest);
        break;
    case ILF__TIME_RFC3339:
        n = write_rfc3339(text, size, whole, rest);
        break;
    default: /* natively of 32 bits, for events too, and without regard to nanoseconds */
        n = snprintf(text, size, "%" PRIu32, (uint32_t)seconds);
    }
    f->time_len = n > 0 && (size_t)n < size ? (size_t)n : 0;
}

static void put_time(struct ilf__format *f, const struct ilf__record *record,
                     struct ilf__text *text)
{
    if (f->time_len == 0 || f->time_key[0] != (uint64_t)record->seconds ||
        f->time_key[1] != record->ns) {
        write_time(f, record->seconds, record->ns);
        f->time_key[0] = (uint64_t)record->seconds;
        f->time_key[1] = record->ns;
    }
    ilf__text_put(text, f->time_text, f->time_len);
}

/* --- Documents ------------------------------------------------------------------------------- */

/* A value without its quotes. */
static void put_long(struct ilf__text *text, ilf_str value, enum ilf__spelling how)
{
    while (value.len > 0) {
        size_t n = ilf__escape_piece(value.ptr, value.len);
        char *out;

        if (!ilf__text_reserve(text, n * ILF__ESCAPED + SLACK))
            return;
        out = text->ptr + text->len;
        out = how == ILF__SPELL_GO ? ilf__escape(out, value.ptr, n, ILF__SPELL_GO)
                                   : ilf__escape(out, value.ptr, n, ILF__SPELL_UTF8);
        text->len = (size_t)(out - text->ptr);
        value.ptr += n;
        value.len -= n;
    }
}

ILF__ALWAYS_INLINE void put_pieces(struct ilf__format *f, const struct ilf__shape *shape,
                                   const struct ilf__record *record, struct ilf__text *text,
                                   enum ilf__spelling how)
{
    const struct ilf__shaper *s = &f->shaper;

    for (size_t i = 0; i < shape->n_pieces; i++) {
        const struct ilf__piece *piece = &shape->pieces[i];
        const char *in = shape->text.ptr + piece->at;
        ilf_str value = {"", 0};
        char *out;

        if (piece->source >= 0)
            value = ilf__format_value(s, record, piece->source);
        if (!ilf__text_reserve(text, piece->len + BLOCK + SLACK +
                                         (value.len <= ILF__PIECE ? value.len * ILF__ESCAPED : 0)))
            return;
        out = text->ptr + text->len;
        memcpy(out, in, BLOCK);
        if (piece->len > BLOCK)
            memcpy(out + BLOCK, in + BLOCK, piece->len - BLOCK);
        out += piece->len;
        if (value.len <= ILF__PIECE)
            out = ilf__escape(out, value.ptr, value.len, how);
        text->len = (size_t)(out - text->ptr);
        if (value.len > ILF__PIECE)
            put_long(text, value, how);
        if (piece->source == ILF__SOURCE_TIME)
            put_time(f, record, text);
        else if (piece->source == ILF__SOURCE_TAGS)
            ilf__text_put(text, s->tags_json.ptr, s->tags_json.len);
    }
}

void ilf__format_select(struct ilf__format *f, const struct ilf__shape *shape,
                        const struct ilf__record *record, ilf_str *selected)
{
    for (size_t i = 0; i < f->n_names; i++) {
        ilf_str value = {NULL, 0};

        if (f->protocol == ILF__JSONLINE || shape->selected[i] == ILF__SOURCE_ABSENT) {
            selected[i] = value;
            continue;
        }
        if (shape->selected[i] >= 0)
            value = ilf__format_value(&f->shaper, record, shape->selected[i]);
        selected[i] = value.ptr ? value : (ilf_str){"", 0};
    }
}

void ilf__format_record(struct ilf__format *f, const struct ilf__record *record, bool go,
                        struct ilf__text *text)
{
    const struct ilf__shape *shape = ilf__shaper_find(&f->shaper, record);

    if (!shape) {
        text->failed = true;
        return;
    }
    if (go)
        put_pieces(f, shape, record, text, ILF__SPELL_GO);
    else
        put_pieces(f, shape, record, text, ILF__SPELL_UTF8);
    if (f->n_names > 0)
        ilf__format_select(f, shape, record, f->selected);
    ilf__shaper_trim(&f->shaper);
}

/* --- Log groups ------------------------------------------------------------------------------ */

static ilf_status put_logs(struct ilf__format *f, const ilf_group *group, struct ilf__text *text,
                           const struct ilf__sink *sink, ilf_error *err)
{
    bool lines = f->protocol == ILF__JSONLINE;
    struct ilf__item item = {.start = text->len, .selected = f->selected};

    for (size_t i = 0; i < group->n_logs; i++) {
        const ilf_log *log = &group->logs[i];
        const struct ilf__record record = ilf__log_record(log);
        ilf_status status;

        if (!lines)
            item = (struct ilf__item){text->len, i, 1, f->selected};
        else if (i > 0)
            ilf__text_put_char(text, '\n');
        ilf__format_record(f, &record, !lines, text);
        if (text->failed)
            return ilf__format_fail_memory(text, item.start, err);
        if (lines)
            continue;
        status = sink->take(sink->context, text, &item);
        if (status != ILF_OK)
            return status;
    }
    if (!lines || group->n_logs == 0)
        return ILF_OK;
    item.n_records = group->n_logs;
    return sink->take(sink->context, text, &item);
}

ilf_status ilf__json_group(struct ilf__format *f, const ilf_group *group, struct ilf__text *text,
                           const struct ilf__sink *sink, ilf_error *err)
{
    if (!ilf__shaper_begin_group(&f->shaper, group))
        return ilf__format_fail_memory(text, text->len, err);
    return put_logs(f, group, text, sink, err);
}
