/* Memory that tells who touches it: a mapping between two pages that nobody may touch. Regions are
 * never unmapped, so that no address comes to mean something else. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

enum { MAX_REGIONS = 4096 };

struct region {
    char *base; /* behind the first untouchable page */
    size_t size, used;
    const char *what;  /* it is */
    const char *state; /* why it must not be touched; NULL: it may */
};

static struct region regions[MAX_REGIONS];
static size_t n_regions;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of making */

static size_t page(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

struct region *region_new(const char *what, size_t size)
{
    struct region *region;
    size_t whole = (size + page() - 1) / page() * page();
    char *map = mmap(NULL, whole + 2 * page(), PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (map == MAP_FAILED || mprotect(map + page(), whole, PROT_READ | PROT_WRITE) != 0)
        skip("out of memory for %s", what);
    pthread_mutex_lock(&lock);
    if (n_regions == MAX_REGIONS)
        skip("too much memory for %s", what);
    region = &regions[n_regions];
    *region = (struct region){.base = map + page(), .size = whole, .what = what};
    n_regions++;
    pthread_mutex_unlock(&lock);
    return region; // cppcheck-suppress memleak ; the region has it, at an offset
}

void *region_alloc(struct region *region, size_t size, size_t align)
{
    size_t at = (region->used + align - 1) / align * align;

    if (at > region->size || size > region->size - at)
        skip("%s: %zu bytes do not fit", region->what, size);
    region->used = at + size;
    return region->base + at;
}

void *region_last(struct region *region, size_t size, size_t align)
{
    return region->base + (region->size - size) / align * align;
}

void region_protect(struct region *region, int prot, const char *what)
{
    region->state = what;
    if (mprotect(region->base, region->size, prot) != 0)
        skip("mprotect of %s failed", region->what);
}

struct region *region_of(const void *ptr)
{
    const char *at = ptr;

    for (size_t i = 0; i < n_regions; i++)
        if (at >= regions[i].base && at < regions[i].base + regions[i].size)
            return &regions[i];
    skip("no memory of the kit");
}

void explain_fault(const void *address, char *out, size_t size)
{
    const char *at = address;

    for (size_t i = 0; i < n_regions; i++) {
        const struct region *r = &regions[i];
        const char *end = r->base + r->size;

        if (at >= r->base && at < end && r->state)
            (void)snprintf(out, size, "%p, %s, %s", address, r->what, r->state);
        else if (at >= end && at < end + page())
            (void)snprintf(out, size, "%p, %zu bytes behind the end of %s", address,
                           (size_t)(at - end), r->what);
        else if (at < r->base && at >= r->base - page())
            (void)snprintf(out, size, "%p, %zu bytes before the begin of %s", address,
                           (size_t)(r->base - at), r->what);
        else
            continue;
        return;
    }
    if ((uintptr_t)address < 65536)
        (void)snprintf(out, size, "0x%zx: a NULL pointer, or what an empty string may have",
                       (size_t)(uintptr_t)address);
    else
        (void)snprintf(out, size, "%p, which is nothing that the kit has given", address);
}

ilf_str guarded_str(ilf_str str)
{
    struct region *region = region_new("a string of the batch (it has no NUL behind it)", str.len);
    char *copy = region_last(region, str.len, 1);

    if (str.len > 0)
        memcpy(copy, str.ptr, str.len);
    return (ilf_str){copy, str.len};
}
