/* Text that grows: where flushers format what they send. */
#ifndef ILF_COMMON_TEXT_H
#define ILF_COMMON_TEXT_H

#include <string.h>

#include <ilf/flusher.h>

/* Zeroed is empty and ready for use. Once an allocation fails, @failed stays set and whatever is
 * put is dropped, so that one check at the end will do. */
struct ilf__text {
    char *ptr;
    size_t len;
    size_t cap;
    bool failed;
};

/* Make room for @more bytes behind the text. False, with @failed set, when memory is short. */
bool ilf__text_grow(struct ilf__text *text, size_t more);

/* Give back what is behind the text: for many that are kept. */
void ilf__text_fit(struct ilf__text *text);

static inline bool ilf__text_reserve(struct ilf__text *text, size_t more)
{
    return text->cap - text->len >= more || ilf__text_grow(text, more);
}

static inline void ilf__text_put(struct ilf__text *text, const char *ptr, size_t len)
{
    if (len > 0 && ilf__text_reserve(text, len)) {
        memcpy(text->ptr + text->len, ptr, len);
        text->len += len;
    }
}

/* The same for a short text of which 32 bytes can be read: two moves instead of a call. */
static inline void ilf__text_put32(struct ilf__text *text, const char ptr[32], size_t len)
{
    if (ilf__text_reserve(text, 32)) {
        memcpy(text->ptr + text->len, ptr, 32);
        text->len += len;
    }
}

static inline void ilf__text_put_str(struct ilf__text *text, ilf_str str)
{
    ilf__text_put(text, str.ptr, str.len);
}

/* A string literal. */
#define ILF__TEXT_PUT_LITERAL(text, literal) ilf__text_put(text, literal, sizeof(literal) - 1)

static inline void ilf__text_put_char(struct ilf__text *text, char c)
{
    if (ilf__text_reserve(text, 1))
        text->ptr[text->len++] = c;
}

void ilf__text_put_uint(struct ilf__text *text, uint64_t n);
void ilf__text_put_int(struct ilf__text *text, int64_t n);

/* How a float is written: always with the fewest digits that read back as the same value. */
enum ilf__float_style {
    ILF__FLOAT_GO,   /* as Go's %v: an exponent below 1e-04 and from 1e+06 up */
    ILF__FLOAT_WIDE, /* an exponent only below 1e-06 and from 1e+21 up, as in JavaScript */
};

/* A finite number; @bits is 32 or 64. */
void ilf__text_put_float(struct ilf__text *text, double value, uint32_t bits,
                         enum ilf__float_style style);

/* Free the memory; the text is then empty and ready for use. */
void ilf__text_dispose(struct ilf__text *text);

#endif
