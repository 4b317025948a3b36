/* Fails data.longer-structs: wants the very size that it was built with. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    if (batch->struct_size != sizeof(*batch))
        return ilf_fail(err, ILF_ERR_DROP, "another version of the batch");
    return ILF_OK;
}

ANIMAL(.flush = flush);
