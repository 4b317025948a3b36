/* Paths that nobody but root can make lead elsewhere: each step is taken from the folder that was
 * looked at, never by a name that may mean another meanwhile. */
#include "trusted_path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { LINKS = 40, REST = 2 * PATH_MAX }; /* links as the kernel allows */

struct walk {
    int fd;          /* of the folder that we are in */
    char *real;      /* its path, "" for / */
    char rest[REST]; /* what is to be walked from there */
    unsigned links;  /* followed so far */
    struct stat *st; /* of what was found last */
    ilf_error *err;
};

bool ilf__others_can_write(const struct stat *st)
{
    return st->st_uid != 0 || (st->st_mode & S_IWOTH) ||
           ((st->st_mode & S_IWGRP) && st->st_gid != 0);
}

static ilf_status fail_errno(struct walk *w, int code)
{
    return ilf_fail(w->err, ILF_ERR_CONFIG,
                    "can't be opened: %s: let the agent's user read it, or take it away",
                    strerror(code));
}

/* The folder that the walk is in, on the way to something. */
static ilf_status check_folder(struct walk *w)
{
    const struct stat *st = w->st;
    bool sticky = st->st_uid == 0 && (st->st_mode & S_ISVTX);

    if (!S_ISDIR(st->st_mode))
        return fail_errno(w, ENOTDIR);
    if (!sticky && ilf__others_can_write(st))
        return ilf_fail(w->err, ILF_ERR_CONFIG,
                        "others than root can write into %s, which it is reached by: chown root "
                        "and chmod go-w, or do not run the agent as root",
                        *w->real ? w->real : "/");
    return ILF_OK;
}

static ilf_status go_to_root(struct walk *w)
{
    if (w->fd >= 0)
        close(w->fd);
    w->real[0] = '\0';
    w->fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (w->fd < 0 || fstat(w->fd, w->st) != 0)
        return fail_errno(w, errno);
    return check_folder(w);
}

/* Put what the link @fd says in front of the rest, which it takes the place of a name of. */
static ilf_status follow(struct walk *w, int fd, const char *name, const char *rest)
{
    char to[PATH_MAX], joined[REST];
    ssize_t n = readlinkat(fd, "", to, sizeof(to) - 1);

    if (n < 0)
        return fail_errno(w, errno);
    to[n] = '\0';
    if (w->st->st_uid != 0)
        return ilf_fail(w->err, ILF_ERR_CONFIG,
                        "the link %s/%s, which it is reached by, is not root's: chown -h root, or "
                        "do not run the agent as root",
                        w->real, name);
    if (++w->links > LINKS)
        return fail_errno(w, ELOOP);
    if ((size_t)snprintf(joined, sizeof(joined), "%s/%s", to, rest) >= sizeof(joined))
        return fail_errno(w, ENAMETOOLONG);
    memcpy(w->rest, joined, sizeof(joined));
    return *to == '/' ? go_to_root(w) : ILF_OK;
}

/* Into @name, which is no link and has become @fd. */
static ilf_status enter(struct walk *w, int fd, const char *name)
{
    size_t len = strlen(w->real);
    char *slash = strrchr(w->real, '/');

    close(w->fd);
    w->fd = fd;
    if (strcmp(name, "..") == 0) {
        if (slash)
            *slash = '\0';
        return ILF_OK;
    }
    if (len + strlen(name) + 2 > PATH_MAX)
        return fail_errno(w, ENAMETOOLONG);
    (void)snprintf(w->real + len, PATH_MAX - len, "/%s", name);
    return ILF_OK;
}

/* One name further. */
static ilf_status step(struct walk *w)
{
    char name[NAME_MAX + 1], *rest = w->rest + strspn(w->rest, "/");
    size_t len = strcspn(rest, "/");
    ilf_status status;
    int fd;

    if (len > NAME_MAX)
        return fail_errno(w, ENAMETOOLONG);
    memcpy(name, rest, len);
    name[len] = '\0';
    rest += len + strspn(rest + len, "/");
    if (len == 0 || strcmp(name, ".") == 0) {
        memmove(w->rest, rest, strlen(rest) + 1);
        return ILF_OK;
    }
    fd = openat(w->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, w->st) != 0) {
        status = fail_errno(w, errno);
        if (fd >= 0)
            close(fd);
        return status;
    }
    if (S_ISLNK(w->st->st_mode)) {
        status = follow(w, fd, name, rest);
        close(fd);
        return status;
    }
    status = enter(w, fd, name);
    memmove(w->rest, rest, strlen(rest) + 1);
    return status == ILF_OK && *w->rest ? check_folder(w) : status;
}

ilf_status ilf__trusted_path(const char *path, char real[PATH_MAX], struct stat *st, ilf_error *err)
{
    struct walk w = {.fd = -1, .real = real, .st = st, .err = err};
    char here[PATH_MAX] = "";
    ilf_status status;

    if (*path != '/' && !getcwd(here, sizeof(here)))
        return fail_errno(&w, errno);
    if ((size_t)snprintf(w.rest, sizeof(w.rest), "%s/%s", here, path) >= sizeof(w.rest))
        return fail_errno(&w, ENAMETOOLONG);
    status = go_to_root(&w);
    while (status == ILF_OK && *w.rest)
        status = step(&w);
    if (w.fd >= 0)
        close(w.fd);
    if (status == ILF_OK && !*real)
        strcpy(real, "/");
    return status;
}
