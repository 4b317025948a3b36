/* Writing all of something. */
#ifndef ILF_CBRIDGE_WRITE_ALL_H
#define ILF_CBRIDGE_WRITE_ALL_H

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

/* Write @len bytes to @fd. Returns 0 or an errno; then some of them may have been written. */
static inline int ilf__write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? errno : ENOSPC;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

#endif
