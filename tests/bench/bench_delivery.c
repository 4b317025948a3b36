/* Benchmarks of delivery: what the queue costs by payload and by record, without a sink. */
#include <ilf/bridge.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "bench.h"
#include "instance.h"
#include "nginx.h"

enum { ROUNDS = 7, BATCHES = 50, LOGS = NGINX_GROUPS * NGINX_LOGS };

static struct nginx_batch nginx;

/* --- A flusher whose records are the bytes of each log, and whose sink takes all at once -------- */

struct null {
    const ilf_host *host;
};

static ilf_status init(void *self, const ilf_host *host, ilf_error *err)
{
    (void)err;
    ((struct null *)self)->host = host;
    return ILF_OK;
}

static ilf_str bytes_of(const ilf_log *log)
{
    const ilf_str *first = &log->contents[0].value, *last = &log->contents[9].value;

    return (ilf_str){first->ptr, (size_t)(last->ptr + last->len - first->ptr)};
}

static ilf_status encode(void *self, const ilf_batch *batch, const ilf_encoder *to, ilf_error *err)
{
    (void)self;
    (void)err;
    for (size_t g = 0; g < batch->n_groups; g++)
        for (size_t l = 1; l < batch->groups[g].n_logs; l++) {
            const ilf_record record = {.body = bytes_of(&batch->groups[g].logs[l]), .n_events = 1};
            ilf_status status = to->put(to->context, &record);

            if (status != ILF_OK)
                return status;
        }
    return ILF_OK;
}

static void send_null(void *self, const ilf_payload *payload)
{
    static const ilf_result ok = {.struct_size = sizeof(ok)};
    const ilf_host *host = ((struct null *)self)->host;

    host->complete(host->context, payload, &ok);
}

static const ilf_flusher_ops ops = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ops),
    .name = "flusher_bench",
    .description = "delivers to nowhere",
    .instance_size = sizeof(struct null),
    .init = init,
    .encode = encode,
    .send = send_null,
};

static ilf_flusher *flusher;

static void run(void)
{
    for (int i = 0; i < BATCHES; i++)
        flush(flusher, &nginx.batch);
}

static struct spent run_with(ilf_flusher *f, const char *config)
{
    struct spent spent = {0};

    flusher = start_made(f, "start", config);
    for (int i = 0; i < ROUNDS; i++)
        measure(&spent, run);
    ilf_flusher_free(flusher);
    return spent;
}

/* --- Dead letters that can't be written --------------------------------------------------------- */

static void send_rejected(void *self, const ilf_payload *payload)
{
    static const ilf_result rejected = {.struct_size = sizeof(rejected), .verdict = ILF_REJECT};
    const ilf_host *host = ((struct null *)self)->host;

    host->complete(host->context, payload, &rejected);
}

static const ilf_flusher_ops rejecting = {
    .abi = ILF_ABI,
    .struct_size = sizeof(rejecting),
    .name = "flusher_bench",
    .description = "is refused all",
    .instance_size = sizeof(struct null),
    .init = init,
    .encode = encode,
    .send = send_rejected,
};

static void no_log(void *context, ilf_level level, ilf_str text)
{
    (void)context;
    (void)level;
    (void)text;
}

/* The share of a core that a flusher with 10,000 payloads whose dead letters can't be written takes,
 * in percent, as measured for ten seconds; @locked: since another has the file locked, which is waited for. */
static double stuck_percent(bool locked)
{
    const ilf_host host = {.struct_size = sizeof(host), .log = no_log};
    char folder[] = "/tmp/ilf_bench.XXXXXX", path[64], config[256];
    double wall, cpu;
    ilf_flusher *f;
    int fd = -1;

    if (!mkdtemp(folder))
        die(folder, "can't be made");
    (void)snprintf(path, sizeof(path), "%s/dead", folder);
    (void)snprintf(config, sizeof(config),
                   "{\"Queue\":{\"MaxBytes\":\"1GiB\"},\"Batch\":{\"MaxRecords\":%d},"
                   "\"StopTimeout\":0,\"DeadLetters\":{\"Path\":\"%s\"}}",
                   LOGS * BATCHES / 10000, path);
    f = start_made(ilf__flusher_new(&rejecting, &host, NULL), "start", config);
    if (locked)
        fd = open(path, O_RDONLY | O_CLOEXEC);
    if (locked ? flock(fd, LOCK_EX) != 0 : unlink(path) != 0 || mkdir(path, 0700) != 0)
        die(path, "can't be kept from being written");
    for (int i = 0; i < BATCHES; i++)
        flush(f, &nginx.batch);
    (void)sleep(1); /* until all have their verdict */
    wall = now(CLOCK_MONOTONIC);
    cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    (void)sleep(10);
    cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    wall = now(CLOCK_MONOTONIC) - wall;
    ilf_flusher_free(f);
    if (fd >= 0)
        close(fd);
    (void)remove(path);
    (void)rmdir(folder);
    return cpu / wall * 100;
}

/* The floor: every record, or every megabyte, in memory of its own. */
static void copy(size_t block)
{
    for (int i = 0; i < BATCHES; i++)
        for (size_t g = 0; g < NGINX_GROUPS; g++) {
            char *to = NULL;
            size_t used = block;

            for (size_t l = 1; l < NGINX_LOGS; l++) {
                ilf_str bytes = bytes_of(&nginx.batch.groups[g].logs[l]);

                if (used + bytes.len > block) {
                    free(to);
                    to = malloc(block > bytes.len ? block : bytes.len);
                    used = 0;
                }
                if (!to)
                    die("floor", "out of memory");
                memcpy(to + used, bytes.ptr, bytes.len);
                __asm__ volatile("" : : "r"(to) : "memory");
                used += bytes.len;
            }
            free(to);
        }
}

static void copy_records(void)
{
    copy(0);
}

static void copy_megabytes(void)
{
    copy(1 << 20);
}

int main(void)
{
    struct spent large, small, null, floor_large = {0}, floor_small = {0};
    const double records = (double)BATCHES * (LOGS - NGINX_GROUPS);

    nginx_fill(&nginx);
    large = run_with(ilf__flusher_new(&ops, NULL, NULL), "{\"Queue\":{\"MaxBytes\":\"256MiB\"}}");
    small = run_with(ilf__flusher_new(&ops, NULL, NULL),
                     "{\"Queue\":{\"MaxBytes\":\"256MiB\"},\"Batch\":{\"MaxRecords\":1}}");
    null = run_with(ilf_flusher_new("flusher_c_null", NULL, NULL), "{}");
    for (int i = 0; i < ROUNDS; i++) {
        measure(&floor_large, copy_megabytes);
        measure(&floor_small, copy_records);
    }
    row("queue_ns_per_payload", small.cpu / records * 1e9, "ns CPU",
        floor_small.cpu / records * 1e9, small.cpu / floor_small.cpu);
    row("queue_ns_per_record", large.cpu / records * 1e9, "ns CPU", floor_large.cpu / records * 1e9,
        large.cpu / floor_large.cpu);
    row("delivered_null_records_per_s", records / large.wall, "records/s", records / null.wall,
        null.wall / large.wall);
    row("letters_stuck_cpu_percent", stuck_percent(false), "% of a core", 0, 0);
    row("letters_locked_cpu_percent", stuck_percent(true), "% of a core", 0, 0);
    return 0;
}
