/* Flushers in shared libraries of their own. A plugin runs in our process with all its rights, so
 * as root we load only what nobody else can write or replace; otherwise what is checked here is that
 * a mistake is told instead of crashing. */
#include "plugins.h"

#include <dirent.h>
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin_trial.h"
#include "trusted_path.h"

static const char too_long[] =
    "a path is too long for the system: move the plugins to a shorter one";

/* The header of the file that this code is in, put there by the linker: which machine we are. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

/* Can the loader take this? It says of a library for another machine that there is no such file. */
static ilf_status check_header(int fd, ilf_error *err)
{
    const ElfW(Ehdr) *own = &__ehdr_start;
    ElfW(Ehdr) header = {0};
    ssize_t n = pread(fd, &header, sizeof(header), 0);

    if (n < 0)
        return ilf_fail(err, ILF_ERR_CONFIG, "can't be read: %s: copy it here again",
                        strerror(errno));
    if (n < SELFMAG || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "is not a shared library (no ELF file): build it with cc -shared, or take "
                        "it away");
    if ((size_t)n < sizeof(header))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "can't be loaded: it ends after %zd bytes: copy it here again", n);
    if (header.e_ident[EI_CLASS] != own->e_ident[EI_CLASS] ||
        header.e_ident[EI_DATA] != own->e_ident[EI_DATA] || header.e_machine != own->e_machine)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "can't be loaded: it is built for another machine (ELF class %d, machine "
                        "%d; this is class %d, "
                        "machine %d): build it for this one",
                        header.e_ident[EI_CLASS], header.e_machine, own->e_ident[EI_CLASS],
                        own->e_machine);
    return ILF_OK;
}

/* As root, @real becomes where @path leads by a way that nobody else can change; else it is @path. */
static ilf_status find_way(const char *path, char real[PATH_MAX], struct stat *st, ilf_error *err)
{
    if (geteuid() == 0)
        return ilf__trusted_path(path, real, st, err);
    (void)snprintf(real, PATH_MAX, "%s", path);
    if (stat(path, st) != 0)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "can't be opened: %s: let the agent's user read it, or take it away",
                        strerror(errno));
    return ILF_OK;
}

static ilf_status check_file(const char *path, char real[PATH_MAX], struct stat *st, ilf_error *err)
{
    ilf_status status = find_way(path, real, st, err);
    int fd;

    if (status != ILF_OK)
        return status;
    if (!S_ISREG(st->st_mode))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "is not a regular file: take it away, or rename it so that it does not "
                        "end in .so");
    if (geteuid() == 0 && ilf__others_can_write(st))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "others than root can write it: chown root and chmod go-w, or do not run "
                        "the agent as root");
    fd = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "can't be opened: %s: let the agent's user read it, or take it away",
                        strerror(errno));
    status = check_header(fd, err);
    close(fd);
    return status;
}

/* Is what the loader has loaded the file that was looked at? It opens by name, since a library that
 * is opened by its descriptor has no folder for $ORIGIN, and no name that a debugger finds. */
static bool is_loaded_from(void *library, const struct stat *st)
{
    const struct link_map *map;
    struct stat loaded;

    return dlinfo(library, RTLD_DI_LINKMAP, &map) == 0 && stat(map->l_name, &loaded) == 0 &&
           loaded.st_dev == st->st_dev && loaded.st_ino == st->st_ino;
}

static ilf_status ask(void *library, const struct stat *st, const ilf_flusher_ops **ops,
                      ilf_error *err)
{
    const ilf_flusher_ops *(*plugin)(void);

    if (!is_loaded_from(library, st))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "was replaced while it was loaded: start the agent again");
    *(void **)&plugin = dlsym(library, ILF_PLUGIN_SYMBOL);
    if (!plugin)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "exports no function " ILF_PLUGIN_SYMBOL ": end it with ILF_PLUGIN(ops);");
    *ops = plugin();
    return *ops ? ILF_OK
                : ilf_fail(err, ILF_ERR_CONFIG,
                           ILF_PLUGIN_SYMBOL "() returns NULL: return the address of an "
                                             "ilf_flusher_ops");
}

/* With @on_trial, first in a child process. */
static ilf_status open_plugin(const char *path, bool on_trial, void **library,
                              const ilf_flusher_ops **ops, ilf_error *err)
{
    char real[PATH_MAX];
    struct stat st;
    ilf_status status = check_file(path, real, &st, err);

    if (status == ILF_OK && on_trial)
        status = ilf__plugin_try(real, err);
    if (status != ILF_OK)
        return status;
    *library = dlopen(real, RTLD_NOW | RTLD_LOCAL);
    if (!*library) {
        const char *why = dlerror();

        return ilf_fail(err, ILF_ERR_CONFIG,
                        "can't be loaded: %s: link it with -shared and with all that it needs; "
                        "ldd -r shows what is missing",
                        why ? why : "no reason given");
    }
    status = ask(*library, &st, ops, err);
    if (status != ILF_OK)
        dlclose(*library);
    return status;
}

ilf_status ilf__plugin_open(const char *path, void **library, const ilf_flusher_ops **ops,
                            ilf_error *err)
{
    return open_plugin(path, false, library, ops, err);
}

static ilf_status load(struct ilf__registry *registry, const char *path, ilf_error *err)
{
    const ilf_flusher_ops *ops;
    void *library;
    ilf_status status = open_plugin(path, true, &library, &ops, err);

    if (status != ILF_OK)
        return status;
    status = ilf__registry_add(registry, ops, err);
    if (status != ILF_OK)
        dlclose(library);
    return status; /* else it stays loaded: its code may run as long as we do */
}

static int is_library(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return len > 3 && strcmp(entry->d_name + len - 3, ".so") == 0;
}

static void load_folder(struct ilf__registry *registry, const char *folder)
{
    struct dirent **entries;
    char real[PATH_MAX];
    struct stat st;
    ilf_error err;
    int n;

    if (geteuid() == 0 && access(folder, F_OK) == 0) {
        if (ilf__trusted_path(folder, real, &st, &err) != ILF_OK) {
            ilf__registry_refuse(registry, folder, err.text);
            return;
        }
        if (S_ISDIR(st.st_mode) && ilf__others_can_write(&st)) {
            ilf__registry_refuse(registry, folder,
                                 "others than root can write into it: chown root and chmod go-w, "
                                 "or do not run the agent as root");
            return;
        }
    }
    n = scandir(folder, &entries, is_library, alphasort);
    if (n < 0) {
        char why[256];

        (void)snprintf(
            why, sizeof(why),
            "can't be read: %s: make it a folder that the agent's user can read, or take "
            "it out of $ILF_PLUGIN_PATH",
            strerror(errno));
        ilf__registry_refuse(registry, folder, why);
        return;
    }
    for (int i = 0; i < n; i++) {
        char path[PATH_MAX];

        if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name) >=
            sizeof(path))
            ilf__registry_refuse(registry, entries[i]->d_name, too_long);
        else if (load(registry, path, &err) != ILF_OK)
            ilf__registry_refuse(registry, path, err.text);
        free(entries[i]);
    }
    free(entries);
}

void ilf__plugins_load(struct ilf__registry *registry, const char *path)
{
    while (path && *path) {
        size_t len = strcspn(path, ":");
        char folder[PATH_MAX];

        if (len > 0 && len < sizeof(folder)) {
            memcpy(folder, path, len);
            folder[len] = '\0';
            load_folder(registry, folder);
        } else if (len > 0) {
            ilf__registry_refuse(registry, "$ILF_PLUGIN_PATH", too_long);
        }
        path += len + (path[len] == ':');
    }
}
