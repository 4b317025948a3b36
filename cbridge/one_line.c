/* Text from elsewhere, as one line that a log can show. */
#include "one_line.h"

/* How many bytes the character of UTF-8 at @at has, of at most @len. 0: it is none. */
static size_t length_of(const unsigned char *at, size_t len)
{
    size_t n = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;

    if (n == 0 || n > len || at[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) || /* overlong, half */
        (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
        return 0;
    return n;
}

/* Control characters of ASCII and of C1, and the two line ends of Unicode. */
static bool is_control(const unsigned char *at, size_t n)
{
    return (n == 1 && (at[0] < 0x20 || at[0] == 0x7f)) ||
           (n == 2 && at[0] == 0xc2 && at[1] < 0xa0) ||
           (n == 3 && at[0] == 0xe2 && at[1] == 0x80 && (at[2] == 0xa8 || at[2] == 0xa9));
}

void ilf__copy_line(char *out, size_t size, ilf_str text)
{
    const unsigned char *from = (const unsigned char *)text.ptr;
    size_t used = 0, i = 0;

    while (from && i < text.len) {
        size_t n = length_of(from + i, text.len - i);
        bool shown = n > 0 && !is_control(from + i, n);
        size_t put = shown ? n : 1;

        if (put >= size - used)
            break;
        memmove(out + used, shown ? (const char *)from + i : n > 0 ? " " : "?", put);
        used += put;
        i += n > 0 ? n : 1;
    }
    out[used] = '\0';
}

void ilf__clean_error(ilf_error *err)
{
    if (err)
        ilf__copy_line(err->text, sizeof(err->text),
                       (ilf_str){err->text, strnlen(err->text, sizeof(err->text) - 1)});
}
