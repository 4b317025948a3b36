/* Flushers in shared libraries of their own. A plugin runs in our process with all its rights, so
 * as root we load only what nobody else can write; otherwise what is checked here is that a mistake
 * is told instead of crashing. */
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

static const char too_long[] =
    "a path is too long for the system: move the plugins to a shorter one";

/* Could somebody else than root have put this here? */
static bool others_can_write(const struct stat *st)
{
    return st->st_uid != 0 || (st->st_mode & S_IWOTH) ||
           ((st->st_mode & S_IWGRP) && st->st_gid != 0);
}

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

static ilf_status check_file(const char *path, ilf_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ilf_status status = ILF_OK;
    struct stat st;

    if (fd < 0)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "can't be opened: %s: let the agent's user read it, or take it away",
                        strerror(errno));
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        status = ilf_fail(err, ILF_ERR_CONFIG,
                          "is not a regular file: take it away, or rename it so that it does not "
                          "end in .so");
    else if (geteuid() == 0 && others_can_write(&st))
        status = ilf_fail(err, ILF_ERR_CONFIG,
                          "others than root can write it: chown root and chmod go-w, or do not run "
                          "the agent as root");
    else
        status = check_header(fd, err);
    close(fd);
    return status;
}

ilf_status ilf__plugin_open(const char *path, void **library, const ilf_flusher_ops **ops,
                            ilf_error *err)
{
    const ilf_flusher_ops *(*plugin)(void);
    ilf_status status = check_file(path, err);

    if (status != ILF_OK)
        return status;
    *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!*library) {
        const char *why = dlerror();

        return ilf_fail(err, ILF_ERR_CONFIG,
                        "can't be loaded: %s: link it with -shared and with all that it needs; "
                        "ldd -r shows what is missing",
                        why ? why : "no reason given");
    }
    *(void **)&plugin = dlsym(*library, ILF_PLUGIN_SYMBOL);
    *ops = plugin ? plugin() : NULL;
    if (!plugin)
        status =
            ilf_fail(err, ILF_ERR_CONFIG,
                     "exports no function " ILF_PLUGIN_SYMBOL ": end it with ILF_PLUGIN(ops);");
    else if (!*ops)
        status = ilf_fail(err, ILF_ERR_CONFIG,
                          ILF_PLUGIN_SYMBOL "() returns NULL: return the address of an "
                                            "ilf_flusher_ops");
    else
        return ILF_OK;
    dlclose(*library);
    return status;
}

static ilf_status load(struct ilf__registry *registry, const char *path, ilf_error *err)
{
    const ilf_flusher_ops *ops;
    void *library;
    ilf_status status = ilf__plugin_open(path, &library, &ops, err);

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
    struct stat st;
    int n;

    if (stat(folder, &st) == 0 && geteuid() == 0 && others_can_write(&st) && S_ISDIR(st.st_mode)) {
        ilf__registry_refuse(registry, folder,
                             "others than root can write into it: chown root and chmod go-w, or do "
                             "not run the agent as root");
        return;
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
        ilf_error err;

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
