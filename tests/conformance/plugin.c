/* What is checked: a library, or a flusher that is built in or found in $ILF_PLUGIN_PATH. Loaded in
 * each child anew, because some runtimes (Go's) do not survive a fork. */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include <ilf/bridge.h>

#include "check.h"
#include "plugins.h"
#include "registry.h"

struct plugin the;

struct place {
    uintptr_t address, low, high;
};

static int find_place(struct dl_phdr_info *info, size_t size, void *to)
{
    struct place *place = to;
    uintptr_t low = UINTPTR_MAX, high = 0;

    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];

        if (header->p_type != PT_LOAD)
            continue;
        if (info->dlpi_addr + header->p_vaddr < low)
            low = info->dlpi_addr + header->p_vaddr;
        if (info->dlpi_addr + header->p_vaddr + header->p_memsz > high)
            high = info->dlpi_addr + header->p_vaddr + header->p_memsz;
    }
    if (place->address < low || place->address >= high)
        return 0;
    place->low = low;
    place->high = high;
    return 1;
}

/* Which library is the descriptor in? A plugin may give one of the heap: then its hooks tell. */
static void locate(void)
{
    static char self[PATH_MAX];
    const ilf_flusher_ops *ops = the.ops;
    struct place place = {.address = (uintptr_t)ops};
    struct place ours = {.address = (uintptr_t)&the};
    Dl_info info;

    if (dl_iterate_phdr(find_place, &place) == 0) {
        place.address = ops->send    ? (uintptr_t)ops->send
                        : ops->flush ? (uintptr_t)ops->flush
                                     : (uintptr_t)ops->export_events;
        (void)dl_iterate_phdr(find_place, &place);
    }
    (void)dl_iterate_phdr(find_place, &ours);
    the.low = place.low;
    the.high = place.high;
    the.built_in = !the.library && place.low == ours.low;
    if (the.built_in && realpath("/proc/self/exe", self))
        the.path = self;
    else if (!the.library && dladdr((void *)place.address, &info))
        the.path = info.dli_fname;
}

static bool is_path(const char *name)
{
    size_t len = strlen(name);

    return strchr(name, '/') || (len > 3 && strcmp(name + len - 3, ".so") == 0);
}

static ilf_status find(ilf_error *err)
{
    char path[PATH_MAX], refused[512];
    ilf_status status;

    if (!is_path(the.name)) {
        the.ops = ilf__find(the.name, err);
        if (!the.ops && ilf_refused(refused, sizeof(refused)) > 0) {
            size_t len = strlen(err->text);

            (void)snprintf(err->text + len, sizeof(err->text) - len,
                           "\nleft out of $ILF_PLUGIN_PATH:\n%s", refused);
        }
        return the.ops ? ILF_OK : ILF_ERR_CONFIG;
    }
    /* A name without a slash would be looked for in the system's folders. */
    (void)snprintf(path, sizeof(path), "%s%s", strchr(the.name, '/') ? "" : "./", the.name);
    the.path = realpath(path, NULL);
    status = ilf__plugin_open(path, &the.library, &the.ops, err);
    if (status == ILF_OK)
        status = ilf__check_ops(the.ops, err);
    for (size_t i = 0; status == ILF_OK && ilf__builtin[i]; i++)
        if (strcmp(ilf__builtin[i]->name, the.ops->name) == 0)
            status = ilf_fail(err, ILF_ERR_CONFIG, "%s: the name is taken: choose another",
                              the.ops->name);
    return status;
}

void load_plugin(void)
{
    the.loaded = find(&the.refusal) == ILF_OK;
    if (the.loaded)
        locate();
}

const ilf_flusher_ops *loaded(void)
{
    if (!the.loaded)
        skip("it is not loaded: see the rules load.*");
    return the.ops;
}

bool is_readable(const void *address)
{
    char byte;
    const struct iovec here = {&byte, 1}, there = {(void *)(uintptr_t)address, 1};

    /* Where it is forbidden, as in some containers, we believe that it is. */
    return process_vm_readv(getpid(), &here, 1, &there, 1, 0) == 1 || errno != EFAULT;
}

/* What would make the runtime read or write where nothing is. */
static const char *unsound_table(const ilf_option *table, size_t room, unsigned depth)
{
    static const size_t sizes[] = {
        [ILF_OPT_STR] = sizeof(char *),      [ILF_OPT_INT] = sizeof(int64_t),
        [ILF_OPT_BOOL] = sizeof(bool),       [ILF_OPT_FLOAT] = sizeof(double),
        [ILF_OPT_SIZE] = sizeof(uint64_t),   [ILF_OPT_DURATION] = sizeof(int64_t),
        [ILF_OPT_ENUM] = sizeof(int),        [ILF_OPT_LIST] = sizeof(ilf_str_list),
        [ILF_OPT_MAP] = sizeof(ilf_str_map), [ILF_OPT_TABLE] = 0};

    if (depth > 8)
        return "options.nesting";
    for (size_t i = 0;; i++) {
        const ilf_option *option = &table[i];
        const char *nested;

        if (i > 999 || !is_readable(option) || (option->name && !is_readable(option->name)))
            return "options.ended";
        if (!option->name)
            return NULL;
        if (option->type < ILF_OPT_STR || option->type > ILF_OPT_TABLE)
            return "options.type";
        if (option->offset > room || sizes[option->type] > room - option->offset)
            return "options.inside";
        if (option->type == ILF_OPT_ENUM && (!option->choices || !option->choices[0]))
            return "options.choices";
        if (option->type != ILF_OPT_TABLE)
            continue;
        if (!option->table)
            return "options.table";
        nested = unsound_table(option->table, room - option->offset, depth + 1);
        if (nested)
            return nested;
    }
}

const char *unsound_options(const ilf_flusher_ops *ops)
{
    return ops->options ? unsound_table(ops->options, ops->instance_size, 0) : NULL;
}

const ilf_option *need_options(void)
{
    const ilf_option *options = loaded()->options;

    if (!options || (is_readable(options) && !options->name))
        skip("it has no options");
    if (unsound_options(the.ops))
        skip("the table of options is broken: see %s", unsound_options(the.ops));
    return options;
}

bool has_go_runtime(void)
{
    return !the.built_in &&
           (elf_has(the.path, ".note.go.buildid") || elf_has(the.path, "_cgo_init"));
}
