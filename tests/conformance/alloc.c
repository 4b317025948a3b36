/* malloc, counted: who holds what, and who frees what he does not hold. This program's malloc is
 * the one that plugins find. Under sanitizers, which have their own, nothing is counted. */
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "check.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

bool alloc_is_counted(void)
{
    return false;
}

uint64_t alloc_mark(void)
{
    return 0;
}

struct leak alloc_live(uint64_t mark)
{
    (void)mark;
    return (struct leak){0};
}

void alloc_fail(uint64_t n)
{
    (void)n;
}

bool alloc_has_failed(void)
{
    return false;
}

const void *alloc_bad_free(const void **by)
{
    (void)by;
    return NULL;
}

#else

/* Of glibc, for those who bring their own. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *ptr, size_t size);
void *__libc_memalign(size_t align, size_t size);
void __libc_free(void *ptr);

/* A hash table of what is allocated; linear probing, power of two. When it is full, blocks go
 * uncounted. */
enum { SLOTS = 1 << 17 };

static struct slot {
    uintptr_t ptr;
    size_t size;
    const void *by;
    uint64_t number;
} slots[SLOTS];

static atomic_flag busy = ATOMIC_FLAG_INIT;
static size_t n_used;
static uint64_t number, fail_at;
static bool has_failed;
static const void *bad_free, *bad_free_by;

static void lock(void)
{
    while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire))
        ;
}

static void unlock(void)
{
    atomic_flag_clear_explicit(&busy, memory_order_release);
}

static size_t home(uintptr_t ptr)
{
    return (size_t)((ptr >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 47);
}

static void add(void *ptr, size_t size, const void *by)
{
    size_t i = home((uintptr_t)ptr);

    if (!ptr)
        return;
    lock();
    if (n_used < SLOTS / 2) {
        while (slots[i].ptr != 0 && slots[i].ptr != (uintptr_t)ptr)
            i = (i + 1) % SLOTS;
        n_used += slots[i].ptr == 0;
        slots[i] = (struct slot){(uintptr_t)ptr, size, by, ++number};
    }
    unlock();
}

/* Take @ptr out. False when it was not there and @by is the plugin, who must not free it. */
static bool take(void *ptr, const void *by)
{
    size_t i = home((uintptr_t)ptr), hole;
    bool by_plugin = (uintptr_t)by >= the.low && (uintptr_t)by < the.high;
    bool found;

    lock();
    while (slots[i].ptr != 0 && slots[i].ptr != (uintptr_t)ptr)
        i = (i + 1) % SLOTS;
    found = slots[i].ptr != 0;
    if (found) {
        n_used--;
        for (hole = i; slots[i = (i + 1) % SLOTS].ptr != 0;) {
            if ((i - home(slots[i].ptr)) % SLOTS >= (i - hole) % SLOTS) {
                slots[hole] = slots[i];
                hole = i;
            }
        }
        slots[hole].ptr = 0;
    } else if (by_plugin && n_used < SLOTS / 2 && !bad_free) {
        bad_free = ptr;
        bad_free_by = by;
    }
    unlock();
    return found || !by_plugin;
}

/* Is this the allocation that fails? */
static bool fails(void)
{
    bool now;

    lock();
    now = fail_at > 0 && --fail_at == 0;
    has_failed = has_failed || now;
    unlock();
    if (now)
        errno = ENOMEM;
    return now;
}

#define OURS __attribute__((visibility("default")))
#define CALLER __builtin_return_address(0)

OURS void *malloc(size_t size)
{
    void *ptr = fails() ? NULL : __libc_malloc(size);

    add(ptr, size, CALLER);
    return ptr;
}

OURS void *calloc(size_t n, size_t size)
{
    void *ptr = fails() ? NULL : __libc_calloc(n, size);

    add(ptr, n * size, CALLER);
    return ptr;
}

OURS void *realloc(void *ptr, size_t size)
{
    void *moved;

    if (fails() || (ptr && !take(ptr, CALLER)))
        return NULL;
    moved = __libc_realloc(ptr, size);
    if (!moved && size > 0)
        add(ptr, size, CALLER); /* it is still there */
    add(moved, size, CALLER);
    return moved;
}

OURS void *memalign(size_t align, size_t size)
{
    void *ptr = fails() ? NULL : __libc_memalign(align, size);

    add(ptr, size, CALLER);
    return ptr;
}

OURS void *aligned_alloc(size_t align, size_t size)
{
    void *ptr = fails() ? NULL : __libc_memalign(align, size);

    add(ptr, size, CALLER);
    return ptr;
}

OURS int posix_memalign(void **out, size_t align, size_t size)
{
    void *ptr = fails() ? NULL : __libc_memalign(align, size);

    add(ptr, size, CALLER);
    if (!ptr)
        return ENOMEM;
    *out = ptr;
    return 0;
}

OURS void free(void *ptr)
{
    int saved = errno;

    if (ptr && take(ptr, CALLER))
        __libc_free(ptr);
    errno = saved;
}

bool alloc_is_counted(void)
{
    return true;
}

uint64_t alloc_mark(void)
{
    return number;
}

struct leak alloc_live(uint64_t mark)
{
    struct leak leak = {0};

    lock();
    for (size_t i = 0; i < SLOTS; i++) {
        if (slots[i].ptr == 0 || slots[i].number <= mark)
            continue;
        leak.blocks++;
        leak.bytes += slots[i].size;
        if (slots[i].size >= leak.largest) {
            leak.largest = slots[i].size;
            leak.by = slots[i].by;
        }
    }
    unlock();
    return leak;
}

void alloc_fail(uint64_t n)
{
    lock();
    fail_at = n;
    has_failed = false;
    unlock();
}

bool alloc_has_failed(void)
{
    return has_failed;
}

const void *alloc_bad_free(const void **by)
{
    *by = bad_free_by;
    return bad_free;
}

#endif
