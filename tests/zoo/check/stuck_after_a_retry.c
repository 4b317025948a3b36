/* Fails retry.next: waits for a batch that never comes again. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    void *copy = SELF->calls && batch->attempt == 0 ? NULL : calloc(1, 100);

    SELF->calls = !copy;
    if (!copy)
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    free(copy);
    return ILF_OK;
}

ANIMAL(.flush = flush);
