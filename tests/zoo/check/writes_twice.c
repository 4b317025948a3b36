/* Fails retry.once: writes the first part of a batch again. */
#include "animal.h"

static ilf_status init(INIT)
{
    SELF->host = host;
    return ILF_OK;
}

static ilf_status flush(FLUSH)
{
    EACH_PAIR (kv) {
        char *line = kv->value.len > 0 ? malloc(kv->value.len) : NULL;

        if (!line && kv->value.len > 0)
            return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
        if (line && strncmp(kv->value.ptr, "record", 6) == 0)
            SELF->host->log(SELF->host->context, ILF_LEVEL_INFO, kv->value);
        free(line);
    }
    return ILF_OK;
}

ANIMAL(.init = init, .flush = flush);
