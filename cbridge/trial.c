/* A start that leaves nothing behind. */
#include "trial.h"

#include "delivery.h"
#include "instance.h"

static void say_nothing(void *context, ilf_level level, ilf_str text)
{
    (void)context;
    (void)level;
    (void)text;
}

static void stop(ilf_flusher *f)
{
    if (f->ops->stop)
        (void)f->ops->stop(f->self, &(ilf_error){""});
}

ilf_flusher *ilf__trial(const ilf_flusher_ops *ops, const char *json, size_t len, ilf_error *err)
{
    const ilf_host silent = {.struct_size = sizeof(silent), .log = say_nothing};
    ilf_flusher *f = ilf__flusher_new(ops, &silent, err);

    if (!f)
        return NULL;
    f->host.checking = true;
    if (ilf_flusher_configure(f, json, len, err) != ILF_OK)
        goto out_free;
    err->text[0] = '\0';
    if (ops->init && ops->init(f->self, &f->host, err) != ILF_OK)
        goto out_free;
    if (!f->delivery)
        ilf__tune(&f->options, ops, NULL);
    else if (ilf__delivery_check(f->delivery, err) != ILF_OK)
        goto out_stop;
    return f;

out_stop:
    stop(f);
out_free:
    ilf_flusher_free(f);
    return NULL;
}

void ilf__trial_end(ilf_flusher *f)
{
    stop(f);
    ilf_flusher_free(f);
}
