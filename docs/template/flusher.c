/* flusher_c_NAME - write logs as lines of key:value pairs. */
#include <ilf/flusher.h>

#include <errno.h>
#include <string.h>

struct flusher {
    const char *path;
    FILE *out;
};

static const ilf_option options[] = {
    ILF_OPTION(STR, struct flusher, path, "Path", NULL, "append to this file",
               .flags = ILF_OPT_REQUIRED),
    {0},
};

static ilf_status init(void *self, const ilf_host *host, ilf_error *err)
{
    struct flusher *f = self;

    (void)host;
    f->out = fopen(f->path, "ae");
    if (!f->out)
        return ilf_fail(err, ILF_ERR_CONFIG, "open '%s': %s", f->path, strerror(errno));
    return ILF_OK;
}

static void put(FILE *out, ilf_str str, char end)
{
    if (str.len > 0)
        fwrite(str.ptr, 1, str.len, out);
    fputc(end, out);
}

static void put_log(FILE *out, const ilf_log *log)
{
    for (size_t i = 0; i < log->n_contents; i++) {
        put(out, log->contents[i].key, ':');
        put(out, log->contents[i].value, i + 1 < log->n_contents ? ' ' : '\n');
    }
}

static ilf_status flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    struct flusher *f = self;

    clearerr(f->out); /* an earlier batch may have failed */
    for (size_t g = 0; g < batch->n_groups; g++)
        for (size_t l = 0; l < batch->groups[g].n_logs; l++)
            put_log(f->out, &batch->groups[g].logs[l]);
    if (fflush(f->out) != 0 || ferror(f->out))
        return ilf_fail(err, ILF_ERR_DROP, "write '%s': %s", f->path, strerror(errno));
    return ILF_OK;
}

static ilf_status stop(void *self, ilf_error *err)
{
    struct flusher *f = self;

    if (fclose(f->out) != 0)
        return ilf_fail(err, ILF_ERR_DROP, "close '%s': %s", f->path, strerror(errno));
    return ILF_OK;
}

const ilf_flusher_ops ilf_flusher_NAME = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_c_NAME",
    .description = "writes logs as lines of key:value pairs",
    .instance_size = sizeof(struct flusher),
    .options = options,
    .init = init,
    .flush = flush,
    .stop = stop,
};
