/* Rolled files: "path.1", "path.2", ... of which the number only grows, as in native flushers. */
#include "output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct rolls {
    uint64_t *numbers;
    size_t n, cap;
};

/* The n of @entry = @base.n, written as we would write it; 0 when it is none. */
static uint64_t roll_number(const char *entry, const char *base)
{
    size_t len = strlen(base);
    uint64_t n = 0;

    if (strncmp(entry, base, len) != 0 || entry[len] != '.' || entry[len + 1] == '0')
        return 0;
    for (const char *p = entry + len + 1; *p; p++) {
        if (*p < '0' || *p > '9' || n > UINT64_MAX / 10 - 1)
            return 0;
        n = n * 10 + (uint64_t)(*p - '0');
    }
    return n;
}

static bool add(struct rolls *rolls, uint64_t number)
{
    if (rolls->n == rolls->cap) {
        size_t cap = rolls->cap > 0 ? rolls->cap * 2 : 64;
        uint64_t *numbers = realloc(rolls->numbers, cap * sizeof(*numbers));

        if (!numbers)
            return false;
        rolls->numbers = numbers;
        rolls->cap = cap;
    }
    rolls->numbers[rolls->n++] = number;
    return true;
}

static int newest_first(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? 1 : x > y ? -1 : 0;
}

/* All rolls of @path, newest first. */
static bool list(struct rolls *rolls, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    DIR *dir = folder ? opendir(folder) : NULL;
    const struct dirent *entry;
    bool ok = dir != NULL;

    free(folder);
    while (ok && (entry = readdir(dir))) {
        uint64_t number = roll_number(entry->d_name, base);

        ok = number == 0 || add(rolls, number);
    }
    if (dir)
        closedir(dir);
    if (rolls->n > 0)
        qsort(rolls->numbers, rolls->n, sizeof(*rolls->numbers), newest_first);
    return ok;
}

/* Rename without replacing, because the other instance of a reload may roll the same file. */
static bool rename_new(const char *from, const char *to)
{
#ifdef SYS_renameat2
    enum { NO_REPLACE = 1 }; /* RENAME_NOREPLACE, which older headers lack */

    if (syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, NO_REPLACE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS) /* which a kernel or file system without it says */
        return false;
#endif
    if (access(to, F_OK) == 0) {
        errno = EEXIST;
        return false;
    }
    return rename(from, to) == 0;
}

bool rolls_push(const char *path, uint64_t max_rolls)
{
    struct rolls rolls = {0};
    char target[PATH_MAX];
    uint64_t number;
    bool ok = list(&rolls, path);
    int error;

    number = rolls.n > 0 ? rolls.numbers[0] : 0;
    do {
        int n = snprintf(target, sizeof(target), "%s.%" PRIu64, path, ++number);

        if (ok && (size_t)n >= sizeof(target)) {
            errno = ENAMETOOLONG;
            ok = false;
        }
    } while (ok && !rename_new(path, target) && (ok = (errno == EEXIST)));
    error = errno;
    for (size_t i = max_rolls > 0 ? max_rolls - 1 : 0; ok && i < rolls.n; i++) {
        (void)snprintf(target, sizeof(target), "%s.%" PRIu64, path, rolls.numbers[i]);
        (void)unlink(target); /* another instance may have been faster */
    }
    free(rolls.numbers);
    errno = error;
    return ok;
}
