/* Messages in protobuf's wire format, written by hand, field by field.
 *
 * https://protobuf.dev/programming-guides/encoding says what it is. A field that has its default
 * value may be left out, which is for the caller to do; the order of fields is free. */
#ifndef ILF_COMMON_PROTOBUF_H
#define ILF_COMMON_PROTOBUF_H

#include "text.h"

enum ilf__pb_wire {
    ILF__PB_VARINT = 0,
    ILF__PB_FIXED64 = 1,
    ILF__PB_BYTES = 2, /* with their length: strings, bytes, messages, packed numbers */
    ILF__PB_FIXED32 = 5,
};

/* The tag of a field, as it is written where its number is below 16. */
#define ILF__PB_TAG(field, wire) ((unsigned char)((field) << 3 | (wire)))

enum { ILF__PB_LONGEST = 10 }; /* bytes of a varint */

static inline size_t ilf__pb_size(uint64_t n)
{
    return (size_t)(70 - __builtin_clzll(n | 1)) / 7;
}

/* Write @n to @out, where ILF__PB_LONGEST bytes are free. Returns the end of it. */
static inline char *ilf__pb_varint(char *out, uint64_t n)
{
    for (; n >= 0x80; n >>= 7)
        *out++ = (char)(n | 0x80);
    *out++ = (char)n;
    return out;
}

/* Write the 8 bytes of @n. */
static inline char *ilf__pb_fixed64(char *out, uint64_t n)
{
    for (int i = 0; i < 8; i++)
        out[i] = (char)(n >> (8 * i));
    return out + 8;
}

/* Copy @len bytes. Returns whether they all are ASCII, which costs nothing beside the copying. */
static inline bool ilf__pb_copy(char *out, const char *in, size_t len)
{
    uint64_t seen = 0, a, b;
    size_t i = 0;

    if (len >= 8) {
        for (; i + 16 <= len; i += 16) {
            memcpy(&a, in + i, 8);
            memcpy(&b, in + i + 8, 8);
            seen |= a | b;
            memcpy(out + i, &a, 8);
            memcpy(out + i + 8, &b, 8);
        }
        if (i + 8 <= len) {
            memcpy(&a, in + i, 8);
            seen |= a;
            memcpy(out + i, &a, 8);
        }
        memcpy(&b, in + len - 8, 8);
        memcpy(out + len - 8, &b, 8);
        return ((seen | b) & UINT64_C(0x8080808080808080)) == 0;
    }
    if (len >= 4) {
        uint32_t c, d;

        memcpy(&c, in, 4);
        memcpy(&d, in + len - 4, 4);
        memcpy(out, &c, 4);
        memcpy(out + len - 4, &d, 4);
        return ((c | d) & 0x80808080u) == 0;
    }
    for (; i < len; i++) {
        seen |= (unsigned char)in[i];
        out[i] = in[i];
    }
    return (seen & 0x80) == 0;
}

void ilf__pb_put_uint(struct ilf__text *text, unsigned field, uint64_t n);

/* A sint32: small numbers take few bytes, negative ones too. */
void ilf__pb_put_sint(struct ilf__text *text, unsigned field, int32_t n);

void ilf__pb_put_fixed64(struct ilf__text *text, unsigned field, uint64_t n);
void ilf__pb_put_fixed32(struct ilf__text *text, unsigned field, uint32_t n);
void ilf__pb_put_double(struct ilf__text *text, unsigned field, double value);
void ilf__pb_put_bytes(struct ilf__text *text, unsigned field, ilf_str bytes);

/* A string, which has to be UTF-8: U+FFFD stands for each byte that is none. */
void ilf__pb_put_string(struct ilf__text *text, unsigned field, ilf_str str);

/* Begin a message, or what else has a length, of which @hole bytes are kept free. Returns where they
 * are, for ilf__pb_end, which moves what was put since if the length takes more or fewer. */
size_t ilf__pb_begin(struct ilf__text *text, unsigned field, size_t hole);
void ilf__pb_end(struct ilf__text *text, size_t at, size_t hole);

#endif
