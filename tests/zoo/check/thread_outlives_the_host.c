/* Fails memory.host-kept memory.leak process.threads: a thread looks at the host after stop. */
#include "animal.h"

static void *loop(void *self)
{
    for (int i = 0; i < 2000; i++) {
        READ(self);
        (void)usleep(1000);
    }
    return NULL;
}

static ilf_status init(INIT)
{
    SELF->host = host;
    start_quietly(&SELF->thread, loop, (void *)(uintptr_t)host);
    pthread_detach(SELF->thread);
    return ILF_OK;
}

ANIMAL(.init = init);
