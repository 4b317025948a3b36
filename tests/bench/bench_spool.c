/* Benchmarks of the spool, each against plain writes of the same bytes into a file of the same
 * folder with the same syncs. Rows as in bench.c. Spool and floor take turns on fresh files; the
 * figure is the best of the rounds. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "spool.h"

enum { MEGABYTE = 1 << 20, PER_CALL = 8, ROUNDS = 5, CYCLES = 500, CYCLE_SIZE = 64 << 10 };

static char folder[4096], file[4200];
static struct ilf__payload *batch[PER_CALL]; /* a megabyte each */

static struct ilf__payload *payload(size_t len)
{
    const ilf_record_end end = {(uint32_t)len, 1};
    char *bytes = malloc(len);
    struct ilf__payload *p;
    ilf_payload like = {.struct_size = sizeof(like), .ends = &end, .n_records = 1, .n_events = 1};

    if (!bytes)
        die("payload", "out of memory");
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)(i * 2654435761u >> 24);
    like.bytes = (ilf_str){bytes, len};
    p = ilf__payload_copy(&like, 0);
    free(bytes);
    if (!p)
        die("payload", "out of memory");
    return p;
}

static void clean(void)
{
    static const char *const names[] = {"data.mdb", "lock", "raw"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(file, sizeof(file), "%s/%s", folder, names[i]);
        (void)unlink(file);
    }
    sync(); /* what is left of the last round is not to be paid by the next */
}

static struct ilf__spool *open_spool(int sync)
{
    const struct ilf__spool_options options = {folder, (uint64_t)8 << 30, sync, 0, ""};
    struct ilf__spool *spool;
    ilf_error err;

    if (ilf__spool_open(&spool, &options, "bench", NULL, NULL, &err) != ILF_OK)
        die("open", err.text);
    return spool;
}

static void append(struct ilf__spool *spool, struct ilf__payload **payloads, size_t n)
{
    ilf_error err;

    if (ilf__spool_append(spool, payloads, n, NULL, &err) != ILF_OK)
        die("append", err.text);
}

static double write_spool(int calls, int sync)
{
    struct ilf__spool *spool = open_spool(sync);
    double start = now(CLOCK_MONOTONIC);

    for (int i = 0; i < calls; i++)
        append(spool, batch, PER_CALL);
    start = now(CLOCK_MONOTONIC) - start;
    ilf__spool_close(spool, NULL);
    return start;
}

static double write_raw(int calls, int sync)
{
    double start;
    int fd;

    (void)snprintf(file, sizeof(file), "%s/raw", folder);
    fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0)
        die("raw", strerror(errno));
    start = now(CLOCK_MONOTONIC);
    for (int i = 0; i < calls; i++) {
        for (int j = 0; j < PER_CALL; j++)
            if (write(fd, batch[j]->shown.bytes.ptr, MEGABYTE) != MEGABYTE)
                die("raw", strerror(errno));
        if (sync == ILF__SYNC_BATCH && fdatasync(fd) != 0)
            die("raw", strerror(errno));
    }
    start = now(CLOCK_MONOTONIC) - start;
    close(fd);
    return start;
}

/* Read all and remove it in steps, as delivery does. */
static double read_spool(size_t payloads)
{
    struct ilf__spool *spool = open_spool(ILF__SYNC_NEVER);
    uint64_t done[64];
    size_t n = 0, all = 0;
    double start = now(CLOCK_MONOTONIC);
    struct ilf__payload *p;
    ilf_error err;

    for (; ilf__spool_next(spool, &p, folder, &err) == ILF_OK && p; all++) {
        done[n++] = p->sequence;
        free(p);
        if (n == 64 && ilf__spool_remove(spool, done, n, &err) == ILF_OK)
            n = 0;
    }
    if (all != payloads || ilf__spool_remove(spool, done, n, &err) != ILF_OK)
        die("read", "not all came back");
    start = now(CLOCK_MONOTONIC) - start;
    ilf__spool_close(spool, NULL);
    return start;
}

static void better(double *best, double taken)
{
    if (*best == 0 || taken < *best)
        *best = taken;
}

static void bench_write(const char *write_name, const char *read_name, int calls, int sync)
{
    double spool = 0, raw = 0, back = 0, bytes = (double)calls * PER_CALL * MEGABYTE / 1e6;

    for (int i = 0; i < ROUNDS; i++) {
        clean();
        better(&spool, write_spool(calls, sync));
        better(&back, read_spool((size_t)calls * PER_CALL));
        clean();
        better(&raw, write_raw(calls, sync));
    }
    row(write_name, bytes / spool, "MB/s", bytes / raw, raw / spool);
    if (read_name)
        row(read_name, bytes / back, "MB/s", bytes / raw, raw / back);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* Microseconds of appending, reading and removing one payload, with the backlog before and behind:
 * the median, as some cycles meet the system writing its pages back. */
static double cycle(struct ilf__spool *spool, struct ilf__payload *p)
{
    static double taken[CYCLES];
    struct ilf__payload *first;
    ilf_error err;

    for (int i = 0; i < CYCLES; i++) {
        double start = now(CLOCK_MONOTONIC);

        append(spool, &p, 1);
        if (ilf__spool_next(spool, &first, folder, &err) != ILF_OK || !first ||
            ilf__spool_remove(spool, &first->sequence, 1, &err) != ILF_OK)
            die("cycle", err.text);
        free(first);
        taken[i] = now(CLOCK_MONOTONIC) - start;
    }
    qsort(taken, CYCLES, sizeof(*taken), compare);
    return taken[CYCLES / 2] * 1e6;
}

static void bench_backlog(size_t size, const char *const names[3])
{
    static const size_t megabytes[] = {1, 100, 1024};
    struct ilf__payload *p = payload(size), *many[64];
    double first = 0, opened = 0;
    uint64_t bytes = 0;

    clean();
    for (size_t i = 0; i < 64; i++)
        many[i] = p;
    for (size_t i = 0; i < 3; i++) {
        struct ilf__spool *spool = open_spool(ILF__SYNC_NEVER);
        double taken;

        while (bytes < (uint64_t)megabytes[i] * MEGABYTE) {
            append(spool, many, size > 10000 ? 8 : 64);
            bytes += size * (size > 10000 ? 8 : 64);
        }
        taken = cycle(spool, p);
        first = i == 0 ? taken : first;
        row(names[i], taken, "us", first, taken / first);
        ilf__spool_close(spool, folder);
    }
    for (int i = 0; i < 3; i++) {
        double start = now(CLOCK_MONOTONIC);
        struct ilf__spool *spool = open_spool(ILF__SYNC_NEVER);

        better(&opened, now(CLOCK_MONOTONIC) - start);
        ilf__spool_close(spool, NULL);
    }
    row(size > 10000 ? "spool_open_1gb_of_64k" : "spool_open_1gb_of_1k", opened * 1e3, "ms", 1000,
        opened);
    free(p);
    clean();
}

int main(int argc, char **argv)
{
    static const char *const large[] = {"spool_cycle_64k_at_1mb", "spool_cycle_64k_at_100mb",
                                        "spool_cycle_64k_at_1gb"};
    static const char *const small[] = {"spool_cycle_1k_at_1mb", "spool_cycle_1k_at_100mb",
                                        "spool_cycle_1k_at_1gb"};

    (void)snprintf(folder, sizeof(folder), "%s/bench_spool.XXXXXX", argc > 1 ? argv[1] : ".");
    if (!mkdtemp(folder))
        die(folder, strerror(errno));
    for (size_t i = 0; i < PER_CALL; i++)
        batch[i] = payload(MEGABYTE);
    bench_write("spool_write_sync_batch", NULL, 32, ILF__SYNC_BATCH);
    bench_write("spool_write_sync_never", "spool_read", 32, ILF__SYNC_NEVER);
    bench_backlog(CYCLE_SIZE, large);
    bench_backlog(1000, small);
    (void)rmdir(folder);
    for (size_t i = 0; i < PER_CALL; i++)
        free(batch[i]);
    return 0;
}
