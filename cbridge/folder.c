/* Making folders. */
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int ilf__check_length(const char *path, size_t more)
{
    size_t len = strlen(path), part = 0;

    if (len + more >= PATH_MAX)
        return ENAMETOOLONG;
    for (size_t i = 0; i < len; i++) {
        part = path[i] == '/' ? 0 : part + 1;
        if (part > NAME_MAX)
            return ENAMETOOLONG;
    }
    return 0;
}

static bool is_folder(const char *path)
{
    int error = errno;
    struct stat st;
    bool is = stat(path, &st) == 0 && S_ISDIR(st.st_mode);

    errno = error;
    return is;
}

/* Make the folders above @path, and @path itself with @mode unless it is 0. What was made is taken
 * away again when another can't be made. */
static int make(const char *path, mode_t mode)
{
    char *copy = strdup(path), *slash, *made = NULL; /* the first that was not there */
    int rc = copy ? ilf__check_length(path, 0) : ENOMEM;

    for (size_t len = strlen(path); rc == 0 && mode != 0 && len > 1 && copy[len - 1] == '/'; len--)
        copy[len - 1] = '\0';
    for (char *at = copy ? copy + strspn(copy, "/") : NULL; at && rc == 0; at = slash + 1) {
        slash = strchr(at, '/');
        if (!slash && mode == 0)
            break;
        if (slash)
            *slash = '\0';
        if (mkdir(copy, slash ? 0755 : mode) != 0)
            rc = errno == EEXIST || is_folder(copy) ? 0 : errno;
        else if (!made)
            made = at;
        if (rc == 0 && slash)
            *slash = '/';
        if (!slash)
            break;
    }
    while (rc != 0 && made && (slash = strrchr(copy, '/')) > made) { /* from the deepest up */
        *slash = '\0';
        (void)rmdir(copy);
    }
    free(copy);
    return rc;
}

int ilf__make_parents(const char *path)
{
    return make(path, 0);
}

int ilf__make_folder(const char *path, mode_t mode)
{
    return *path ? make(path, mode) : ENOENT;
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

/* The folder that @path is in, which the caller frees, or NULL. */
static char *parent_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
}

int ilf__could_write(const char *path)
{
    struct stat st;
    char *folder;
    int rc;

    if (stat(path, &st) == 0)
        return S_ISDIR(st.st_mode) ? EISDIR : access(path, W_OK) == 0 ? 0 : errno;
    if (errno != ENOENT)
        return errno;
    folder = parent_of(path);
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
    char *folder = parent_of(path);

    if (folder)
        ilf__sync_folder(folder);
    free(folder);
}
