/* Delivery while memory, disk and clock fail: every allocation of batches in turn, every write and
 * sync of the spool and the dead letters in turn, and a clock that jumps by years. */
#include "life.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>

enum { BATCHES = 5 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { OWN_MALLOC = 0 }; /* theirs is */
#else
enum { OWN_MALLOC = 1 };
#endif

/* What is to fail: number @at of its kind, counted from 1, and @times of them in a row. */
struct failure {
    atomic_ulong passed;
    unsigned long at, times;
};

static struct failure memory, disk;
static int disk_error;
static atomic_bool armed, clock_jumps;
static atomic_long live; /* blocks */

static bool fails(struct failure *f)
{
    unsigned long n;

    if (!atomic_load(&armed))
        return false;
    n = atomic_fetch_add(&f->passed, 1) + 1;
    return f->at > 0 && n >= f->at && n < f->at + f->times;
}

/* --- Instead of libc's --------------------------------------------------------------------------- */

#define OURS __attribute__((visibility("default")))

OURS ssize_t pwrite(int fd, const void *buf, size_t len, off_t offset);
OURS ssize_t write(int fd, const void *buf, size_t len);
OURS int fdatasync(int fd);
OURS time_t time(time_t *t);

ssize_t pwrite(int fd, const void *buf, size_t len, off_t offset)
{
    if (fails(&disk)) {
        errno = disk_error;
        return -1;
    }
    return syscall(SYS_pwrite64, fd, buf, len, offset);
}

/* Of files only. */
ssize_t write(int fd, const void *buf, size_t len)
{
    struct stat st;

    if (atomic_load(&armed) && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && fails(&disk)) {
        errno = disk_error;
        return -1;
    }
    return syscall(SYS_write, fd, buf, len);
}

int fdatasync(int fd)
{
    (void)fd;
    if (!fails(&disk))
        return 0;
    errno = disk_error;
    return -1;
}

static uint64_t jumping(void)
{
    static atomic_ulong calls;
    static const int64_t years[] = {0, 10, -10, 50, -56, 1, -1};
    struct timespec ts;
    int64_t seconds;

    clock_gettime(CLOCK_REALTIME, &ts);
    seconds = ts.tv_sec;
    if (atomic_load(&clock_jumps))
        seconds += years[atomic_fetch_add(&calls, 1) % 7] * 31536000;
    return (uint64_t)seconds * 1000000000 + (uint64_t)ts.tv_nsec;
}

time_t time(time_t *t) /* libcurl's, for the dates of Retry-After */
{
    time_t now = (time_t)(jumping() / 1000000000);

    if (t)
        *t = now;
    return now;
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *ptr, size_t size);
void __libc_free(void *ptr);

/* What the loader takes is a thread's own memory, which glibc keeps for the next: libcurl starts one
 * to resolve a name when it has no memory to see that it is an address. */
static uintptr_t loader, loader_end;

static void find_loader(void)
{
    const ElfW(Ehdr) *head = (const void *)getauxval(AT_BASE);
    const ElfW(Phdr) *segments = (const void *)((const char *)head + head->e_phoff);

    loader = (uintptr_t)head;
    for (int i = 0; i < head->e_phnum; i++)
        if (segments[i].p_type == PT_LOAD)
            loader_end = loader + segments[i].p_vaddr + segments[i].p_memsz;
}

#define BY_LOADER                                                                                  \
    ((uintptr_t)__builtin_return_address(0) >= loader &&                                           \
     (uintptr_t)__builtin_return_address(0) < loader_end)

OURS void *malloc(size_t size)
{
    void *ptr = fails(&memory) ? NULL : __libc_malloc(size);

    live += ptr && !BY_LOADER;
    errno = ptr ? errno : ENOMEM;
    return ptr;
}

OURS void *calloc(size_t n, size_t size)
{
    void *ptr = fails(&memory) ? NULL : __libc_calloc(n, size);

    live += ptr && !BY_LOADER;
    errno = ptr ? errno : ENOMEM;
    return ptr;
}

OURS void *realloc(void *ptr, size_t size)
{
    void *moved = fails(&memory) ? NULL : __libc_realloc(ptr, size);

    live += !ptr && moved && !BY_LOADER;
    errno = moved ? errno : ENOMEM;
    return moved;
}

OURS void free(void *ptr)
{
    live -= ptr && !BY_LOADER;
    __libc_free(ptr);
}

#else

static void find_loader(void)
{
}

#endif

/* --- A life ---------------------------------------------------------------------------------------- */

static const char *const setups[] = {
    "\"Body\":\"ndjson\",\"Batch\":{\"MaxRecords\":6,\"MaxAge\":\"1ms\"}",
    "\"Body\":\"ndjson\",\"Batch\":{\"MaxRecords\":6},\"Spool\":{\"Path\":\"%s/s\"}",
    "\"Body\":\"record\",\"Compression\":\"gzip\","
    /* The sink unpacks nothing; it finds the id in the head. */
    "\"Headers\":{\"X\":\"\\\"id\\\":\\\"%%{content.id}\\\"\"}",
};
enum { SETUPS = sizeof(setups) / sizeof(setups[0]) };

static uint64_t now(void *context)
{
    (void)context;
    return jumping();
}

static ilf_flusher *start(size_t setup, ilf_flusher_ops *ops)
{
    static const ilf_host host = {.struct_size = sizeof(host), .log = life_log, .now = now};
    char config[2048], own[512];
    ilf_error err = {""};
    ilf_flusher *f;

    *ops = ilf_flusher_http;
    ops->send = life_send;
    (void)snprintf(own, sizeof(own), setups[setup], test_folder());
    (void)snprintf(config, sizeof(config),
                   "{\"RemoteURL\":\"%s\",%s,\"Timeout\":\"5s\","
                   "\"DeadLetters\":{\"Path\":\"%s\"},"
                   "\"Retry\":{\"InitialDelay\":\"1ms\",\"MaxDelay\":\"2ms\","
                   "\"MaxRetryAfter\":\"3ms\"},"
                   "\"Breaker\":{\"OpenTime\":\"1ms\",\"MaxOpenTime\":\"2ms\"}}",
                   sink.url, own, test_path("letters"));
    f = ilf__flusher_new(ops, &host, &err);
    if (!f || ilf_flusher_configure(f, config, strlen(config), &err) != ILF_OK ||
        ilf_flusher_init(f, NULL, &err) != ILF_OK) {
        (void)fprintf(stderr, "%s\n", err.text);
        _exit(1);
    }
    return f;
}

/* From start to end. What is set up to fail does so while batches are delivered, and at the stop. */
static void live_once(size_t setup, bool failing)
{
    uint64_t random = 7;
    ilf_flusher_ops ops;
    ilf_flusher *f = start(setup, &ops);
    ilf_error err;

    atomic_store(&armed, failing);
    for (int i = 0; i < BATCHES; i++)
        life_flush(f, &random);
    while (!life_is_over(f))
        usleep(200);
    if (ilf_flusher_stop(f, &err) != ILF_OK)
        _exit(2);
    atomic_store(&armed, false);
    if (!ilf__delivery_is_conserved(f->delivery))
        _exit(4);
    ilf_flusher_free(f);
}

/* One life to warm up what libraries keep for good, and one that is hard. */
static void two_lives(void *context)
{
    const size_t *setup = context;
    long before;

    live_once(*setup, false);
    before = atomic_load(&live);
    live_once(*setup, true);
    shared->numbers[0] = atomic_load(&memory.passed);
    shared->numbers[1] = atomic_load(&disk.passed);
    shared->numbers[2] = (uint64_t)(atomic_load(&live) - before);
    shared->finished = true;
}

static enum sink_answer decide_by_turns(void *context, const uint64_t *ids, size_t n)
{
    unsigned *turn = context;

    for (size_t i = 0; i < n; i++)
        if (ids[i] % 23 == 0)
            return SINK_REFUSES;
    if (n > 4)
        return SINK_TOO_LARGE;
    (*turn)++;
    return *turn % 5 == 1 ? SINK_BUSY : *turn % 7 == 2 ? SINK_TAKES_SILENTLY : SINK_TAKES;
}

static void run(size_t setup, const char *what)
{
    unsigned turn = 0;
    int status;

    life_anew();
    sink.decide = decide_by_turns;
    sink.script = &turn;
    status = life_run(two_lives, &setup);
    if (!shared->finished)
        fail_msg("set-up %d: %s %d, %d in a row: the process ended with %x", (int)setup, what,
                 (int)(memory.at + disk.at), (int)(memory.times + disk.times), (unsigned)status);
    if (OWN_MALLOC && shared->numbers[2] != 0)
        fail_msg("set-up %d: %s %d, %d in a row: %d blocks leak", (int)setup, what,
                 (int)(memory.at + disk.at), (int)(memory.times + disk.times),
                 (int)shared->numbers[2]);
    life_check(memory.at + disk.at);
}

/* Let each of the first so many fail in turn: alone, and with those behind it. In `make test` not
 * each, but others in each set-up. */
static void each_in_turn(struct failure *f, size_t setup, uint64_t n, uint64_t some,
                         const char *what)
{
    uint64_t step = getenv("SEEDS") || n <= some ? 1 : n / some;

    assert_true(n > 5);
    for (f->at = 1 + setup % step; f->at <= n; f->at += step) {
        f->times = f->at % 2 ? 1 : 1 + f->at % 9;
        run(setup, what);
    }
    f->at = f->times = 0;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    if (!OWN_MALLOC)
        skip();
    for (size_t setup = 0; setup < SETUPS; setup++) {
        uint64_t n;

        run(setup, "nothing");
        n = shared->numbers[0];
        print_message("  set-up %d: %d allocations\n", (int)setup, (int)n);
        each_in_turn(&memory, setup, n, 14, "allocation");
    }
}

static void every_write_and_sync_may_fail(void **state)
{
    static const int errors[] = {EIO, ENOSPC};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        disk_error = errors[i];
        run(1, "nothing");
        print_message("  %d writes and syncs\n", (int)shared->numbers[1]);
        each_in_turn(&disk, 1, shared->numbers[1], 8, "write or sync");
    }
}

static void the_clock_may_jump(void **state)
{
    (void)state;
    atomic_store(&clock_jumps, true);
    for (size_t setup = 0; setup < SETUPS; setup++)
        for (int i = 0; i < 5; i++)
            run(setup, "clock");
    atomic_store(&clock_jumps, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_folder(every_allocation_may_fail),
        test_with_folder(every_write_and_sync_may_fail),
        test_with_folder(the_clock_may_jump),
    };

    find_loader();
    life_open();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
