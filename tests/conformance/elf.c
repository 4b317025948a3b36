/* The plugin's file: its symbols. The dynamic loader has accepted it before we read, so here
 * offsets are only held against the file's end. */
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

struct file {
    const char *bytes;
    size_t size;
    const ElfW(Shdr) * sections;
    size_t n;
};

static bool open_file(const char *path, struct file *file)
{
    const ElfW(Ehdr) * header;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    void *map;

    if (fd < 0 || fstat(fd, &st) != 0 || (size_t)st.st_size < sizeof(*header)) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (map == MAP_FAILED)
        return false;
    header = map;
    *file = (struct file){.bytes = map, .size = (size_t)st.st_size};
    if (header->e_shoff <= file->size &&
        header->e_shnum <= (file->size - header->e_shoff) / sizeof(*file->sections)) {
        file->sections = (const void *)(file->bytes + header->e_shoff);
        file->n = header->e_shnum;
    }
    return true;
}

static void close_file(const struct file *file)
{
    munmap((void *)(uintptr_t)file->bytes, file->size);
}

static bool fits(const struct file *file, const ElfW(Shdr) * section)
{
    return section->sh_type != SHT_NOBITS && section->sh_offset <= file->size &&
           section->sh_size <= file->size - section->sh_offset;
}

/* The text at @offset of the string table @table; "" when there is none. */
static const char *text_at(const struct file *file, size_t table, size_t offset)
{
    const ElfW(Shdr) *section = &file->sections[table];

    if (table >= file->n || !fits(file, section) || offset >= section->sh_size)
        return "";
    return file->bytes + section->sh_offset + offset;
}

/* Call @each for the symbols of each table of @type, until it returns false. */
static void each_symbol(const struct file *file, unsigned type,
                        bool (*each)(const ElfW(Sym) * symbol, const char *name, void *to),
                        void *to)
{
    for (size_t i = 0; i < file->n; i++) {
        const ElfW(Shdr) *section = &file->sections[i];
        const ElfW(Sym) * symbols;

        if (section->sh_type != type || !fits(file, section))
            continue;
        symbols = (const void *)(file->bytes + section->sh_offset);
        for (size_t s = 1; s < section->sh_size / sizeof(*symbols); s++)
            if (!each(&symbols[s], text_at(file, section->sh_link, symbols[s].st_name), to))
                return;
    }
}

struct walk {
    void (*each)(const char *name, bool defined, void *to);
    void *to;
};

static bool tell(const ElfW(Sym) * symbol, const char *name, void *to)
{
    const struct walk *walk = to;

    walk->each(name, symbol->st_shndx != SHN_UNDEF, walk->to);
    return true;
}

void elf_symbols(const char *path, void (*each)(const char *name, bool defined, void *to), void *to)
{
    struct walk walk = {each, to};
    struct file file;

    if (!open_file(path, &file))
        skip("%s can't be read", path);
    each_symbol(&file, SHT_DYNSYM, tell, &walk);
    close_file(&file);
}

struct wanted {
    const char *name;
    bool found;
};

static bool compare(const ElfW(Sym) * symbol, const char *name, void *to)
{
    struct wanted *wanted = to;

    (void)symbol;
    wanted->found = strcmp(name, wanted->name) == 0;
    return !wanted->found;
}

bool elf_has(const char *path, const char *name)
{
    struct wanted wanted = {name, false};
    struct file file;

    if (!open_file(path, &file))
        return false;
    each_symbol(&file, SHT_SYMTAB, compare, &wanted);
    if (!wanted.found)
        each_symbol(&file, SHT_DYNSYM, compare, &wanted);
    for (size_t i = 0; i < file.n && !wanted.found; i++) {
        const ElfW(Ehdr) *header = (const void *)file.bytes;

        wanted.found =
            strcmp(text_at(&file, header->e_shstrndx, file.sections[i].sh_name), name) == 0;
    }
    close_file(&file);
    return wanted.found;
}

struct nearest {
    uintptr_t offset;
    uintptr_t from;
    char name[128];
};

static bool consider(const ElfW(Sym) * symbol, const char *name, void *to)
{
    struct nearest *nearest = to;
    unsigned type = symbol->st_info & 0xf;

    if ((type == STT_FUNC || type == STT_OBJECT) && symbol->st_shndx != SHN_UNDEF &&
        symbol->st_value <= nearest->offset &&
        nearest->offset - symbol->st_value < symbol->st_size) {
        nearest->from = symbol->st_value;
        (void)snprintf(nearest->name, sizeof(nearest->name), "%s", name);
    }
    return true;
}

void elf_name(const void *address, char *out, size_t size)
{
    struct nearest nearest = {0};
    const char *path, *base;
    struct file file;
    Dl_info info, ours;

    if (!dladdr(address, &info) || !info.dli_fname) {
        (void)snprintf(out, size, "%p", address);
        return;
    }
    path = the.path && info.dli_fbase == (void *)the.low ? the.path : info.dli_fname;
    base = strrchr(path, '/');
    base = base ? base + 1 : path;
    nearest.offset = (uintptr_t)address - (uintptr_t)info.dli_fbase;
    if (dladdr((void *)(uintptr_t)elf_name, &ours) && ours.dli_fbase == info.dli_fbase)
        path = "/proc/self/exe"; /* its name may mean nothing in another folder */
    if (open_file(path, &file)) {
        each_symbol(&file, SHT_SYMTAB, consider, &nearest);
        close_file(&file);
    }
    if (nearest.name[0])
        (void)snprintf(out, size, "%s+0x%zx in %s", nearest.name,
                       (size_t)(nearest.offset - nearest.from), base);
    else if (info.dli_sname)
        (void)snprintf(out, size, "%s in %s", info.dli_sname, base);
    else
        (void)snprintf(out, size, "%s+0x%zx", base, (size_t)nearest.offset);
}
