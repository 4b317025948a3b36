/* Fails memory.batch-kept: a thread reads the batch when flush is back. */
#include "animal.h"

static void *loop(void *self)
{
    while (atomic_load(&SELF->busy) == 0) {
        if (SELF->kept)
            READ(SELF->kept);
        (void)usleep(1000);
    }
    return NULL;
}

static ilf_status init(INIT)
{
    start_quietly(&SELF->thread, loop, self);
    return ILF_OK;
}

static ilf_status flush(FLUSH)
{
    SELF->kept = batch;
    return ILF_OK;
}

static ilf_status stop(STOP)
{
    atomic_store(&SELF->busy, 1);
    pthread_join(SELF->thread, NULL);
    return ILF_OK;
}

ANIMAL(.init = init, .flush = flush, .stop = stop);
