/* flusher_c_statistics - tell in the agent's log how fast data comes, and keep nothing of it. */
#include <ilf/flusher.h>

#include "common/sleep.h"

enum { DEFAULT_RATE_MS = 1000 };

struct statistics_flusher {
    int64_t sleep_ms;
    int64_t rate_ms;
    bool generate_pb;

    const ilf_host *host;
    uint64_t since; /* when the numbers below were zero, in nanoseconds */
    uint64_t bytes, logs, groups;
};

static const ilf_option options[] = {
    ILF_OPTION(INT, struct statistics_flusher, rate_ms, "RateIntervalMs", "1000",
               "milliseconds between two lines in the log, at least; 0: 1000", .min = 0,
               .max = 86400000),
    ILF_OPTION(BOOL, struct statistics_flusher, generate_pb, "GeneratePB", "false",
               "count bytes as protobuf takes them; false: bytes of keys and values"),
    ILF_OPTION(INT, struct statistics_flusher, sleep_ms, "SleepMsPerLogGroup", "0",
               "milliseconds to sleep for each group, to act as a slow sink", .min = 0,
               .max = 86400000),
    {0},
};

static ilf_status init(void *self, const ilf_host *host, ilf_error *err)
{
    struct statistics_flusher *f = self;

    (void)err;
    f->host = host;
    f->since = host->now(host->context);
    if (f->rate_ms == 0)
        f->rate_ms = DEFAULT_RATE_MS;
    return ILF_OK;
}

/* --- Size as protobuf (https://protobuf.dev/programming-guides/encoding/) ----------------------
 */

static uint64_t varint_size(uint64_t n)
{
    uint64_t size = 1;

    while (n >= 0x80) {
        n >>= 7;
        size++;
    }
    return size;
}

/* A field with a length in front; all numbers of sls_logs.proto fit a tag of one byte. */
static uint64_t field_size(uint64_t len)
{
    return 1 + varint_size(len) + len;
}

static uint64_t log_size(const ilf_log *log)
{
    uint64_t size = 1 + varint_size(log->time) + (log->flags & ILF_LOG_HAS_TIME_NS ? 5 : 0);

    for (size_t i = 0; i < log->n_contents; i++)
        size += field_size(field_size(log->contents[i].key.len) +
                           field_size(log->contents[i].value.len));
    for (size_t i = 0; i < log->n_values; i++)
        size += field_size(log->values[i].len);
    return size;
}

static uint64_t group_size(const ilf_group *group)
{
    uint64_t size = field_size(group->category.len) + field_size(group->topic.len) +
                    field_size(group->source.len) + field_size(group->machine_uuid.len);

    for (size_t i = 0; i < group->n_logs; i++)
        size += field_size(log_size(&group->logs[i]));
    for (size_t i = 0; i < group->n_tags; i++)
        size +=
            field_size(field_size(group->tags[i].key.len) + field_size(group->tags[i].value.len));
    return size;
}

/* --------------------------------------------------------------------------------------------- */

static void tell(struct statistics_flusher *f)
{
    uint64_t now = f->host->now(f->host->context);
    double seconds;

    if (now < f->since) { /* the clock was set back */
        f->since = now;
        return;
    }
    if (now - f->since < (uint64_t)f->rate_ms * 1000000)
        return;
    seconds = (double)(now - f->since) / 1e9;
    ilf_logf(f->host, ILF_LEVEL_INFO,
             "statistics: current rate(MB): %.3f, log tps: %.1f, loggroup tps: %.1f",
             (double)f->bytes / 1048576 / seconds, (double)f->logs / seconds,
             (double)f->groups / seconds);
    f->since = now;
    f->bytes = f->logs = f->groups = 0;
}

static ilf_status flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    struct statistics_flusher *f = self;

    (void)err;
    if (!f->generate_pb)
        f->bytes += batch->n_bytes;
    for (size_t i = 0; i < batch->n_groups; i++) {
        if (f->generate_pb)
            f->bytes += group_size(&batch->groups[i]);
        f->logs += batch->groups[i].n_logs;
        f->groups++;
        ilf__sleep_ms(f->host, f->sleep_ms);
    }
    tell(f);
    return ILF_OK;
}

static ilf_status export_events(void *self, const ilf_event_batch *batch, ilf_error *err)
{
    struct statistics_flusher *f = self;

    (void)err;
    f->bytes += batch->n_bytes;
    for (size_t i = 0; i < batch->n_groups; i++) {
        f->logs += batch->groups[i].n_events;
        f->groups++;
        ilf__sleep_ms(f->host, f->sleep_ms);
    }
    tell(f);
    return ILF_OK;
}

const ilf_flusher_ops ilf_flusher_statistics = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_c_statistics",
    .description = "logs the rate of logs, groups and bytes, and discards them",
    .instance_size = sizeof(struct statistics_flusher),
    .options = options,
    .init = init,
    .flush = flush,
    .export_events = export_events,
};
