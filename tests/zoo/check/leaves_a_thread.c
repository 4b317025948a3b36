/* Fails memory.leak process.threads: leaves a thread running. */
#include "animal.h"

static void *loop(void *self)
{
    for (;;)
        (void)pause();
    return self;
}

static ilf_status init(INIT)
{
    start_quietly(&SELF->thread, loop, self);
    pthread_detach(SELF->thread);
    return ILF_OK;
}

ANIMAL(.init = init);
