/* Rules about allocations: what is left of them, and what happens when they fail. */
#include <fcntl.h>
#include <sys/resource.h>

#include "check.h"

enum { MAX_FAILING = 200 };

/* --- malloc ---------------------------------------------------------------------------------------- */

static void need_counts(void)
{
    if (!alloc_is_counted())
        skip("built with a sanitizer, which has an allocator of its own");
}

/* Does each call of @life leave more behind than the one before? Once is allowed: libraries keep
 * what they make at first use. */
static void leaves_nothing(void (*life)(void), const char *called)
{
    struct leak leak = {0};
    char by[256];

    need_counts();
    (void)loaded();
    life();
    for (int n = 0; n < 3; n++) {
        uint64_t mark = alloc_mark();

        life();
        leak = alloc_live(mark);
        if (leak.blocks == 0)
            return;
    }
    elf_name(leak.by, by, sizeof(by));
    fail("called  %s, again and again\nseen    %zu blocks of %zu bytes left each time; the "
         "largest, of "
         "%zu, was allocated by %s",
         called, leak.blocks, leak.bytes, leak.largest, by);
}

/* live, without what the kit itself keeps. */
static void clean_life(void)
{
    static struct sample *sample;
    struct instance *i = start();

    if (!sample)
        sample = sample_new("the batch");
    for (int n = 0; n < 3; n++) {
        (void)call_ready(i);
        (void)give(i, sample);
    }
    call_urgent(i, false);
    (void)call_stop(i);
    discard(i);
}

static void leaks_nothing(const struct rule *rule)
{
    (void)rule;
    leaves_nothing(clean_life, "init, flush, set_urgent, stop");
}

static void frees_its_own(const struct rule *rule)
{
    const void *by, *bad;
    char name[256];

    (void)rule;
    need_counts();
    live_in_every_way();
    bad = alloc_bad_free(&by);
    if (!bad)
        return;
    elf_name(by, name, sizeof(name));
    fail("called  free(%p), from %s\nseen    it was not allocated, or is free already", bad, name);
}

static unsigned failed_inits;
static json_t *failing_config;

static void fail_once(void)
{
    struct instance *i = make(failing_config, false);

    if (i && call_init(i) != ILF_OK)
        failed_inits++;
    else if (i)
        (void)call_stop(i);
    if (i)
        discard(i);
}

static size_t count_fds(void)
{
    size_t n = 0;

    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void leave_nothing_after(json_t *config, const char *option)
{
    size_t before;
    char called[128];

    failing_config = config;
    (void)snprintf(called, sizeof(called), "init, which fails because of an odd %.60s", option);
    fail_once();
    before = count_fds();
    fail_once();
    if (count_fds() > before)
        fail("called  %s\nseen    a file descriptor is left open", called);
    leaves_nothing(fail_once, called);
}

static void cleans_up(const struct rule *rule)
{
    (void)rule;
    need_counts();
    if (!loaded()->init)
        skip("it has no init hook");
    each_odd_config(leave_nothing_after);
    if (failed_inits == 0)
        skip("no value of an option makes init fail");
}

/* init with the @n-th allocation failing; false when it needs fewer. */
static bool starve_init(uint64_t n)
{
    struct instance *i = make(NULL, false);
    uint64_t mark = alloc_mark();
    struct leak leak;
    ilf_status status;
    char by[256];
    bool starved;

    alloc_fail(n);
    status = call_init(i);
    starved = alloc_has_failed();
    alloc_fail(0);
    leak = alloc_live(mark);
    if (status == ILF_OK)
        (void)call_stop(i);
    else if (leak.blocks > 0 && n > 1) {
        elf_name(leak.by, by, sizeof(by));
        fail("called  init, with allocation %d failing\nseen    it fails, and leaves %zu blocks of "
             "%zu "
             "bytes, of which the largest was allocated by %s",
             (int)n, leak.blocks, leak.bytes, by);
    }
    discard(i);
    return starved;
}

static void survives_hunger_at_init(const struct rule *rule)
{
    uint64_t n = 1;

    (void)rule;
    need_counts();
    live(); /* or a skip; and what libraries keep from the first use is there then */
    while (n < MAX_FAILING && starve_init(n))
        n++;
    if (n == 1)
        skip("init allocates nothing");
}

static void survives_hunger_at_flush(const struct rule *rule)
{
    uint64_t n = 1;
    bool starved = true;

    (void)rule;
    need_counts();
    live();
    for (; n < MAX_FAILING && starved; n++) {
        struct instance *i = start();
        struct sample *sample = sample_new("the batch");
        ilf_status status;

        alloc_fail(n);
        status = give(i, sample);
        starved = alloc_has_failed();
        alloc_fail(0);
        if (starved && status == ILF_ERR_DROP)
            fail("called  flush, with allocation %d failing\nseen    the batch is dropped "
                 "(\"%.200s\"), "
                 "and not asked for again",
                 (int)n, i->err->text);
        (void)call_stop(i);
        discard(i);
    }
    if (n == 2)
        skip("flush allocates nothing");
}

static void survives_hunger_in_between(const struct rule *rule)
{
    uint64_t n = 1;
    bool starved = true;

    (void)rule;
    need_counts();
    if (!loaded()->is_ready && !the.ops->set_urgent)
        skip("it has no is_ready hook, and no set_urgent");
    live();
    for (; n < MAX_FAILING && starved; n++) {
        struct instance *i = start();

        use(i);
        alloc_fail(n);
        (void)call_ready(i);
        call_urgent(i, false);
        starved = alloc_has_failed();
        alloc_fail(0);
        (void)call_stop(i);
        discard(i);
    }
    if (n == 2)
        skip("is_ready and set_urgent allocate nothing");
}

static void survives_hunger_at_stop(const struct rule *rule)
{
    uint64_t n = 1;
    bool starved = true;

    (void)rule;
    need_counts();
    live();
    for (; n < MAX_FAILING && starved; n++) {
        struct instance *i = start();

        use(i);
        alloc_fail(n);
        (void)call_stop(i);
        starved = alloc_has_failed();
        alloc_fail(0);
        discard(i);
    }
    if (n == 2)
        skip("stop allocates nothing");
}

static void survives_without_files(const struct rule *rule)
{
    struct instance *i = make(NULL, false);
    struct rlimit usual, none = {0, 0};
    ilf_status status;

    (void)rule;
    (void)getrlimit(RLIMIT_NOFILE, &usual);
    none.rlim_max = usual.rlim_max;
    live();
    (void)setrlimit(RLIMIT_NOFILE, &none);
    status = call_init(i);
    if (status == ILF_OK) {
        use(i);
        (void)call_stop(i);
    }
    (void)setrlimit(RLIMIT_NOFILE, &usual);
}

extern const struct rule rules_allocation[];
const struct rule rules_allocation[] = {
    {"memory.leak", "stop releases what init and flush have allocated.", "free it in stop",
     .run = leaks_nothing},
    {"memory.free", "It frees what it has allocated, once, and nothing else.",
     "set pointers to NULL when freed; what was borrowed is not yours", .run = frees_its_own},
    {"memory.failed-init", "A failed init leaves nothing behind.",
     "release everything before the return: no other hook is called", .run = cleans_up},
    {"memory.short-init", "init survives that memory is short, and leaves nothing behind.",
     "look at every result of malloc; return ILF_ERR_NOMEM", .run = survives_hunger_at_init},
    {"memory.short-flush", "flush survives that memory is short, and does not drop the batch.",
     "look at every result of malloc; return ILF_ERR_NOMEM, which is retried",
     .run = survives_hunger_at_flush},
    {"memory.short-between", "is_ready and set_urgent survive that memory is short.",
     "look at every result of malloc, or allocate in init", .run = survives_hunger_in_between},
    {"memory.short-stop", "stop survives that memory is short.",
     "look at every result of malloc, or allocate in init", .run = survives_hunger_at_stop},
    {"memory.no-files", "It survives that no file can be opened.",
     "look at every result of open, socket, fopen", .run = survives_without_files},
    {0},
};
