/* What a server says, fit for a log. */
#include "said.h"

#include "printable.h"
#include "utf8.h"

/* Behind the characters of printable.h lie scripts and emojis, then tags, which are not seen, and
 * what is private. */
static bool is_seen(uint32_t rune)
{
    return rune < 0x10000 ? rune != ' ' && ilf__is_printable(rune) : rune < 0xe0000;
}

void ilf__put_said(char *out, size_t size, ilf_str said)
{
    size_t n = 0;

    for (size_t i = 0, len; i < said.len; i += len) {
        uint32_t rune = 0;

        len = ilf__utf8_read((const unsigned char *)said.ptr + i, said.len - i, &rune);
        if (n + (len > 0 ? len : 1) >= size)
            break;
        if (len == 0) {
            out[n++] = '?';
            len = 1;
        } else if (is_seen(rune)) {
            memmove(out + n, said.ptr + i, len);
            n += len;
        } else if (n > 0 && out[n - 1] != ' ') {
            out[n++] = ' ';
        }
    }
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
}
