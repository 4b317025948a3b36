/* flusher_c_sleep - take its time and keep nothing, to see what a slow sink does to a pipeline. */
#include <ilf/flusher.h>

#include "common/sleep.h"

struct sleep_flusher {
    int64_t sleep_ms;
    const ilf_host *host;
};

static const ilf_option options[] = {
    ILF_OPTION(INT, struct sleep_flusher, sleep_ms, "SleepMS", "0",
               "milliseconds to sleep: per batch of logs, per non-empty group of events", .min = 0,
               .max = 86400000),
    {0},
};

static ilf_status init(void *self, const ilf_host *host, ilf_error *err)
{
    (void)err;
    ((struct sleep_flusher *)self)->host = host;
    return ILF_OK;
}

static ilf_status flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    const struct sleep_flusher *f = self;

    (void)batch;
    (void)err;
    ilf__sleep_ms(f->host, f->sleep_ms);
    return ILF_OK;
}

static ilf_status export_events(void *self, const ilf_event_batch *batch, ilf_error *err)
{
    const struct sleep_flusher *f = self;

    (void)err;
    for (size_t i = 0; i < batch->n_groups; i++)
        if (batch->groups[i].n_events > 0)
            ilf__sleep_ms(f->host, f->sleep_ms);
    return ILF_OK;
}

const ilf_flusher_ops ilf_flusher_sleep = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_c_sleep",
    .description = "sleeps instead of sending, to act as a slow sink in tests",
    .instance_size = sizeof(struct sleep_flusher),
    .options = options,
    .init = init,
    .flush = flush,
    .export_events = export_events,
};
