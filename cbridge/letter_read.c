/* Reading dead letters back, to send them again. */
#include "letter_read.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arena.h"

static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Decode base64 with padding into @arena. */
static ilf_status decode(ilf_str *out, struct ilf__arena *arena, ilf_str text, const char *name,
                         ilf_error *err)
{
    size_t pad = 0;
    char *to;

    while (pad < 2 && pad < text.len && text.ptr[text.len - 1 - pad] == '=')
        pad++;
    if (text.len % 4 != 0)
        return ilf_fail(err, ILF_ERR_DROP, "'%s_base64' is no base64", name);
    to = ilf__arena_alloc(arena, text.len / 4 * 3 + 1);
    if (!to)
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    *out = (ilf_str){to, text.len / 4 * 3 - pad};
    for (size_t i = 0; i < text.len; i += 4) {
        uint32_t three = 0;

        for (size_t j = 0; j < 4; j++) {
            bool padding = i + j >= text.len - pad;
            int d = padding ? 0 : digit(text.ptr[i + j]);

            if (d < 0)
                return ilf_fail(err, ILF_ERR_DROP, "'%s_base64' is no base64", name);
            three = three << 6 | (uint32_t)d;
        }
        for (size_t j = 0; j < 3; j++) /* the last may reach into the room that is kept for it */
            if ((size_t)(to - out->ptr) < out->len)
                *to++ = (char)(three >> (16 - 8 * j));
    }
    return ILF_OK;
}

/* The text of the member @name, or of NAME_base64. */
static ilf_status get_text(ilf_str *out, struct ilf__arena *arena, const json_t *line,
                           const char *name, bool required, ilf_error *err)
{
    const json_t *value = json_object_get(line, name), *encoded;
    char other[64];

    *out = (ilf_str){"", 0};
    if (json_is_string(value)) {
        *out = (ilf_str){json_string_value(value), json_string_length(value)};
        return ILF_OK;
    }
    if (value)
        return ilf_fail(err, ILF_ERR_DROP, "'%s' is not a string", name);
    (void)snprintf(other, sizeof(other), "%s_base64", name);
    encoded = json_object_get(line, other);
    if (!encoded)
        return required ? ilf_fail(err, ILF_ERR_DROP, "has no '%s'", name) : ILF_OK;
    if (!json_is_string(encoded))
        return ilf_fail(err, ILF_ERR_DROP, "'%s' is not a string", other);
    return decode(out, arena, (ilf_str){json_string_value(encoded), json_string_length(encoded)},
                  name, err);
}

/* A number in [@low, @high]; 0 if it is missing. */
static ilf_status get_number(int64_t *out, const json_t *line, const char *name, int64_t low,
                             int64_t high, ilf_error *err)
{
    const json_t *value = json_object_get(line, name);

    *out = 0;
    if (!value)
        return ILF_OK;
    if (!json_is_integer(value) || json_integer_value(value) < low ||
        json_integer_value(value) > high)
        return ilf_fail(err, ILF_ERR_DROP, "'%s' is not a valid number", name);
    *out = json_integer_value(value);
    return ILF_OK;
}

/* Nanoseconds since 1970 of the member @name; 0 if it is missing or no time as we write it. */
static uint64_t get_time(const json_t *line, const char *name)
{
    const char *text = json_string_value(json_object_get(line, name));
    struct tm tm = {.tm_year = 0};
    const char *rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
    uint64_t nanoseconds = 0;
    time_t seconds;

    if (!rest)
        return 0;
    seconds = timegm(&tm);
    if (seconds < 0 || (uint64_t)seconds > UINT64_MAX / 1000000000 - 1)
        return 0;
    for (uint64_t unit = 100000000; *rest++ && unit > 0 && *rest >= '0' && *rest <= '9'; unit /= 10)
        nanoseconds += (uint64_t)(*rest - '0') * unit;
    return (uint64_t)seconds * 1000000000 + nanoseconds;
}

static ilf_status fill(struct ilf__letter *letter, struct ilf__arena *arena, const json_t *line,
                       ilf_error *err)
{
    const json_t *encoded = json_object_get(line, "encoded");
    int64_t events, attempts, code;
    ilf_str flusher;
    ilf_status status;

    if (!json_is_object(line))
        return ilf_fail(err, ILF_ERR_DROP, "is not a dead letter: not a JSON object");
    if (!json_is_boolean(encoded))
        return ilf_fail(err, ILF_ERR_DROP, "has no 'encoded' that is true or false");
    status = get_text(&flusher, arena, line, "flusher", true, err);
    if (status == ILF_OK)
        status = get_text(&letter->body, arena, line, "body", true, err);
    if (status == ILF_OK)
        status = get_text(&letter->destination, arena, line, "destination", true, err);
    if (status == ILF_OK)
        status = get_text(&letter->config, arena, line, "config", false, err);
    if (status == ILF_OK)
        status = get_text(&letter->reason, arena, line, "reason", false, err);
    if (status == ILF_OK)
        status = get_number(&events, line, "events", 0, UINT32_MAX, err);
    if (status == ILF_OK)
        status = get_number(&attempts, line, "attempts", 0, UINT32_MAX, err);
    if (status == ILF_OK)
        status = get_number(&code, line, "code", INT32_MIN, INT32_MAX, err);
    if (status != ILF_OK)
        return status;
    letter->flusher = ilf__arena_strdup(arena, flusher);
    letter->encoded = json_is_true(encoded);
    letter->n_events = (uint32_t)events;
    letter->attempts = (uint32_t)attempts;
    letter->code = (int32_t)code;
    letter->accepted_at = get_time(line, "accepted_at");
    letter->dead_at = get_time(line, "dead_at");
    return letter->flusher ? ILF_OK : ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
}

ilf_status ilf__letter_read(struct ilf__read_letter *out, ilf_str line, ilf_error *err)
{
    struct ilf__arena *arena = calloc(1, sizeof(*arena));
    json_error_t why;
    json_t *json;
    ilf_status status;

    *out = (struct ilf__read_letter){.memory = {NULL, arena}};
    if (!arena)
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    json = json_loadb(line.len > 0 ? line.ptr : "", line.len, JSON_ALLOW_NUL, &why);
    out->memory[0] = json;
    status =
        json ? fill(&out->letter, arena, json, err)
             : ilf_fail(err, ILF_ERR_DROP, "is no JSON: %s, at byte %d", why.text, why.position);
    if (status != ILF_OK)
        ilf__letter_dispose(out);
    return status;
}

void ilf__letter_dispose(struct ilf__read_letter *letter)
{
    json_decref(letter->memory[0]);
    if (letter->memory[1])
        ilf__arena_dispose(letter->memory[1]);
    free(letter->memory[1]);
    *letter = (struct ilf__read_letter){.memory = {NULL, NULL}};
}
