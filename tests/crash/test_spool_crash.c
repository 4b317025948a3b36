/* The spool against kill -9 and power cuts: seeded runs in child processes that die at a named point,
 * which may lie within LMDB's own writes. Built with -DILF_POINTS. */
#include "spool_test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "point.h"

enum { NUMBERS = 200, STEPS = 60, LOG_SIZE = 8 << 20, MAX_WRITES = 4096, PAGE = 4096 };

/* What the child tells the parent, up to its last moment. */
struct shared {
    char acked[NUMBERS];    /* append has returned */
    char removing[NUMBERS]; /* remove was called: it may come or not */
    char removed[NUMBERS];  /* remove has returned */
    uint64_t next;          /* numbers that were given to append */
    size_t points;          /* passed */
    size_t failures;        /* of the child's own checks */
    bool finished;

    /* Writes to the store since its last sync, for power cuts. */
    size_t n_writes, used;
    struct {
        off_t offset;
        size_t len, at;
    } writes[MAX_WRITES];
    char bytes[LOG_SIZE];
};

static struct shared *shared;
static bool mirrored; /* a power cut is to be simulated */
static char mirror_path[600];

/* --- Between LMDB and the disk ----------------------------------------------------------------- */

/* LMDB finds these before those of libc. */
#define SEEN __attribute__((visibility("default")))
SEEN ssize_t pwrite(int fd, const void *buf, size_t len, off_t offset);
SEEN ssize_t writev(int fd, const struct iovec *iov, int n);
SEEN int fdatasync(int fd);

/* Bytes that a sync has made durable. */
static void to_mirror(const char *bytes, size_t len, off_t offset)
{
    int fd = open(mirror_path, O_WRONLY | O_CREAT, 0600);

    if (fd < 0 || syscall(SYS_pwrite64, fd, bytes, len, offset) != (long)len)
        abort();
    close(fd);
}

static void note_write(int fd, const char *bytes, size_t len, off_t offset)
{
    if (!mirrored)
        return;
    if (fcntl(fd, F_GETFL) & O_DSYNC) {
        to_mirror(bytes, len, offset);
        return;
    }
    if (shared->n_writes == MAX_WRITES || shared->used + len > LOG_SIZE)
        abort();
    shared->writes[shared->n_writes].offset = offset;
    shared->writes[shared->n_writes].len = len;
    shared->writes[shared->n_writes].at = shared->used;
    memcpy(shared->bytes + shared->used, bytes, len);
    shared->used += len;
    shared->n_writes++;
}

ssize_t pwrite(int fd, const void *buf, size_t len, off_t offset)
{
    ILF__POINT("disk-write");
    note_write(fd, buf, len, offset);
    return syscall(SYS_pwrite64, fd, buf, len, offset);
}

ssize_t writev(int fd, const struct iovec *iov, int n)
{
    off_t offset = lseek(fd, 0, SEEK_CUR);
    ssize_t total = 0;

    for (int i = 0; i < n; i++) {
        if (pwrite(fd, iov[i].iov_base, iov[i].iov_len, offset) != (ssize_t)iov[i].iov_len)
            return -1;
        offset += (off_t)iov[i].iov_len;
        total += (ssize_t)iov[i].iov_len;
    }
    return lseek(fd, offset, SEEK_SET) < 0 ? -1 : total;
}

/* Does not wait for the disk: the process is killed, not the machine. */
int fdatasync(int fd)
{
    (void)fd;
    ILF__POINT("disk-sync");
    for (size_t i = 0; mirrored && i < shared->n_writes; i++)
        to_mirror(shared->bytes + shared->writes[i].at, shared->writes[i].len,
                  shared->writes[i].offset);
    shared->n_writes = shared->used = 0;
    ILF__POINT("disk-synced");
    return 0;
}

/* The disk after a power cut: what was synced, and of the rest some pages, as luck has it. */
static void cut_power(uint64_t *random)
{
    for (size_t i = 0; i < shared->n_writes; i++)
        for (size_t at = 0; at < shared->writes[i].len; at += PAGE) {
            size_t left = shared->writes[i].len - at;

            if (test_random(random) % 2)
                to_mirror(shared->bytes + shared->writes[i].at + at, left < PAGE ? left : PAGE,
                          shared->writes[i].offset + (off_t)at);
        }
    if (access(mirror_path, F_OK) == 0)
        assert_int_equal(0, rename(mirror_path, test_path("s/data.mdb")));
    else
        (void)unlink(test_path("s/data.mdb"));
}

/* --- The child ---------------------------------------------------------------------------------- */

struct held {
    uint64_t sequence, number;
};

static void append_some(struct ilf__spool *spool, uint64_t *random, struct held *held, size_t *n)
{
    struct ilf__payload *batch[8];
    size_t count = test_random(random) % 8 + 1;
    uint64_t first = shared->next;
    ilf_error err;

    if (first + count > NUMBERS)
        return;
    for (size_t i = 0; i < count; i++) {
        size_t size = test_random(random) % 4 ? 400 : 9000;

        batch[i] = test_numbered(first + i, test_random(random) % size + 8);
    }
    shared->next = first + count;
    if (ilf__spool_append(spool, batch, count, &owner_a, &err) != ILF_OK)
        shared->failures++;
    for (size_t i = 0; i < count; i++) {
        shared->acked[first + i] = 1;
        held[(*n)++] = (struct held){batch[i]->sequence, first + i};
        free(batch[i]);
    }
}

static void remove_some(struct ilf__spool *spool, uint64_t *random, struct held *held, size_t *n)
{
    size_t count = test_random(random) % 6, from = test_random(random) % 3 ? 0 : *n / 2;
    uint64_t sequences[6];
    ilf_error err;

    count = from + count > *n ? *n - from : count;
    for (size_t i = 0; i < count; i++) {
        sequences[i] = held[from + i].sequence;
        shared->removing[held[from + i].number] = 1;
    }
    if (ilf__spool_remove(spool, sequences, count, &err) != ILF_OK)
        shared->failures++;
    for (size_t i = 0; i < count; i++)
        shared->removed[held[from + i].number] = 1;
    memmove(held + from, held + from + count, (*n - from - count) * sizeof(*held));
    *n -= count;
}

/* Replace one by the same number in another length. */
static void replace_one(struct ilf__spool *spool, uint64_t *random, struct held *held, size_t n)
{
    struct ilf__payload *part;
    ilf_error err;
    size_t i;

    if (n == 0)
        return;
    i = test_random(random) % n;
    part = test_numbered(held[i].number, test_random(random) % 5000 + 8);
    if (ilf__spool_replace(spool, held[i].sequence, &part, 1, &err) != ILF_OK)
        shared->failures++;
    held[i].sequence = part->sequence;
    free(part);
}

static void child(uint64_t seed, const struct ilf__spool_options *options)
{
    struct ilf__spool *spool = NULL;
    struct held held[NUMBERS];
    uint64_t random = seed + 1;
    size_t n = 0;
    ilf_error err;

    if (ilf__spool_open(&spool, options, "flusher_c_x", test_spool_tell, &owner_a, &err) != ILF_OK)
        _exit(1);
    for (int i = 0; i < STEPS; i++)
        switch (test_random(&random) % 5) {
        case 0:
        case 1:
            append_some(spool, &random, held, &n);
            break;
        case 2:
        case 3:
            remove_some(spool, &random, held, &n);
            break;
        default:
            replace_one(spool, &random, held, n);
        }
    ilf__spool_close(spool, &owner_a);
    shared->finished = true;
    _exit(0);
}

/* --- The parent --------------------------------------------------------------------------------- */

static const char *const points[] = {"spool-append", "spool-commit",  "spool-committed",
                                     "spool-remove", "spool-replace", "disk-write",
                                     "disk-sync",    "disk-synced"};
enum { POINTS = sizeof(points) / sizeof(points[0]) };

static uint64_t kills_at[POINTS]; /* in all tests */

/* Run a child that dies at a point; true if it came to it. */
static bool run_and_kill(uint64_t seed, const struct ilf__spool_options *options)
{
    const char *point = points[seed % POINTS];
    uint64_t random = seed + 77;
    int status;
    char at[64];
    pid_t pid;

    memset(shared, 0, offsetof(struct shared, bytes));
    test_remove(test_path("s"));
    (void)unlink(mirror_path);
    (void)snprintf(at, sizeof(at), "%s:%d", point,
                   (int)(test_random(&random) % (point[0] == 'd' ? 200 : 30)) + 1);
    setenv("ILF_CRASH_AT", at, 1);
    pid = fork();
    if (pid == 0)
        child(seed, options);
    assert_int_equal(pid, waitpid(pid, &status, 0));
    unsetenv("ILF_CRASH_AT");
    assert_int_equal(0, shared->failures);
    if (shared->finished)
        return false;
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        fail_msg("seed %d: the child ended with %x", (int)seed, status);
    kills_at[seed % POINTS]++;
    return true;
}

/* What the spool holds must be what was acknowledged and not removed, in order. @returns: removed
 * ones may come back. */
static void check(uint64_t seed, const struct ilf__spool_options *options, bool returns)
{
    struct ilf__spool *spool;
    struct ilf__payload *p;
    char got[NUMBERS] = {0};
    int64_t last = -1;

    forget_log();
    spool = test_open_with(options, &owner_a);
    while ((p = test_next(spool, &owner_a))) {
        uint64_t number = test_number(p);

        assert_numbered(p);
        if (number >= shared->next || got[number] || (int64_t)number <= last)
            fail_msg("seed %d: number %d out of order, twice or unknown", (int)seed, (int)number);
        got[number] = 1;
        last = (int64_t)number;
        if (shared->removed[number] && !returns)
            fail_msg("seed %d: number %d is back after its removal", (int)seed, (int)number);
        free(p);
    }
    ilf__spool_close(spool, &owner_a);
    for (uint64_t i = 0; i < NUMBERS; i++)
        if (shared->acked[i] && !shared->removing[i] && !got[i])
            fail_msg("seed %d: number %d is lost", (int)seed, (int)i);
    /* A store that never held anything may be half made. */
    if (memchr(shared->acked, 1, NUMBERS))
        assert_string_equal("", spool_log.text);
}

static void run(uint64_t seeds, int sync, bool power)
{
    uint64_t died = 0;

    mirrored = power;
    (void)snprintf(mirror_path, sizeof(mirror_path), "%s", test_path("mirror"));
    for (uint64_t seed = 0; seed < seeds; seed++) {
        struct ilf__spool_options options = test_spool_options(test_path("s"));
        uint64_t random = seed + 5;

        options.sync = sync;
        options.sync_interval = 0; /* at every chance */
        mirrored = power;
        died += run_and_kill(seed, &options);
        mirrored = false;
        if (power)
            cut_power(&random);
        options.path = test_path("s");
        check(seed, &options, power);
    }
    assert_true(died > seeds / 2);
}

static void kill_loses_nothing_with_sync_batch(void **state)
{
    (void)state;
    run(test_seeds(400), ILF__SYNC_BATCH, false);
}

static void kill_loses_nothing_with_sync_interval(void **state)
{
    (void)state;
    run(test_seeds(400), ILF__SYNC_INTERVAL, false);
}

static void kill_loses_nothing_with_sync_never(void **state)
{
    (void)state;
    run(test_seeds(400), ILF__SYNC_NEVER, false);
}

static void a_power_cut_loses_nothing_with_sync_batch(void **state)
{
    (void)state;
    run(test_seeds(600), ILF__SYNC_BATCH, true);
}

static void children_have_come_to_every_point(void **state)
{
    (void)state;
    for (size_t i = 0; i < POINTS; i++) {
        print_message("  %6d kills at %s\n", (int)kills_at[i], points[i]);
        assert_true(kills_at[i] > 0);
    }
}

/* Let a child die at @at that reads all there is, and then read it; the numbers must be @count in
 * their order. Leaves the spool open. */
static struct ilf__spool *die_and_read(const char *at, int count)
{
    struct ilf__spool_options options = test_spool_options(test_path("s"));
    struct ilf__spool *spool;
    struct ilf__payload *p;
    int status, n = 0;
    pid_t pid;

    setenv("ILF_CRASH_AT", at, 1);
    pid = fork();
    if (pid == 0) {
        spool = test_open_with(&options, &owner_a);
        while ((p = test_next(spool, &owner_a)))
            free(p);
        _exit(0);
    }
    assert_int_equal(pid, waitpid(pid, &status, 0));
    unsetenv("ILF_CRASH_AT");
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    spool = test_open_with(&options, &owner_a);
    while ((p = test_next(spool, &owner_a))) {
        assert_int_equal(n++, test_number(p));
        free(p);
    }
    assert_int_equal(count, n);
    return spool;
}

/* The same for the rebuilding of a damaged store. */
static void kill_while_rebuilding_loses_nothing(void **state)
{
    static const char *const at[] = {"spool-rebuilt:1", "spool-set-aside:1", "disk-write:1",
                                     "disk-write:9",    "disk-write:20",     "disk-sync:1"};

    (void)state;
    for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
        struct ilf__spool *spool;
        size_t len;
        char *bytes;

        test_remove(test_path("s"));
        spool = test_open_spool(&owner_a);
        for (uint64_t j = 0; j < 100; j++)
            test_append(spool, test_numbered(j, 3000), &owner_a);
        ilf__spool_close(spool, &owner_a);
        bytes = test_read_file(test_path("s/data.mdb"), &len);
        bytes[16] ^= 1;
        test_write_file(test_path("s/data.mdb"), bytes, len);
        free(bytes);
        ilf__spool_close(die_and_read(at[i], 100), &owner_a);
    }
}

/* A payload that is damaged is kept in a file before it leaves the store. */
static void kill_while_a_payload_is_set_aside_loses_no_other(void **state)
{
    struct ilf__spool *spool = test_open_spool(&owner_a);
    char *bytes, *at;
    size_t len;

    (void)state;
    test_append(spool, test_numbered(0, 300), &owner_a);
    test_append(spool, test_text("hurt"), &owner_a);
    test_append(spool, test_numbered(1, 300), &owner_a);
    ilf__spool_close(spool, &owner_a);
    bytes = at = test_read_file(test_path("s/data.mdb"), &len);
    while ((at = memmem(at, len - (size_t)(at - bytes), "topichurt", 9)))
        *at++ ^= 1;
    test_write_file(test_path("s/data.mdb"), bytes, len);
    free(bytes);
    spool = die_and_read("spool-payload-set-aside:1", 2);
    assert_int_equal(1, test_stats(spool).damaged);
    ilf__spool_close(spool, &owner_a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_folder(kill_loses_nothing_with_sync_batch),
        test_with_folder(kill_loses_nothing_with_sync_interval),
        test_with_folder(kill_loses_nothing_with_sync_never),
        test_with_folder(a_power_cut_loses_nothing_with_sync_batch),
        cmocka_unit_test(children_have_come_to_every_point),
        test_with_folder(kill_while_rebuilding_loses_nothing),
        test_with_folder(kill_while_a_payload_is_set_aside_loses_no_other),
    };

    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
