/* flusher_c_null - take everything and keep nothing, to measure what comes before a flusher. */
#include <ilf/flusher.h>

static ilf_status flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    (void)self;
    (void)batch;
    (void)err;
    return ILF_OK;
}

static ilf_status export_events(void *self, const ilf_event_batch *batch, ilf_error *err)
{
    (void)self;
    (void)batch;
    (void)err;
    return ILF_OK;
}

const ilf_flusher_ops ilf_flusher_null = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_c_null",
    .description = "discards everything, to measure what comes before a flusher",
    .flush = flush,
    .export_events = export_events,
};
