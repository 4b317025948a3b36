/* flusher_example_c - append every pair as a line key=value to a file.
 *
 *     cc -shared -fPIC -fvisibility=hidden $(pkg-config --cflags ilf) -o example_c.so example.c
 */
#include <ilf/flusher.h>

#include <errno.h>
#include <string.h>

struct flusher {
    const char *path; /* option */
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

    f->out = fopen(f->path, "ae");
    if (!f->out)
        return ilf_fail(err, ILF_ERR_CONFIG, "open '%s': %s", f->path, strerror(errno));
    ilf_logf(host, ILF_LEVEL_INFO, "appending to '%s'", f->path);
    return ILF_OK;
}

static void put(FILE *out, ilf_str str, char end)
{
    if (str.len > 0)
        fwrite(str.ptr, 1, str.len, out);
    fputc(end, out);
}

static ilf_status flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    struct flusher *f = self;

    clearerr(f->out); /* an earlier batch may have failed */
    for (size_t g = 0; g < batch->n_groups; g++) {
        for (size_t l = 0; l < batch->groups[g].n_logs; l++) {
            const ilf_log *log = &batch->groups[g].logs[l];

            for (size_t i = 0; i < log->n_contents; i++) {
                put(f->out, log->contents[i].key, '=');
                put(f->out, log->contents[i].value, '\n');
            }
        }
    }
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

static const ilf_flusher_ops ops = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_example_c",
    .description = "appends pairs as lines of key=value; an example in C",
    .instance_size = sizeof(struct flusher),
    .options = options,
    .init = init,
    .flush = flush,
    .stop = stop,
};

ILF_PLUGIN(ops);
