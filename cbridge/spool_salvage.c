/* What is left of a damaged store: its payloads, found page by page without LMDB. */
#include "spool_salvage.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "checksum.h"
#include "spool_pages.h"

enum { CHUNK = 1 << 20 }; /* a multiple of every page size */

struct search {
    int fd;
    struct ilf__wreck *wreck;
    size_t room; /* for entries */
    uint32_t size;
    uint64_t file_size, lowest;
    char *value; /* one that is longer than a page */
    size_t value_room;
    bool nomem;
};

static void add(struct search *s, const struct ilf__spool_record *record, uint64_t offset)
{
    struct ilf__wreck *wreck = s->wreck;

    if (wreck->n_entries == s->room) {
        size_t room = s->room ? s->room * 2 : 1024;
        void *grown = realloc(wreck->entries, room * sizeof(*wreck->entries));

        if (!grown) {
            s->nomem = true;
            return;
        }
        wreck->entries = grown;
        s->room = room;
    }
    wreck->entries[wreck->n_entries++] = (struct ilf__wreck_entry){
        record->sequence, offset, record->n_events, (uint32_t)record->size};
    if (record->lowest > s->lowest)
        s->lowest = record->lowest;
}

/* Take the value of @len bytes at @offset of the file, if it is a payload. */
static void take(struct search *s, const char *value, size_t len, uint64_t offset)
{
    struct ilf__spool_record record;
    struct ilf__payload *p;
    enum ilf__found found;

    if (!ilf__spool_record_peek(&record, value, len) || record.size != len || record.sequence == 0)
        return;
    found = ilf__spool_record_read(&p, value, len, record.sequence);
    if (found == ILF__FOUND) {
        free(p);
        add(s, &record, offset);
    }
    s->nomem = s->nomem || found == ILF__FOUND_NOMEM;
}

static void take_state(struct search *s, const char *value, size_t len)
{
    struct ilf__spool_state state;
    char *name;

    if (!ilf__spool_state_read(&state, value, len) ||
        (s->wreck->has_state && s->wreck->state.version <= state.version &&
         state.last < s->wreck->state.last))
        return;
    name = malloc(state.name.len + 1);
    if (!name) {
        s->nomem = true;
        return;
    }
    if (state.name.len > 0)
        memcpy(name, state.name.ptr, state.name.len);
    state.name.ptr = name;
    free((char *)s->wreck->state.name.ptr);
    s->wreck->state = state;
    s->wreck->has_state = true;
}

/* The nodes of a leaf page at @offset, whatever its bounds say: their offsets lie below them all. */
static void search_leaf(struct search *s, const unsigned char *page, uint64_t offset)
{
    uint32_t lowest = s->size;

    for (uint32_t i = 0; PAGE_HEADER + 2 * (i + 1) <= lowest; i++) {
        uint32_t at = page_u16(page + PAGE_HEADER + 2 * i);
        struct page_node node;

        if (!page_node(&node, page, s->size, i))
            continue;
        if (at < lowest && node.key_len == 8)
            lowest = at;
        if (node.big || node.key_len != 8)
            continue;
        if (ilf__spool_key_read(node.key) == 0)
            take_state(s, (const char *)node.value, node.value_len);
        else
            take(s, (const char *)node.value, node.value_len,
                 offset + (uint64_t)(node.value - page));
    }
}

/* The value of an overflow page at @offset. Returns how many bytes of the file it takes, 0 if there
 * is none. */
static uint64_t search_long(struct search *s, const unsigned char *page, uint64_t offset)
{
    struct ilf__spool_record record;
    size_t before = s->wreck->n_entries;

    offset += PAGE_HEADER;
    if (!ilf__spool_record_peek(&record, (const char *)page + PAGE_HEADER, s->size - PAGE_HEADER) ||
        record.size > UINT32_MAX || record.size > s->file_size - offset)
        return 0;
    if (record.size > s->value_room) {
        char *grown = realloc(s->value, record.size);

        if (!grown) {
            s->nomem = true;
            return 0;
        }
        s->value = grown;
        s->value_room = record.size;
    }
    if (!page_read(s->fd, s->value, record.size, offset))
        return 0;
    take(s, s->value, record.size, offset);
    return s->wreck->n_entries > before ? PAGE_HEADER + record.size : 0;
}

/* The page size: both metas tell, else it is the usual one. */
static uint32_t find_page_size(int fd)
{
    unsigned char page[PAGE_HEADER + META_SIZE];
    uint32_t size;

    if (page_read(fd, page, sizeof(page), 0)) {
        size = page_u32(page + PAGE_HEADER + META_TREES);
        if (page_size_possible(size) && page_u32(page + PAGE_HEADER) == META_MAGIC &&
            page_read(fd, page, sizeof(page), size) &&
            page_u32(page + PAGE_HEADER + META_TREES) == size)
            return size;
    }
    return (uint32_t)sysconf(_SC_PAGESIZE);
}

static void search_chunk(struct search *s, const unsigned char *chunk, size_t len, uint64_t start,
                         uint64_t *skip_to)
{
    for (size_t at = 0; at + s->size <= len; at += s->size) {
        const unsigned char *page = chunk + at;
        uint64_t offset = start + at, taken;
        bool numbered = page_u64(page) == offset / s->size;

        if (offset < *skip_to)
            continue;
        if (numbered || page_u16(page + 10) == PAGE_OVERFLOW) {
            taken = search_long(s, page, offset);
            if (taken > 0) {
                *skip_to = offset + taken;
                continue;
            }
        }
        if (numbered || page_u16(page + 10) == PAGE_LEAF)
            search_leaf(s, page, offset);
    }
}

/* By sequence, and of the same the longest first: a payload before the part that replaced it, whose
 * transaction may not have been completed. */
static int compare(const void *a, const void *b)
{
    const struct ilf__wreck_entry *x = a, *y = b;

    if (x->sequence != y->sequence)
        return x->sequence < y->sequence ? -1 : 1;
    return x->size == y->size ? 0 : x->size > y->size ? -1 : 1;
}

static void sort(struct search *s)
{
    struct ilf__wreck *wreck = s->wreck;
    size_t n = 0;

    if (wreck->n_entries > 0)
        qsort(wreck->entries, wreck->n_entries, sizeof(*wreck->entries), compare);
    for (size_t i = 0; i < wreck->n_entries; i++) {
        const struct ilf__wreck_entry *entry = &wreck->entries[i];

        if (entry->sequence >= s->lowest &&
            (n == 0 || wreck->entries[n - 1].sequence != entry->sequence))
            wreck->entries[n++] = *entry;
    }
    wreck->n_entries = n;
}

ilf_status ilf__wreck_search(struct ilf__wreck *out, int fd, ilf_error *err)
{
    struct search s = {.fd = fd, .wreck = out, .size = find_page_size(fd)};
    unsigned char *chunk = malloc(CHUNK);
    uint64_t skip_to = 0;
    struct stat st;

    *out = (struct ilf__wreck){0};
    if (!chunk)
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    if (fstat(fd, &st) != 0) {
        free(chunk);
        return ilf_fail(err, ILF_ERR_RETRY, "stat: %s", strerror(errno));
    }
    s.file_size = (uint64_t)st.st_size;
    for (uint64_t at = 0; at < s.file_size && !s.nomem; at += CHUNK) {
        size_t len = s.file_size - at < CHUNK ? (size_t)(s.file_size - at) : CHUNK;

        if (page_read(fd, chunk, len, at)) {
            search_chunk(&s, chunk, len, at, &skip_to);
            continue;
        }
        /* A place of the disk that can't be read: page by page around it. */
        for (size_t i = 0; i + s.size <= len; i += s.size)
            if (page_read(fd, chunk, s.size, at + i))
                search_chunk(&s, chunk, s.size, at + i, &skip_to);
    }
    sort(&s);
    free(chunk);
    free(s.value);
    if (s.nomem) {
        ilf__wreck_dispose(out);
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    }
    return ILF_OK;
}

bool ilf__wreck_read(int fd, const struct ilf__wreck_entry *entry, char *to)
{
    return page_read(fd, to, entry->size, entry->offset);
}

void ilf__wreck_dispose(struct ilf__wreck *wreck)
{
    free(wreck->entries);
    free((char *)wreck->state.name.ptr);
    *wreck = (struct ilf__wreck){0};
}
