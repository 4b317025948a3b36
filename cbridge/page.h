/* Text of any length for a caller's buffer of any size, as snprintf has it. */
#ifndef ILF_CBRIDGE_PAGE_H
#define ILF_CBRIDGE_PAGE_H

#include <ilf/flusher.h>

struct ilf__page {
    char *buf; /* may be NULL when @size is 0 */
    size_t size;
    size_t len; /* of the whole text, whether it fits or not */
};

static inline struct ilf__page ilf__page(char *buf, size_t size)
{
    if (size > 0)
        buf[0] = '\0';
    return (struct ilf__page){buf, size, 0};
}

ILF_PRINTF(2, 3) static inline void ilf__page_put(struct ilf__page *page, const char *format, ...)
{
    bool room = page->len < page->size;
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(room ? page->buf + page->len : NULL, room ? page->size - page->len : 0, format,
                  args);
    va_end(args);
    if (n > 0)
        page->len += (size_t)n;
}

#endif
