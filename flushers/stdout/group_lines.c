/* Log groups as lines: what the native flusher_stdout prints for v1 pipelines. */
#include "lines.h"

#include <inttypes.h>

#include "../common/json.h"

/* A quoted string of protobuf's text format, all bytes outside of ASCII in octal. */
static void put_proto_string(struct ilf__text *text, ilf_str str)
{
    ilf__text_put_char(text, '"');
    for (size_t i = 0; i < str.len; i++) {
        unsigned char c = (unsigned char)str.ptr[i];

        if (c == '\n')
            ILF__TEXT_PUT_LITERAL(text, "\\n");
        else if (c == '\r')
            ILF__TEXT_PUT_LITERAL(text, "\\r");
        else if (c == '\t')
            ILF__TEXT_PUT_LITERAL(text, "\\t");
        else if (c == '"' || c == '\\')
            ilf__text_put(text, (const char[]){'\\', (char)c}, 2);
        else if (c >= 0x20 && c < 0x7f)
            ilf__text_put_char(text, (char)c);
        else
            ilf__text_put(text,
                          (const char[]){'\\', (char)('0' + (c >> 6)), (char)('0' + (c >> 3 & 7)),
                                         (char)('0' + (c & 7))},
                          4);
    }
    ilf__text_put_char(text, '"');
}

static void put_header(struct ilf__text *text, const ilf_group *group)
{
    ILF__TEXT_PUT_LITERAL(text, "[LogGroup] topic ");
    ilf__text_put_str(text, group->topic);
    ILF__TEXT_PUT_LITERAL(text, ", logstore ");
    ilf__text_put_str(text, group->category);
    ILF__TEXT_PUT_LITERAL(text, ", logcount ");
    ilf__text_put_uint(text, group->n_logs);
    ILF__TEXT_PUT_LITERAL(text, ", tags [");
    for (size_t i = 0; i < group->n_tags; i++) {
        if (i > 0)
            ilf__text_put_char(text, ' ');
        ILF__TEXT_PUT_LITERAL(text, "Key:");
        put_proto_string(text, group->tags[i].key);
        ILF__TEXT_PUT_LITERAL(text, " Value:");
        put_proto_string(text, group->tags[i].value);
        ilf__text_put_char(text, ' ');
    }
    ilf__text_put_char(text, ']');
}

/* The end of a flat object. The logs of a group are mostly of the same second, so it is kept. */
struct time_member {
    uint32_t time;
    size_t len;
    char text[32];
};

static void set_time(struct time_member *member, uint32_t time)
{
    member->time = time;
    member->len =
        (size_t)snprintf(member->text, sizeof(member->text), "\"__time__\":\"%" PRIu32 "\"}", time);
}

static void put_pairs(struct ilf__text *text, const ilf_log *log, struct ilf__json_keys *keys,
                      struct time_member *time)
{
    if (log->time != time->time)
        set_time(time, log->time);
    ilf__text_put_char(text, '{');
    ilf__json_put_members(text, log->contents, log->n_contents, keys);
    ilf__text_put32(text, time->text, time->len);
}

static void put_struct(struct ilf__text *text, const ilf_log *log)
{
    ILF__TEXT_PUT_LITERAL(text, "{\"Time\":");
    ilf__text_put_uint(text, log->time);
    for (size_t i = 0; i < log->n_contents; i++) {
        if (i == 0)
            ILF__TEXT_PUT_LITERAL(text, ",\"Contents\":[{\"Key\":");
        else
            ILF__TEXT_PUT_LITERAL(text, ",{\"Key\":");
        ilf__json_put_go_string(text, log->contents[i].key);
        ILF__TEXT_PUT_LITERAL(text, ",\"Value\":");
        ilf__json_put_go_string(text, log->contents[i].value);
        ilf__text_put_char(text, '}');
    }
    if (log->n_contents > 0)
        ilf__text_put_char(text, ']');
    for (size_t i = 0; i < log->n_values; i++) {
        if (i == 0)
            ILF__TEXT_PUT_LITERAL(text, ",\"values\":[");
        else
            ilf__text_put_char(text, ',');
        ilf__json_put_go_string(text, log->values[i]);
    }
    if (log->n_values > 0)
        ilf__text_put_char(text, ']');
    if (log->flags & ILF_LOG_HAS_TIME_NS) {
        ILF__TEXT_PUT_LITERAL(text, ",\"Time_ns\":");
        ilf__text_put_uint(text, log->time_ns);
    }
    ilf__text_put_char(text, '}');
}

void lines_put_group(struct output *output, const struct line_options *options,
                     const ilf_group *group)
{
    struct ilf__json_keys keys = {0};
    struct time_member time;

    set_time(&time, 0);
    if (options->tags && output_begin_record(output)) {
        put_header(&output->text, group);
        output_end_record(output);
    }
    for (size_t i = 0; i < group->n_logs; i++) {
        if (!output_begin_record(output))
            continue;
        if (options->key_value_pairs)
            put_pairs(&output->text, &group->logs[i], &keys, &time);
        else
            put_struct(&output->text, &group->logs[i]);
        output_end_record(output);
    }
}
