/* Fails urgent.flush: refuses flushes after set_urgent. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    return SELF->calls ? ilf_fail(err, ILF_ERR_DROP, "the zoo is closing") : ILF_OK;
}

static void set_urgent(URGENT)
{
    SELF->calls = 1;
}

ANIMAL(.flush = flush, .set_urgent = set_urgent);
