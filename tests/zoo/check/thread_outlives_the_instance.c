/* Fails memory.instance-kept memory.leak process.threads: a thread uses the instance after stop. */
#include "animal.h"

static void *loop(void *self)
{
    for (int i = 0; i < 2000; i++) {
        READ(&SELF->calls);
        (void)usleep(1000);
    }
    return NULL;
}

static ilf_status init(INIT)
{
    start_quietly(&SELF->thread, loop, self);
    pthread_detach(SELF->thread);
    return ILF_OK;
}

ANIMAL(.init = init);
