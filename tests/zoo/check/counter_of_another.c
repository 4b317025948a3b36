/* Fails counter.own threads.statics: counts with the counter of the first instance. */
#include "animal.h"

static ilf_counter *counter;

static ilf_status init(INIT)
{
    SELF->host = host;
    SELF->counter = host->counter(host->context, "zoo_sent_total", "Records sent.");
    if (!counter)
        counter = SELF->counter;
    return ILF_OK;
}

static ilf_status flush(FLUSH)
{
    SELF->host->counter_add(SELF->host->context, counter, batch->n_groups);
    return ILF_OK;
}

OPTIONS(PATH_OPTION);
ANIMAL(.init = init, .flush = flush, .options = options);
