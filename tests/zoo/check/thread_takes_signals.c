/* Fails process.thread-signals: its thread takes the signals of the agent. */
#include "animal.h"

static void *loop(void *self)
{
    while (!atomic_load(&SELF->busy))
        (void)usleep(1000);
    return NULL;
}

static ilf_status init(INIT)
{
    (void)pthread_create(&SELF->thread, NULL, loop, self);
    return ILF_OK;
}

static ilf_status stop(STOP)
{
    atomic_store(&SELF->busy, 1);
    pthread_join(SELF->thread, NULL);
    return ILF_OK;
}

ANIMAL(.init = init, .stop = stop);
