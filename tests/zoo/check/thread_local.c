/* Fails threads.move: keeps its state in a thread-local. */
#include "animal.h"

static __thread bool is_open;

static ilf_status init(INIT)
{
    is_open = true;
    return ILF_OK;
}

static ilf_status flush(FLUSH)
{
    return is_open ? ILF_OK : ilf_fail(err, ILF_ERR_DROP, "the zoo is closed");
}

ANIMAL(.init = init, .flush = flush);
