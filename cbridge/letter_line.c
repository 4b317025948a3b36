/* A dead letter as a line of JSON. */
#include "letter_line.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* @bytes as base64 with padding (RFC 4648); free it. NULL when memory is short. */
static char *base64(ilf_str bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *from = (const unsigned char *)bytes.ptr;
    char *text, *to;

    if (bytes.len > SIZE_MAX / 2 - 4)
        return NULL;
    to = text = malloc((bytes.len + 2) / 3 * 4 + 1);
    if (!text)
        return NULL;
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t three = (uint32_t)from[i] << 16 | (left > 1 ? (uint32_t)from[i + 1] << 8 : 0) |
                         (left > 2 ? from[i + 2] : 0);

        *to++ = digits[three >> 18];
        *to++ = digits[three >> 12 & 63];
        *to++ = left > 1 ? digits[three >> 6 & 63] : '=';
        *to++ = left > 2 ? digits[three & 63] : '=';
    }
    *to = '\0';
    return text;
}

/* Set @name to @value, or if that is no UTF-8, NAME_base64. */
static bool set_text(json_t *line, const char *name, ilf_str value)
{
    json_t *text = json_stringn(value.len > 0 ? value.ptr : "", value.len);
    char other[64], *encoded;
    bool done;

    if (text)
        return json_object_set_new(line, name, text) == 0;
    (void)snprintf(other, sizeof(other), "%s_base64", name);
    encoded = base64(value);
    done = encoded && json_object_set_new(line, other, json_string_nocheck(encoded)) == 0;
    free(encoded);
    return done;
}

/* Nanoseconds since 1970 as RFC 3339 has it. */
static bool set_time(json_t *line, const char *name, uint64_t at)
{
    char text[64], date[32] = "";
    time_t seconds = (time_t)(at / 1000000000);
    struct tm tm;

    if (gmtime_r(&seconds, &tm))
        (void)strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
    (void)snprintf(text, sizeof(text), "%s.%09" PRIu64 "Z", date, at % 1000000000);
    return json_object_set_new(line, name, json_string(text)) == 0;
}

static bool set_number(json_t *line, const char *name, int64_t value)
{
    return json_object_set_new(line, name, json_integer(value)) == 0;
}

static bool fill(json_t *line, const struct ilf__letter *letter)
{
    const char *flusher = letter->flusher ? letter->flusher : "";

    return line && set_time(line, "dead_at", letter->dead_at) &&
           set_text(line, "reason", letter->reason) && set_number(line, "code", letter->code) &&
           set_number(line, "attempts", letter->attempts) &&
           set_text(line, "flusher", (ilf_str){flusher, strlen(flusher)}) &&
           set_text(line, "config", letter->config) &&
           set_time(line, "accepted_at", letter->accepted_at) &&
           set_number(line, "events", letter->n_events) &&
           json_object_set_new(line, "encoded", json_boolean(letter->encoded)) == 0 &&
           set_text(line, "destination", letter->destination) &&
           set_text(line, "body", letter->body);
}

static bool reserve(struct ilf__lines *lines, size_t more)
{
    size_t room = lines->room ? lines->room : 4096;
    char *grown;

    if (more > SIZE_MAX / 4 - lines->len)
        return false;
    while (room < lines->len + more)
        room *= 2;
    grown = room > lines->room ? realloc(lines->text, room) : lines->text;
    if (!grown)
        return false;
    lines->text = grown;
    lines->room = room;
    return true;
}

bool ilf__lines_add(struct ilf__lines *lines, const struct ilf__letter *letter)
{
    json_t *line = json_object();
    char *text = NULL;
    bool done = false;
    size_t len;

    if (fill(line, letter))
        text = json_dumps(line, JSON_COMPACT);
    if (text) {
        len = strlen(text);
        done = reserve(lines, len + 1);
        if (done) {
            memcpy(lines->text + lines->len, text, len);
            lines->text[lines->len + len] = '\n';
            lines->len += len + 1;
        }
    }
    free(text);
    json_decref(line);
    return done;
}
