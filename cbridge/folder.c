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

int ilf__could_be_folder(const char *path)
{
    char *copy = strdup(path);
    size_t len = copy ? strlen(copy) : 0;
    struct stat st;
    int rc = copy ? 0 : ENOMEM;

    while (rc == 0 && stat(len > 0 ? copy : ".", &st) != 0) { /* up to what is there */
        if (errno != ENOENT || len == 0) {
            rc = errno;
            break;
        }
        while (len > 0 && copy[len - 1] == '/')
            len--;
        while (len > 0 && copy[len - 1] != '/')
            len--;
        copy[len] = '\0';
    }
    if (rc == 0 && !S_ISDIR(st.st_mode))
        rc = ENOTDIR;
    if (rc == 0 && access(len > 0 ? copy : ".", W_OK | X_OK) != 0)
        rc = errno;
    free(copy);
    return rc;
}

int ilf__could_write(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct stat st;
    char *folder;
    int rc;

    if (stat(path, &st) == 0)
        return S_ISDIR(st.st_mode) ? EISDIR : access(path, W_OK) == 0 ? 0 : errno;
    if (errno != ENOENT)
        return errno;
    folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    rc = folder ? ilf__could_be_folder(folder) : ENOMEM;
    free(folder);
    return rc;
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
