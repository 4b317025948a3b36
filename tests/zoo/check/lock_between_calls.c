/* Fails threads.move: holds a lock from call to call. */
#include "animal.h"

struct locked {
    pthread_mutex_t lock;
};

static ilf_status init(INIT)
{
    pthread_mutexattr_t attr;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(self, &attr);
    pthread_mutex_lock(self);
    return ILF_OK;
}

static ilf_status flush(FLUSH)
{
    if (pthread_mutex_unlock(self) != 0)
        return ilf_fail(err, ILF_ERR_DROP, "the lock is another thread's");
    pthread_mutex_lock(self);
    return ILF_OK;
}

ANIMAL(.init = init, .flush = flush, .instance_size = sizeof(struct locked));
