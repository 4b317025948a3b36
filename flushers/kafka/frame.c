/* Frames: a Kafka record as bytes, the form in which it waits in payloads, spools and dead letters. */
#include "frame.h"

/* The longest end: a line feed, the version, and three numbers of up to 20 digits. */
static const size_t END_MAX = 2 + 3 * (2 + 20);

void frame_put_header(struct ilf__text *headers, ilf_str name, ilf_str value)
{
    ilf__text_put_uint(headers, name.len);
    ilf__text_put_char(headers, ',');
    ilf__text_put_uint(headers, value.len);
    ilf__text_put_char(headers, ':');
    ilf__text_put_str(headers, name);
    ilf__text_put_str(headers, value);
}

static void put_number(struct ilf__text *text, char what, uint64_t number)
{
    ilf__text_put_char(text, ' ');
    ilf__text_put_char(text, what);
    ilf__text_put_uint(text, number);
}

void frame_end(struct ilf__text *text, const ilf_str *key, ilf_str headers, int64_t time)
{
    if (key)
        ilf__text_put_str(text, *key);
    ilf__text_put_str(text, headers);
    ILF__TEXT_PUT_LITERAL(text, "\n1");
    if (key)
        put_number(text, 'k', key->len);
    if (headers.len > 0)
        put_number(text, 'h', headers.len);
    if (time > 0)
        put_number(text, 't', (uint64_t)time);
}

/* Read a number of up to 18 digits, which ends with @end or, if that is 0, at the end. */
static bool take_number(const char **p, const char *last, char end, uint64_t *number)
{
    const char *begin = *p;

    *number = 0;
    while (*p < last && **p >= '0' && **p <= '9' && *p - begin < 18)
        *number = *number * 10 + (uint64_t)(*(*p)++ - '0');
    if (*p == begin || (end && (*p == last || **p != end)))
        return false;
    *p += end != '\0';
    return true;
}

/* Take the last @size of @from's bytes. */
static bool cut(ilf_str *from, uint64_t size, ilf_str *part)
{
    if (size > from->len)
        return false;
    from->len -= size;
    *part = (ilf_str){from->ptr + from->len, size};
    return true;
}

bool frame_parse(ilf_str bytes, struct frame *frame)
{
    size_t reach = bytes.len < END_MAX ? bytes.len : END_MAX;
    const char *last = bytes.ptr + bytes.len;
    const char *p = bytes.len > 0 ? memrchr(last - reach, '\n', reach) : NULL;
    uint64_t key = 0, headers = 0, time = 0;
    bool has_key = false;

    if (!p || last - p < 2 || p[1] != '1')
        return false;
    *frame = (struct frame){.value = {bytes.ptr, (size_t)(p - bytes.ptr)}};
    for (p += 2; p < last;) {
        char what = last - p > 2 && *p == ' ' ? p[1] : '\0';
        uint64_t *number = what == 'k' ? &key : what == 'h' ? &headers : what == 't' ? &time : NULL;

        p += 2;
        if (!number || !take_number(&p, last, '\0', number))
            return false;
        has_key = has_key || what == 'k';
    }
    frame->time = (int64_t)time;
    return cut(&frame->value, headers, &frame->headers) &&
           (!has_key || cut(&frame->value, key, &frame->key));
}

bool frame_next_header(ilf_str *headers, ilf_str *name, ilf_str *value)
{
    const char *p = headers->ptr, *last = p + headers->len;
    uint64_t name_len, value_len;

    if (headers->len == 0 || !take_number(&p, last, ',', &name_len) ||
        !take_number(&p, last, ':', &value_len) || name_len > (uint64_t)(last - p) ||
        value_len > (uint64_t)(last - p) - name_len)
        return false;
    *name = (ilf_str){p, name_len};
    *value = (ilf_str){p + name_len, value_len};
    *headers = (ilf_str){p + name_len + value_len, (size_t)(last - p) - name_len - value_len};
    return true;
}
