/* One of the plugins that bench.c loads: -DNUMBER=n makes flusher_bench_n, which discards all. */
#include <ilf/flusher.h>

#define TEXT(number) #number
#define NAME_OF(number) "flusher_bench_" TEXT(number)

static ilf_status flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    (void)self;
    (void)batch;
    (void)err;
    return ILF_OK;
}

static const ilf_flusher_ops ops = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = NAME_OF(NUMBER),
    .description = "discards everything",
    .flush = flush,
};

ILF_PLUGIN(ops);
