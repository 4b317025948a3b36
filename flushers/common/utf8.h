/* UTF-8 (RFC 3629): is it, and one character at a time. */
#ifndef ILF_COMMON_UTF8_H
#define ILF_COMMON_UTF8_H

#include <ilf/flusher.h>

/* Read the character at @p, of which @left > 0 bytes are there. Returns its length and sets *@rune;
 * 0 when the bytes are none: an overlong form, a surrogate, more than U+10FFFF, or cut off. */
static inline size_t ilf__utf8_read(const unsigned char *p, size_t left, uint32_t *rune)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t c = p[0];
    size_t n = c < 0x80                ? 1
               : c >= 0xc2 && c < 0xe0 ? 2
               : c >= 0xe0 && c < 0xf0 ? 3
               : c >= 0xf0             ? 4
                                       : 0;

    if (n == 0 || n > left || c > 0xf4)
        return 0;
    if (n > 1)
        c &= 0x7fu >> n;
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3fu);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return 0;
    *rune = c;
    return n;
}

/* Is all of @str UTF-8? */
static inline bool ilf__utf8_valid(ilf_str str)
{
    const unsigned char *p = (const unsigned char *)str.ptr;
    uint32_t rune;
    size_t i = 0;

    while (i < str.len) {
        size_t n;

        if (i + 8 <= str.len) { /* eight of ASCII at once */
            uint64_t eight;

            memcpy(&eight, p + i, sizeof(eight));
            if ((eight & UINT64_C(0x8080808080808080)) == 0) {
                i += 8;
                continue;
            }
        }
        n = ilf__utf8_read(p + i, str.len - i, &rune);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

#endif
