/* LMDB 0.9's file format (MDB_DATA_VERSION 1, 64 bit), as far as the spool looks into it itself. */
#ifndef ILF_CBRIDGE_SPOOL_PAGES_H
#define ILF_CBRIDGE_SPOOL_PAGES_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

/* A page: u64 its number, u16 unused, u16 flags, then u16 lower, u16 upper (or for a run of pages
 * with one long value, an overflow page: u32 how many), then u16 offsets of nodes up to lower. */
enum { PAGE_HEADER = 16, PAGE_BRANCH = 1, PAGE_LEAF = 2, PAGE_OVERFLOW = 4, PAGE_META = 8 };

/* A node: u16 low and u16 high part of the value's length (in a branch, of the child's number with
 * the flags as its highest part), u16 flags, u16 length of the key, key, value. With NODE_BIG the
 * value is the u64 number of its first overflow page. */
enum { NODE_HEADER = 8, NODE_BIG = 1 };

/* A meta page, behind its header: u32 magic, u32 version, u64, u64, two trees, u64 last page, u64
 * transaction. A tree: u32 (in the first: page size), u16 flags, u16 depth, u64 branch pages, leaf
 * pages, overflow pages, entries, root. */
enum { META_SIZE = 136, META_TREES = 24, META_LAST = 120, META_TXN = 128, TREE_SIZE = 48 };

#define META_MAGIC UINT32_C(0xbeefc0de)
#define NO_PAGE UINT64_MAX

static inline uint16_t page_u16(const unsigned char *p)
{
    uint16_t value;

    memcpy(&value, p, sizeof(value));
    return value;
}

static inline uint32_t page_u32(const unsigned char *p)
{
    uint32_t value;

    memcpy(&value, p, sizeof(value));
    return value;
}

static inline uint64_t page_u64(const unsigned char *p)
{
    uint64_t value;

    memcpy(&value, p, sizeof(value));
    return value;
}

/* Read @len bytes at @offset. False, with errno, when that fails; errno is 0 at the file's end. */
static inline bool page_read(int fd, void *to, size_t len, uint64_t offset)
{
    char *at = to;

    while (len > 0) {
        ssize_t n = pread(fd, at, len, (off_t)offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            errno = n < 0 ? errno : 0;
            return false;
        }
        at += n;
        offset += (uint64_t)n;
        len -= (size_t)n;
    }
    return true;
}

static inline bool page_size_possible(uint32_t size)
{
    return size >= 512 && size <= 65536 && (size & (size - 1)) == 0;
}

/* A node of a leaf page. */
struct page_node {
    const unsigned char *key, *value; /* with @big: value is the page's number */
    uint32_t key_len, value_len;      /* value_len: of the value itself, wherever it is */
    uint16_t flags;
    bool big;
};

/* Node number @i of the @size bytes of a leaf page, of which the caller has checked that lower lies
 * inside. False if it does not lie inside the page. */
static inline bool page_node(struct page_node *out, const unsigned char *page, uint32_t size,
                             uint32_t i)
{
    uint32_t at = page_u16(page + PAGE_HEADER + 2 * i), inside;
    const unsigned char *node = page + at;

    if (at < PAGE_HEADER || at > size - NODE_HEADER)
        return false;
    out->value_len = page_u16(node) | (uint32_t)page_u16(node + 2) << 16;
    out->flags = page_u16(node + 4);
    out->key_len = page_u16(node + 6);
    out->big = (out->flags & NODE_BIG) != 0;
    inside = out->big ? 8 : out->value_len;
    if (out->key_len > size - NODE_HEADER - at || inside > size - NODE_HEADER - at - out->key_len)
        return false;
    out->key = node + NODE_HEADER;
    out->value = out->key + out->key_len;
    return true;
}

#endif
