/* What the start of a delivery would refuse, found without starting it. */
#include "delivery_parts.h"

#include <errno.h>

#include "common_options.h"
#include "folder.h"

static ilf_status check_letters(const char *path, ilf_error *err)
{
    int rc = ilf__could_write(path);

    if (!*path || rc == 0)
        return ILF_OK;
    return ilf_fail(err, ILF_ERR_CONFIG, "detail.DeadLetters.Path: open '%s': %s", path,
                    strerror(rc));
}

static ilf_status check_spool(const char *path, ilf_error *err)
{
    int rc = ilf__could_be_folder(path);

    if (!*path || rc == 0)
        return ILF_OK;
    return ilf_fail(err, ILF_ERR_CONFIG, "detail.Spool.Path: open '%s': %s", path, strerror(rc));
}

ilf_status ilf__delivery_check(struct ilf__delivery *d, ilf_error *err)
{
    const struct ilf__common_options *o = d->options;
    ilf_status status;

    ilf__tune(&d->f->options, d->f->ops, &d->tuning);
    status = ilf__delivery_prepare(d, err);
    if (status == ILF_OK)
        status = check_letters(o->dead_letters.path, err);
    return status == ILF_OK ? check_spool(o->spool.path, err) : status;
}
