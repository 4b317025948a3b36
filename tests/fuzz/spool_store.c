/* Fuzz target: a damaged spool. The input says how a sound store is changed before it is opened and
 * read: four bytes each, u16 offset in a page, u8 page, u8 new byte; or after a first byte of 255,
 * the file itself. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* LMDB finds these; nobody waits for a disk here. */
__attribute__((visibility("default"))) int fdatasync(int fd);
__attribute__((visibility("default"))) int fsync(int fd);

int fdatasync(int fd)
{
    (void)fd;
    return 0;
}

int fsync(int fd)
{
    (void)fd;
    return 0;
}

static char folder[64], file[80];
static char *sound;
static size_t sound_len;

static struct ilf__spool *open_spool(void)
{
    const struct ilf__spool_options options = {folder, 1 << 24, ILF__SYNC_NEVER, 0, ""};
    struct ilf__spool *spool;
    ilf_error err;

    if (ilf__spool_open(&spool, &options, "flusher_c_x", NULL, NULL, &err) != ILF_OK)
        return NULL;
    return spool;
}

/* Append @n payloads of @len bytes; return the first's sequence. */
static uint64_t append(struct ilf__spool *spool, size_t n, size_t len)
{
    uint64_t first = 0;
    ilf_error err;

    for (size_t i = 0; i < n; i++) {
        const ilf_record_end end = {(uint32_t)len, 1};
        char *bytes = calloc(1, len);
        const ilf_payload like = {.struct_size = sizeof(like),
                                  .bytes = {bytes, len},
                                  .ends = &end,
                                  .n_records = 1,
                                  .n_events = 1};
        struct ilf__payload *p = bytes ? ilf__payload_copy(&like, 0) : NULL;

        if (!p || ilf__spool_append(spool, &p, 1, NULL, &err) != ILF_OK)
            abort();
        first = first ? first : p->sequence;
        free(p);
        free(bytes);
    }
    return first;
}

/* Remove the store and what was set aside, so that the folder does not grow. */
static void clean(void)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    while (dir && (entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        closedir(dir);
}

static void remove_folder(void)
{
    clean();
    (void)rmdir(folder);
}

/* A store with a tree of two levels, long payloads, and free pages. */
static void make_sound(void)
{
    struct ilf__spool *spool;
    struct stat st;
    uint64_t first;
    ilf_error err;
    int fd;

    strcpy(folder, "/tmp/ilf_fuzz.XXXXXX");
    (void)atexit(remove_folder);
    if (!mkdtemp(folder) || !(spool = open_spool()))
        abort();
    (void)snprintf(file, sizeof(file), "%s/data.mdb", folder);
    first = append(spool, 3, 5000);
    (void)append(spool, 12, 1000);
    if (ilf__spool_remove(spool, &first, 1, &err) != ILF_OK)
        abort();
    ilf__spool_close(spool, NULL);
    fd = open(file, O_RDONLY);
    if (fd < 0 || fstat(fd, &st) != 0)
        abort();
    sound_len = (size_t)st.st_size;
    sound = malloc(sound_len);
    if (!sound || read(fd, sound, sound_len) != (ssize_t)sound_len)
        abort();
    close(fd);
}

static void write_file(const void *bytes, size_t len)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
        abort();
    close(fd);
}

static void change(const uint8_t *data, size_t size)
{
    char *bytes = malloc(sound_len);

    if (!bytes)
        abort();
    memcpy(bytes, sound, sound_len);
    for (; size >= 4; data += 4, size -= 4) {
        size_t at = data[2] * (size_t)4096 + (data[0] | (size_t)(data[1] & 15) << 8);

        bytes[at % sound_len] = (char)data[3];
    }
    write_file(bytes, sound_len);
    free(bytes);
}

static void use(struct ilf__spool *spool)
{
    struct ilf__spool_stats stats;
    struct ilf__payload *p;
    ilf_error err;

    while (ilf__spool_next(spool, &p, &stats, &err) == ILF_OK && p) {
        if (ilf__spool_remove(spool, &p->sequence, 1, &err) != ILF_OK)
            abort();
        free(p);
    }
    (void)append(spool, 2, 3000);
    ilf__spool_stats(spool, &stats);
    if (stats.payloads != 2)
        abort();
    ilf__spool_close(spool, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ilf__spool *spool;

    if (!sound)
        make_sound();
    if (size > 0 && data[0] == 255)
        write_file(data + 1, size - 1);
    else
        change(data, size);
    spool = open_spool();
    if (spool)
        use(spool);
    clean();
    return 0;
}
