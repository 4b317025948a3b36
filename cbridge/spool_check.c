/* Is an LMDB file sound? Asked before LMDB maps it. */
#include "spool_check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "spool_pages.h"
#include "spool_record.h"

/* LMDB's cursors go no deeper. */
enum { MAX_DEPTH = 32 };

/* How many pages the meta page may count beyond the file's end: those of a transaction that took
 * and left them without a write. */
enum { SLACK = 65536 };

/* Of the tree of free pages: MDB_NOSUBDIR, with which the store was made, and MDB_INTEGERKEY. LMDB
 * acts on some others, such as MDB_FIXEDMAP. */
enum { FREE_FLAGS = 0x4000 | 8 };

struct tree {
    uint16_t flags, depth;
    uint64_t branches, leaves, overflows, entries, root;
};

struct check {
    int fd;
    uint32_t size;       /* of a page */
    uint64_t last;       /* number of the last page */
    uint64_t file_pages; /* whole pages in the file */
    uint64_t txn;
    uint64_t *seen;       /* a bit per page that belongs to something */
    unsigned char *pages; /* one for each level of the tree that is walked */
    struct tree want, got;
    bool free_list; /* which of the two trees it is */
    struct ilf__store_counts *counts;
    ilf_error *why;
    enum ilf__store result;
};

static bool bad(struct check *c, enum ilf__store result, const char *format, ...) ILF_PRINTF(3, 4);

static bool bad(struct check *c, enum ilf__store result, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(c->why->text, sizeof(c->why->text), format, args);
    va_end(args);
    c->result = result;
    return false;
}

static bool damaged(struct check *c, uint64_t page, const char *what)
{
    return bad(c, ILF__STORE_DAMAGED, "page %" PRIu64 ": %s", page, what);
}

static bool read_at(struct check *c, void *to, size_t len, uint64_t offset)
{
    if (page_read(c->fd, to, len, offset))
        return true;
    if (errno == 0)
        return bad(c, ILF__STORE_DAMAGED, "the file ends at a page in use");
    return bad(c, ILF__STORE_FAILED, "read: %s", strerror(errno));
}

/* Note that the @n pages from @page belong to something. */
static bool take(struct check *c, uint64_t page, uint64_t n)
{
    if (page < 2 || page > c->last || n > c->last + 1 - page)
        return damaged(c, page, "is not a page of the file");
    for (uint64_t i = page; i < page + n; i++) {
        uint64_t bit = UINT64_C(1) << (i & 63);

        if (c->seen[i >> 6] & bit)
            return damaged(c, i, "is used twice");
        c->seen[i >> 6] |= bit;
    }
    return true;
}

/* The pages of a long value of @len bytes. */
static bool take_overflow(struct check *c, uint64_t page, uint32_t len)
{
    uint64_t n = (PAGE_HEADER - 1 + (uint64_t)len) / c->size + 1;
    unsigned char head[PAGE_HEADER];

    if (!take(c, page, n) || !read_at(c, head, sizeof(head), page * c->size))
        return false;
    if (page + n > c->file_pages)
        return damaged(c, page, "runs beyond the end of the file");
    if (page_u64(head) != page || page_u16(head + 10) != PAGE_OVERFLOW || page_u32(head + 12) != n)
        return damaged(c, page, "is not the long value that it should be");
    c->got.overflows += n;
    return true;
}

/* One list of free pages: how many, then their numbers, from the highest down. */
static bool take_free(struct check *c, uint64_t page, const struct page_node *node)
{
    size_t len = node->value_len;
    unsigned char *list = malloc(len > 0 ? len : 1);
    bool sound = true;
    uint64_t n;

    if (!list)
        return bad(c, ILF__STORE_FAILED, "out of memory");
    if (node->big)
        sound = read_at(c, list, len, page_u64(node->value) * c->size + PAGE_HEADER);
    else
        memcpy(list, node->value, len);
    n = sound && len >= 8 ? page_u64(list) : 0;
    if (sound && (len < 8 || n > len / 8 - 1))
        sound = damaged(c, page, "holds a bad list of free pages");
    for (uint64_t i = 1, above = UINT64_MAX; sound && i <= n; i++) {
        uint64_t free_page = page_u64(list + 8 * i);

        sound = free_page < above ? take(c, free_page, 1)
                                  : damaged(c, page, "holds a bad list of free pages");
        above = free_page;
    }
    free(list);
    return sound;
}

/* Mark the bits from @from up to @to, which must not be marked yet. */
static bool mark(uint64_t *taken, uint32_t from, uint32_t to)
{
    while (from < to) {
        uint32_t bit = from & 63, n = 64 - bit < to - from ? 64 - bit : to - from;
        uint64_t mask = UINT64_MAX >> (64 - n) << bit;

        if (taken[from >> 6] & mask)
            return false;
        taken[from >> 6] |= mask;
        from += n;
    }
    return true;
}

/* Do the nodes of a page fill its upper part, none over another? LMDB moves them about by that. */
static bool packed(struct check *c, const unsigned char *page, uint32_t n, bool branch)
{
    uint64_t taken[65536 / 2 / 64]; /* a bit for every two bytes */
    uint32_t upper = page_u16(page + 14), sum = 0;

    memset(taken, 0, c->size / 2 / 8);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = page_u16(page + PAGE_HEADER + 2 * i), len;
        struct page_node node;

        if (at % 2 != 0 || at < upper || at > c->size - NODE_HEADER)
            return false;
        if (branch)
            len = NODE_HEADER + page_u16(page + at + 6);
        else if (page_node(&node, page, c->size, i))
            len = NODE_HEADER + node.key_len + (node.big ? 8 : node.value_len);
        else
            return false;
        len += len % 2;
        if (len > c->size - at)
            return false;
        sum += len;
        if (!mark(taken, at / 2, (at + len) / 2))
            return false;
    }
    return sum == c->size - upper;
}

/* A key as a number that sorts like it. */
static uint64_t key_of(const struct check *c, const unsigned char *key)
{
    return c->free_list ? page_u64(key) : ilf__spool_key_read(key);
}

/* The keys of the nodes of a leaf lie in [@low, @high) and rise. */
static bool check_leaf(struct check *c, uint64_t number, const unsigned char *page, uint32_t n,
                       uint64_t low, uint64_t high)
{
    for (uint32_t i = 0; i < n; i++) {
        struct page_node node;
        uint64_t key;

        if (!page_node(&node, page, c->size, i) || node.key_len != 8 || node.flags > NODE_BIG)
            return damaged(c, number, "holds a bad node");
        key = key_of(c, node.key);
        if (key < low || key >= high || (c->free_list && key > c->txn))
            return damaged(c, number, "holds a key that is out of order");
        low = key + 1;
        c->got.entries++;
        if (node.big && !take_overflow(c, page_u64(node.value), node.value_len))
            return false;
        if (c->free_list && !take_free(c, number, &node))
            return false;
        if (!c->free_list && key != 0) {
            c->counts->payloads++;
            c->counts->bytes += node.value_len;
        }
    }
    return true;
}

static bool walk(struct check *c, uint64_t number, uint16_t depth, uint64_t low, uint64_t high);

static bool check_branch(struct check *c, uint64_t number, const unsigned char *page, uint32_t n,
                         uint16_t depth, uint64_t low, uint64_t high)
{
    if (n < (c->free_list ? 1 : 2)) /* LMDB asserts the 2 */
        return damaged(c, number, "is a branch of nothing");
    for (uint32_t i = 0; i < n; i++) {
        const unsigned char *node = page + page_u16(page + PAGE_HEADER + 2 * i), *next;
        uint64_t child = page_u16(node) | (uint64_t)page_u16(node + 2) << 16 |
                         (uint64_t)page_u16(node + 4) << 32;
        uint64_t below = high;

        if (i + 1 < n) { /* the key of the first node has no meaning */
            next = page + page_u16(page + PAGE_HEADER + 2 * (i + 1));
            if (page_u16(next + 6) != 8)
                return damaged(c, number, "holds a bad node");
            below = key_of(c, next + NODE_HEADER);
            if (below <= low || below > high)
                return damaged(c, number, "holds a key that is out of order");
        }
        if (!walk(c, child, (uint16_t)(depth + 1), low, below))
            return false;
        low = below;
    }
    return true;
}

/* The page @number, @depth levels below the root, and all under it; keys lie in [@low, @high). */
static bool walk(struct check *c, uint64_t number, uint16_t depth, uint64_t low, uint64_t high)
{
    bool branch = depth + 1 < c->want.depth;
    unsigned char *page = c->pages + (size_t)depth * c->size;
    uint32_t lower, upper, n;

    if (!take(c, number, 1) || !read_at(c, page, c->size, number * c->size))
        return false;
    lower = page_u16(page + 12);
    upper = page_u16(page + 14);
    if (page_u64(page) != number || page_u16(page + 10) != (branch ? PAGE_BRANCH : PAGE_LEAF))
        return damaged(c, number, "is not the page that it should be");
    if (lower <= PAGE_HEADER || lower % 2 != 0 || lower > upper || upper > c->size)
        return damaged(c, number, "has bad bounds");
    n = (lower - PAGE_HEADER) / 2;
    if (!packed(c, page, n, branch))
        return damaged(c, number, "holds a bad node");
    if (branch)
        c->got.branches++;
    else
        c->got.leaves++;
    return branch ? check_branch(c, number, page, n, depth, low, high)
                  : check_leaf(c, number, page, n, low, high);
}

static struct tree read_tree(const unsigned char *at)
{
    return (struct tree){page_u16(at + 4),  page_u16(at + 6),  page_u64(at + 8), page_u64(at + 16),
                         page_u64(at + 24), page_u64(at + 32), page_u64(at + 40)};
}

static bool check_tree(struct check *c, const unsigned char *at, bool free_list)
{
    struct tree *want = &c->want, *got = &c->got;
    bool empty;

    *want = read_tree(at);
    *got = (struct tree){0};
    c->free_list = free_list;
    empty = want->root == NO_PAGE;
    if (want->flags != (free_list ? FREE_FLAGS : 0) || want->depth > MAX_DEPTH ||
        empty != (want->depth == 0))
        return bad(c, ILF__STORE_DAMAGED, "the meta page describes no tree of a spool");
    if (!empty) {
        free(c->pages);
        c->pages = malloc((size_t)want->depth * c->size);
        if (!c->pages)
            return bad(c, ILF__STORE_FAILED, "out of memory");
        if (!walk(c, want->root, 0, 0, UINT64_MAX))
            return false;
    }
    if (got->branches != want->branches || got->leaves != want->leaves ||
        got->overflows != want->overflows || got->entries != want->entries)
        return bad(c, ILF__STORE_DAMAGED, "the meta page counts other pages than there are");
    return true;
}

/* Read both meta pages; @meta becomes the one that counts. */
static bool check_metas(struct check *c, unsigned char *meta)
{
    unsigned char page[2][PAGE_HEADER + META_SIZE];
    uint64_t txn[2];

    if (!read_at(c, page[0], sizeof(page[0]), 0))
        return false;
    c->size = page_u32(page[0] + PAGE_HEADER + META_TREES);
    if (!page_size_possible(c->size))
        return bad(c, ILF__STORE_DAMAGED, "this is no LMDB file, or its first page is damaged");
    if (!read_at(c, page[1], sizeof(page[1]), c->size))
        return false;
    for (uint64_t i = 0; i < 2; i++) {
        const unsigned char *at = page[i] + PAGE_HEADER;

        txn[i] = page_u64(at + META_TXN);
        if (page_u64(page[i]) != i || page_u16(page[i] + 10) != PAGE_META ||
            page_u32(at) != META_MAGIC || page_u32(at + 4) != 1 ||
            page_u32(at + META_TREES) != c->size)
            return damaged(c, i, "is not a meta page");
        if (txn[i] != 0 && (txn[i] & 1) != i)
            return damaged(c, i, "is the meta page of another transaction");
    }
    if (txn[0] + 1 != txn[1] && txn[1] + 1 != txn[0] && txn[0] != txn[1])
        return bad(c, ILF__STORE_DAMAGED, "the meta pages are of different times");
    memcpy(meta, page[txn[1] > txn[0]] + PAGE_HEADER, META_SIZE);
    c->txn = page_u64(meta + META_TXN);
    c->last = page_u64(meta + META_LAST);
    if (c->last < 1 || c->last > c->file_pages + SLACK)
        return bad(c, ILF__STORE_DAMAGED, "the file is shorter than its meta page says");
    return true;
}

enum ilf__store ilf__spool_check(int fd, struct ilf__store_counts *counts, ilf_error *why)
{
    struct check c = {.fd = fd, .counts = counts, .why = why, .result = ILF__STORE_SOUND};
    unsigned char meta[META_SIZE];
    struct stat st;

    *counts = (struct ilf__store_counts){0};
    if (fstat(fd, &st) != 0) {
        (void)bad(&c, ILF__STORE_FAILED, "stat: %s", strerror(errno));
        return c.result;
    }
    if (st.st_size == 0)
        return ILF__STORE_NONE;
    c.file_pages = (uint64_t)st.st_size / 512; /* until the page size is known */
    if (!check_metas(&c, meta))
        return c.result;
    c.file_pages = (uint64_t)st.st_size / c.size;
    if (c.last > c.file_pages + SLACK) {
        (void)bad(&c, ILF__STORE_DAMAGED, "the file is shorter than its meta page says");
        return c.result;
    }
    c.seen = calloc(c.last / 64 + 1, sizeof(*c.seen));
    if (!c.seen)
        (void)bad(&c, ILF__STORE_FAILED, "out of memory");
    else if (check_tree(&c, meta + META_TREES, true))
        (void)check_tree(&c, meta + META_TREES + TREE_SIZE, false);
    counts->page_size = c.size;
    free(c.seen);
    free(c.pages);
    return c.result;
}
