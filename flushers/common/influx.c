/* Lines of InfluxDB's line protocol.
 *
 * What its parsers do was read in that of InfluxDB 1.8, which 2.x has too (package models), and in
 * that of later clients (line-protocol/v2), and is tried by tests/influx. They look for separators
 * that have no backslash before them; a backslash before anything else stands for itself. The later
 * one wants UTF-8 without control characters. InfluxDB itself does not, nor do we. */
#include "influx.h"

#include "utf8.h"

enum part { NAME, TAG_KEY, TAG_VALUE, FIELD_KEY, PARTS };
enum fault { EMPTY, LINE_END, BLANK, LAST_BACKSLASH, BACKSLASH, FAULTS };

#define REASONS(what)                                                                              \
    {                                                                                              \
        [EMPTY] = what " is empty", [LINE_END] = what " holds a newline",                          \
        [BLANK] = what " begins with a tab or NUL",                                                \
        [LAST_BACKSLASH] = what " ends with a backslash",                                          \
        [BACKSLASH] = what " holds a backslash before a separator or quote",                       \
    }

static const char *const reasons[PARTS][FAULTS] = {
    [NAME] = REASONS("influxdb: the name"),
    [TAG_KEY] = REASONS("influxdb: the key of a tag"),
    [TAG_VALUE] = REASONS("influxdb: the value of a tag"),
    [FIELD_KEY] = REASONS("influxdb: the key of a field"),
};

/* InfluxDB's limit: name, tags and one key of a field, with 4 bytes between. */
enum { MOST_KEY = 65535, BETWEEN = 4 };

static void fail(struct ilf__influx_line *line, const char *why)
{
    if (!line->why)
        line->why = why;
}

/* --- Names, keys, and values of tags ---------------------------------------------------------- */

enum kind { PLAIN, SEPARATOR, SLASH, END_OF_LINE };

static enum kind kind_of(char c, enum part part)
{
    switch (c) {
    case ',':
    case ' ':
        return SEPARATOR;
    case '=':
        return part == NAME ? PLAIN : SEPARATOR;
    case '\\':
        return SLASH;
    case '\n':
        return END_OF_LINE;
    default:
        return PLAIN;
    }
}

/* A run of @n backslashes with @next behind it. InfluxDB reads a backslash before a
 * separator in three ways: most of its scanners look at the byte before the separator, but fields
 * and the ends of lines are found by skipping pairs, and names of points and keys of fields lose
 * those before quotes and equals signs as well. */
static void check_backslashes(struct ilf__influx_line *line, enum part part, size_t n, char next)
{
    bool separator = kind_of(next, part) == SEPARATOR;

    if ((next == '"' || next == '=') && !separator && (part == NAME || part == FIELD_KEY))
        fail(line, reasons[part][BACKSLASH]);
    else if (separator && n % 2 == 1 && part == FIELD_KEY)
        fail(line, reasons[part][BACKSLASH]);
    else if (separator && n % 2 == 1)
        line->doubtful = true;
}

/* Put @str with a backslash before each separator. */
static void put_part(struct ilf__influx_line *line, enum part part, ilf_str str)
{
    struct ilf__text *text = line->text;
    size_t done = 0;

    if (str.len == 0)
        fail(line, reasons[part][EMPTY]);
    else if ((part == NAME || part == FIELD_KEY) && (str.ptr[0] == '\t' || str.ptr[0] == '\0'))
        fail(line, reasons[part][BLANK]); /* which InfluxDB skips, as it does blanks */
    for (size_t i = 0, run = 0; i < str.len; i++) {
        enum kind kind = kind_of(str.ptr[i], part);

        if (run > 0 && kind != SLASH)
            check_backslashes(line, part, run, str.ptr[i]);
        run = kind == SLASH ? run + 1 : 0;
        if (kind == END_OF_LINE)
            fail(line, reasons[part][LINE_END]);
        if (kind != SEPARATOR)
            continue;
        ilf__text_put(text, str.ptr + done, i - done);
        ilf__text_put_char(text, '\\');
        done = i;
    }
    if (str.len > 0 && str.ptr[str.len - 1] == '\\')
        fail(line, reasons[part][LAST_BACKSLASH]);
    if (str.len > 0)
        ilf__text_put(text, str.ptr + done, str.len - done);
}

void ilf__influx_begin(struct ilf__influx_line *line, struct ilf__text *text, ilf_str name)
{
    *line = (struct ilf__influx_line){.text = text, .begin = text->len};
    if (name.len > 0 && name.ptr[0] == '#') /* no escape helps: the backslash would stay */
        fail(line, "influxdb: a name that begins with # makes a comment");
    put_part(line, NAME, name);
    line->key_len = text->len - line->begin;
}

bool ilf__influx_put_tags(struct ilf__influx_line *line, struct ilf__entries *entries,
                          const ilf_kv *tags, size_t n)
{
    entries->n = 0;
    for (size_t i = 0; i < n; i++)
        if (!ilf__entries_add(entries, tags[i].key, (int64_t)i, i))
            return false;
    ilf__entries_settle(entries);
    for (size_t i = 0; i < entries->n; i++) {
        const ilf_kv *tag = &tags[entries->items[i].source];

        if (tag->key.len == 0 || tag->value.len == 0)
            continue;
        ilf__text_put_char(line->text, ',');
        put_part(line, TAG_KEY, tag->key);
        ilf__text_put_char(line->text, '=');
        put_part(line, TAG_VALUE, tag->value);
    }
    line->key_len = line->text->len - line->begin;
    return true;
}

/* --- Fields and time -------------------------------------------------------------------------- */

void ilf__influx_put_field(struct ilf__influx_line *line, ilf_str key)
{
    size_t begin;

    ilf__text_put_char(line->text, line->has_field ? ',' : ' ');
    line->has_field = true;
    begin = line->text->len;
    put_part(line, FIELD_KEY, key);
    if (line->key_len + BETWEEN + (line->text->len - begin) > MOST_KEY)
        fail(line, "influxdb: the name, the tags and a key of a field have more than 65535 bytes");
    ilf__text_put_char(line->text, '=');
}

/* A backslash before n, r or t would be a line end or tab to some readers, and two characters to
 * InfluxDB: as they are, all agree on them. */
bool ilf__influx_put_string(struct ilf__text *text, ilf_str value)
{
    size_t done = 0;

    if (!ilf__utf8_valid(value))
        return false;
    ilf__text_put_char(text, '"');
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] != '"' && value.ptr[i] != '\\')
            continue;
        ilf__text_put(text, value.ptr + done, i - done);
        ilf__text_put_char(text, '\\');
        done = i;
    }
    ilf__text_put(text, value.ptr + done, value.len - done);
    ilf__text_put_char(text, '"');
    return true;
}

void ilf__influx_put_time(struct ilf__influx_line *line, int64_t time)
{
    if (time < INT64_MIN + 2 || time == INT64_MAX) /* InfluxDB keeps these for itself */
        fail(line, "influxdb: the time is not between the years 1677 and 2262");
    ilf__text_put_char(line->text, ' ');
    ilf__text_put_int(line->text, time);
}

/* --- The end ---------------------------------------------------------------------------------- */

/* Where InfluxDB sees the end of the line that begins at @p: it skips pairs that begin with a
 * backslash, and takes the first blank to be before the fields, where values may be in quotes. */
static const char *line_end(const char *p, const char *end)
{
    bool fields = false, quoted = false;
    size_t equals = 0, commas = 0;

    for (; p < end; p++) {
        if (*p == '\\' && p + 2 < end) {
            p++;
            continue;
        }
        fields = fields || *p == ' ';
        if (fields && !quoted && *p == '=')
            equals++;
        else if (fields && !quoted && *p == ',')
            commas++;
        else if (fields && *p == '"' && equals > commas)
            quoted = !quoted;
        else if (*p == '\n' && !quoted)
            break;
    }
    return p;
}

const char *ilf__influx_end(struct ilf__influx_line *line)
{
    const struct ilf__text *text = line->text;
    const char *end;

    ilf__text_put_char(line->text, '\n');
    if (!line->doubtful || text->failed)
        return line->why;
    end = text->ptr + text->len;
    if (line_end(text->ptr + line->begin, end) != end - 1)
        fail(line, "influxdb: with a backslash before a blank, and quotes, the line has no end");
    return line->why;
}
