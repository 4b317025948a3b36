/* The options that every flusher has beside its own. */
#include "common_options.h"

#include "option_default.h"

#define RETRY_OPTIONS(max_retry_flags)                                                             \
    ILF_OPTION(BOOL, struct ilf__retry_options, enable, "Enable", "true",                          \
               "try again when the sink may take the batch later"),                                \
        ILF_OPTION(INT, struct ilf__retry_options, max_retry_times, "MaxRetryTimes", "-1",         \
                   "retries of a batch before it is dropped; -1: no limit",                        \
                   .flags = (max_retry_flags), .min = -1, .max = 1e9),                             \
        ILF_OPTION(DURATION, struct ilf__retry_options, initial_delay, "InitialDelay", "1s",       \
                   "maximum pause before the first retry; doubles with each", .min = 1e6,          \
                   .max = 86400e9),                                                                \
        ILF_OPTION(DURATION, struct ilf__retry_options, max_delay, "MaxDelay", "30s",              \
                   "maximum pause", .min = 1e6, .max = 86400e9)

#define STOP_TIMEOUT                                                                               \
    ILF_OPTION(DURATION, struct ilf__common_options, stop_timeout, "StopTimeout", "20s",           \
               "how long a stopping pipeline goes on trying; the host allows 30s for all of it",   \
               .max = 3600e9)

#define TABLE(member, option_name, option_help, option_table)                                      \
    ILF_OPTION(TABLE, struct ilf__common_options, member, option_name, NULL, option_help,          \
               .table = (option_table))

/* --- Of direct flushers ------------------------------------------------------------------------ */

static const ilf_option direct_retry[] = {RETRY_OPTIONS(0), {0}};

static const ilf_option direct[] = {
    TABLE(retry, "Retry", "when the sink can't take a batch now", direct_retry),
    STOP_TIMEOUT,
    {0},
};

/* --- Of delivered flushers --------------------------------------------------------------------- */

static const ilf_option retry[] = {
    RETRY_OPTIONS(ILF__OPT_UNSET),
    ILF_OPTION(DURATION, struct ilf__retry_options, max_retry_after, "MaxRetryAfter", "5m",
               "maximum pause that the sink can ask for (Retry-After)", .max = 86400e9),
    ILF_OPTION(DURATION, struct ilf__retry_options, max_age, "MaxAge", "0",
               "records older than this are not sent any more; 0: no limit", .max = 31536000e9),
    ILF_OPTION(MAP, struct ilf__retry_options, actions, "Actions", NULL,
               "by the sink's code, as {\"4xx\":\"dead-letter\",\"429\":\"retry\"}: retry, drop, "
               "dead-letter or split"),
    {0},
};

static const ilf_option batch[] = {
    ILF_OPTION(SIZE, struct ilf__batch_options, max_bytes, "MaxBytes", "1MiB",
               "payloads are closed at this size", .flags = ILF__OPT_UNSET, .min = 1, .max = 1e9),
    ILF_OPTION(INT, struct ilf__batch_options, max_records, "MaxRecords", "0",
               "payloads are closed at this number of records; 0: no limit",
               .flags = ILF__OPT_UNSET, .min = 0, .max = 1e9),
    ILF_OPTION(DURATION, struct ilf__batch_options, max_age, "MaxAge", "1s",
               "how long a record waits for others; 0: not at all, and never with a spool",
               .flags = ILF__OPT_UNSET, .min = 0, .max = 86400e9),
    {0},
};

static const char *const when_full[] = {"block", "drop-newest", "drop-oldest", NULL};

static const ilf_option queue[] = {
    ILF_OPTION(SIZE, struct ilf__queue_options, max_bytes, "MaxBytes", "64MiB",
               "memory of the records that wait; ready for more below half of it", .min = 1,
               .max = 1e15),
    ILF_OPTION(INT, struct ilf__queue_options, max_records, "MaxRecords", "0",
               "their number; 0: no limit", .flags = ILF__OPT_UNSET, .min = 0, .max = 1e15),
    ILF_OPTION(ENUM, struct ilf__queue_options, when_full, "WhenFull", "block",
               "what to do when there is no room, in memory or in the spool",
               .flags = ILF__OPT_UNSET, .choices = when_full),
    {0},
};

static const char *const orders[] = {"none", "key", "all", NULL};
static const char *const strategies[] = {"failover", "round-robin", NULL};

static const ilf_option delivery[] = {
    ILF_OPTION(INT, struct ilf__delivery_options, concurrency, "Concurrency", "4",
               "maximum of payloads in flight", .flags = ILF__OPT_UNSET, .min = 1, .max = 1024),
    ILF_OPTION(BOOL, struct ilf__delivery_options, adaptive, "Adaptive", "true",
               "begin with few and adapt their number to what the sink can take"),
    ILF_OPTION(ENUM, struct ilf__delivery_options, order, "Order", "none",
               "which records keep their order: none, those of a key, or all", .choices = orders),
    ILF_OPTION(ENUM, struct ilf__delivery_options, endpoints, "Endpoints", "failover",
               "of several equal servers, the first that works, or each in turn",
               .choices = strategies),
    {0},
};

static const ilf_option rate[] = {
    ILF_OPTION(FLOAT, struct ilf__rate_options, records, "Records", "0",
               "records a second at most; 0: no limit", .min = 0, .max = 1e12),
    ILF_OPTION(SIZE, struct ilf__rate_options, bytes, "Bytes", "0",
               "bytes a second at most; 0: no limit", .min = 0, .max = 1e15),
    {0},
};

static const ilf_option breaker[] = {
    ILF_OPTION(INT, struct ilf__breaker_options, failures, "Failures", "5",
               "failures in a row that open the circuit of an endpoint; 0: never", .min = 0,
               .max = 1e9),
    ILF_OPTION(
        DURATION, struct ilf__breaker_options, open_time, "OpenTime", "1s",
        "how long it is open before a probe, which is one payload; doubles with each that fails",
        .min = 1e6, .max = 86400e9),
    ILF_OPTION(DURATION, struct ilf__breaker_options, max_open_time, "MaxOpenTime", "30s",
               "maximum of that time", .min = 1e6, .max = 86400e9),
    {0},
};

static const char *const syncs[] = {"batch", "interval", "never", NULL};

static const ilf_option spool[] = {
    ILF_OPTION(STR, struct ilf__spool_options, path, "Path", "",
               "a folder that holds the records until they are delivered; empty: no spool"),
    ILF_OPTION(SIZE, struct ilf__spool_options, max_bytes, "MaxBytes", "1GiB",
               "maximum of what it holds", .min = 1 << 20, .max = 1e15),
    ILF_OPTION(ENUM, struct ilf__spool_options, sync, "Sync", "batch",
               "when it is written through to the disk", .choices = syncs),
    ILF_OPTION(DURATION, struct ilf__spool_options, sync_interval, "SyncInterval", "500ms",
               "the interval", .min = 1e6, .max = 3600e9),
    {0},
};

static const ilf_option dead_letters[] = {
    ILF_OPTION(STR, struct ilf__deadletter_options, path, "Path", "",
               "a file for records that can't be delivered; empty: they are dropped, counted and "
               "logged"),
    ILF_OPTION(SIZE, struct ilf__deadletter_options, max_bytes, "MaxBytes", "64MiB",
               "a file that would grow beyond it becomes PATH.1; 0: no limit", .min = 0,
               .max = 1e15),
    ILF_OPTION(INT, struct ilf__deadletter_options, max_files, "MaxFiles", "4", "old files to keep",
               .min = 0, .max = 1000),
    {0},
};

static const ilf_option delivered[] = {
    TABLE(batch, "Batch", "which records are sent together", batch),
    TABLE(queue, "Queue", "the records that wait in memory", queue),
    TABLE(delivery, "Delivery", "how payloads are sent", delivery),
    TABLE(retry, "Retry", "when the sink can't take a payload now", retry),
    TABLE(rate, "RateLimit", "bounds of what is sent", rate),
    TABLE(breaker, "Breaker", "endpoints that can't be reached", breaker),
    TABLE(spool, "Spool", "the records that wait on disk", spool),
    TABLE(dead_letters, "DeadLetters", "records that can't be delivered", dead_letters),
    STOP_TIMEOUT,
    ILF_OPTION(DURATION, struct ilf__common_options, handover_timeout, "HandoverTimeout", "10m",
               "how long records that a reload finds undelivered wait for the pipeline's next "
               "instance; they are sent meanwhile",
               .max = 86400e9),
    {0},
};

const ilf_option *ilf__common_options(const ilf_flusher_ops *ops)
{
    return ops->send ? delivered : direct;
}

static void tune_int(int64_t *option, int64_t value)
{
    if (*option == ILF__UNSET_INT && value != 0)
        *option = value;
}

/* What the option Batch.MaxAge may be at most. */
#define MAX_AGE INT64_C(86400000000000)

static int64_t at_most(uint64_t n, int64_t bound)
{
    return n > (uint64_t)bound ? bound : (int64_t)n;
}

void ilf__tune(struct ilf__common_options *options, const ilf_flusher_ops *ops,
               const ilf_tuning *tuning)
{
    if (ops->send) {
        if (options->batch.max_bytes == ILF__UNSET_SIZE && tuning->max_payload_bytes > 0)
            options->batch.max_bytes = (uint64_t)at_most(tuning->max_payload_bytes, 1000000000);
        tune_int(&options->batch.max_records, at_most(tuning->max_payload_records, 1000000000));
        tune_int(&options->batch.max_age,
                 tuning->max_payload_age < 0 ? -1
                                             : at_most((uint64_t)tuning->max_payload_age, MAX_AGE));
        if (options->batch.max_age < 0 && options->batch.max_age != ILF__UNSET_INT)
            options->batch.max_age = 0;
        tune_int(&options->delivery.concurrency, at_most(tuning->concurrency, 1024));
        tune_int(&options->retry.max_retry_times, tuning->max_retry_times);
        tune_int(&options->queue.max_records, at_most(tuning->queue_records, INT64_MAX));
        if (options->queue.when_full == ILF__UNSET_ENUM && tuning->drop_newest)
            options->queue.when_full = ILF__DROP_NEWEST;
    }
    ilf__set_defaults(ilf__common_options(ops), options);
}
