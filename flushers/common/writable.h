/* Whether a file could be written, for a check that makes none. */
#ifndef ILF_COMMON_WRITABLE_H
#define ILF_COMMON_WRITABLE_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Could the file @path be opened for appending, or made in a folder that is there? Else errno says
 * why not. */
static inline bool ilf__could_open(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct stat st;
    char *folder;
    bool could;

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return false;
    }
    if (access(path, W_OK) == 0)
        return true;
    if (errno != ENOENT)
        return false;
    folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    could = folder && access(folder, W_OK | X_OK) == 0;
    free(folder);
    return could;
}

#endif
