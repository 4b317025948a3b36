/* The C side of flusher_example_go_delivered: the tables. Their hooks are the functions that example.go
 * exports, which cgo declares without const. */
#include "descriptor.h"

#include "_cgo_export.h"

static const ilf_option options[] = {
    ILF_OPTION(STR, struct instance, url, "URL", NULL, "POST the records there",
               .flags = ILF_OPT_REQUIRED | ILF_OPT_EXPAND),
    ILF_OPTION(STR, struct instance, ca_file, "CAFile", "",
               "certificates to trust, as PEM; empty: the system's"),
    ILF_OPTION(DURATION, struct instance, timeout, "Timeout", "10s", "for one request", .min = 1e6,
               .max = 3600e9),
    {0},
};

static ilf_status init(void *self, const ilf_host *host, ilf_error *err)
{
    return goInit(self, (ilf_host *)host, err);
}

static ilf_status encode(void *self, const ilf_batch *batch, const ilf_encoder *to, ilf_error *err)
{
    return goEncode(self, (ilf_batch *)batch, (ilf_encoder *)to, err);
}

static void send_payload(void *self, const ilf_payload *payload)
{
    goSend(self, (ilf_payload *)payload);
}

static void cancel(void *self)
{
    goCancel(self);
}

static ilf_status stop(void *self, ilf_error *err)
{
    return goStop(self, err);
}

static const ilf_flusher_ops ops = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_example_go_delivered",
    .description = "posts pairs as lines of key=value to a server; an example in Go",
    .instance_size = sizeof(struct instance),
    .options = options,
    .init = init,
    .stop = stop,
    .encode = encode,
    .send = send_payload,
    .cancel = cancel,
};

ILF_PLUGIN(ops);
