/* Making folders. */
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int ilf__make_parents(const char *path)
{
    char *copy = strdup(path);
    int rc = 0;

    if (!copy)
        return ENOMEM;
    for (char *slash = copy + strspn(copy, "/"); (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        rc = mkdir(copy, 0755) == 0 || errno == EEXIST ? 0 : errno;
        *slash = '/';
    }
    free(copy);
    return rc;
}

int ilf__make_folder(const char *path, mode_t mode)
{
    int rc = ilf__make_parents(path);

    if (mkdir(path, mode) == 0 || errno == EEXIST)
        return 0;
    return rc != 0 ? rc : errno;
}

void ilf__sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
}

void ilf__sync_parent(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");

    if (folder)
        ilf__sync_folder(folder);
    free(folder);
}
