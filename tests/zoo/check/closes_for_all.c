/* Fails reload.old-stops threads.statics: stop closes what other instances use. */
#include "animal.h"

static bool closed;

static ilf_status init(INIT)
{
    closed = false;
    return ILF_OK;
}

static ilf_status flush(FLUSH)
{
    return closed ? ilf_fail(err, ILF_ERR_DROP, "the zoo is closed") : ILF_OK;
}

static ilf_status stop(STOP)
{
    closed = true;
    return ILF_OK;
}

ANIMAL(.init = init, .flush = flush, .stop = stop);
