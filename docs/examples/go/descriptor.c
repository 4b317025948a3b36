/* The C side of flusher_example_go: the tables. Their hooks are the functions that example.go
 * exports. */
#include "descriptor.h"

#include "_cgo_export.h"

static const ilf_option options[] = {
    ILF_OPTION(STR, struct instance, path, "Path", NULL, "append to this file",
               .flags = ILF_OPT_REQUIRED),
    {0},
};

static ilf_status init(void *self, const ilf_host *host, ilf_error *err)
{
    return goInit(self, (ilf_host *)host, err);
}

static ilf_status flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    return goFlush(self, (ilf_batch *)batch, err);
}

static ilf_status stop(void *self, ilf_error *err)
{
    return goStop(self, err);
}

static const ilf_flusher_ops ops = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_example_go",
    .description = "appends pairs as lines of key=value; an example in Go",
    .instance_size = sizeof(struct instance),
    .options = options,
    .init = init,
    .flush = flush,
    .stop = stop,
};

ILF_PLUGIN(ops);
