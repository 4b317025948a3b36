/* Messages in protobuf's wire format, written by hand, field by field. */
#include "protobuf.h"

#include "utf8.h"

static void put_varint(struct ilf__text *text, uint64_t n)
{
    if (ilf__text_reserve(text, ILF__PB_LONGEST))
        text->len = (size_t)(ilf__pb_varint(text->ptr + text->len, n) - text->ptr);
}

static void put_tag(struct ilf__text *text, unsigned field, enum ilf__pb_wire wire)
{
    put_varint(text, (uint64_t)field << 3 | wire);
}

void ilf__pb_put_uint(struct ilf__text *text, unsigned field, uint64_t n)
{
    put_tag(text, field, ILF__PB_VARINT);
    put_varint(text, n);
}

void ilf__pb_put_sint(struct ilf__text *text, unsigned field, int32_t n)
{
    uint32_t twice = (uint32_t)n << 1;

    ilf__pb_put_uint(text, field, n < 0 ? ~twice : twice);
}

void ilf__pb_put_fixed64(struct ilf__text *text, unsigned field, uint64_t n)
{
    put_tag(text, field, ILF__PB_FIXED64);
    if (ilf__text_reserve(text, 8))
        text->len = (size_t)(ilf__pb_fixed64(text->ptr + text->len, n) - text->ptr);
}

void ilf__pb_put_fixed32(struct ilf__text *text, unsigned field, uint32_t n)
{
    put_tag(text, field, ILF__PB_FIXED32);
    for (int i = 0; i < 4; i++)
        ilf__text_put_char(text, (char)(n >> (8 * i)));
}

void ilf__pb_put_double(struct ilf__text *text, unsigned field, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    ilf__pb_put_fixed64(text, field, bits);
}

void ilf__pb_put_bytes(struct ilf__text *text, unsigned field, ilf_str bytes)
{
    put_tag(text, field, ILF__PB_BYTES);
    put_varint(text, bytes.len);
    ilf__text_put_str(text, bytes);
}

void ilf__pb_put_string(struct ilf__text *text, unsigned field, ilf_str str)
{
    size_t hole, at;

    if (ilf__utf8_valid(str)) {
        ilf__pb_put_bytes(text, field, str);
        return;
    }
    hole = ilf__pb_size(str.len);
    at = ilf__pb_begin(text, field, hole);
    for (size_t i = 0, n; i < str.len; i += n) {
        uint32_t rune;

        n = ilf__utf8_read((const unsigned char *)str.ptr + i, str.len - i, &rune);
        ilf__text_put(text, n > 0 ? str.ptr + i : "\xef\xbf\xbd", n > 0 ? n : 3);
        n += n == 0;
    }
    ilf__pb_end(text, at, hole);
}

size_t ilf__pb_begin(struct ilf__text *text, unsigned field, size_t hole)
{
    size_t at;

    put_tag(text, field, ILF__PB_BYTES);
    at = text->len;
    if (ilf__text_reserve(text, hole))
        text->len += hole;
    return at;
}

void ilf__pb_end(struct ilf__text *text, size_t at, size_t hole)
{
    size_t len, need;

    if (text->failed)
        return;
    len = text->len - at - hole;
    need = ilf__pb_size(len);
    if (need > hole && !ilf__text_reserve(text, need - hole))
        return;
    if (need != hole)
        memmove(text->ptr + at + need, text->ptr + at + hole, len);
    (void)ilf__pb_varint(text->ptr + at, len);
    text->len = at + need + len;
}
