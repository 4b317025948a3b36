/* C11's threads in terms of POSIX's, for builds with ThreadSanitizer: it knows those of POSIX only, so
 * that a library which uses the others (librdkafka) crashes in it, and seems to race. The library
 * takes these, the program's, before those of libc. In glibc both kinds have the same types beneath. */
#ifndef ILF_TESTS_C11_THREADS_H
#define ILF_TESTS_C11_THREADS_H

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

#define C11 __attribute__((visibility("default")))

/* What the library does with atomics it does not see either. */
C11 const char *__tsan_default_suppressions(void);

C11 const char *__tsan_default_suppressions(void)
{
    return "race:librdkafka.so\n";
}

struct c11_start {
    thrd_start_t run;
    void *argument;
};

static inline int c11_result(int error)
{
    return error == 0           ? thrd_success
           : error == EBUSY     ? thrd_busy
           : error == ETIMEDOUT ? thrd_timedout
           : error == ENOMEM    ? thrd_nomem
                                : thrd_error;
}

static inline void *c11_run(void *start)
{
    struct c11_start copy = *(struct c11_start *)start;

    free(start);
    return (void *)(intptr_t)copy.run(copy.argument);
}

C11 int thrd_create(thrd_t *thread, thrd_start_t run, void *argument)
{
    struct c11_start *start = malloc(sizeof(*start));

    if (!start)
        return thrd_nomem;
    *start = (struct c11_start){run, argument};
    return c11_result(pthread_create(thread, NULL, c11_run, start));
}

C11 int thrd_join(thrd_t thread, int *result)
{
    void *value = NULL;
    int error = pthread_join(thread, &value);

    if (result)
        *result = (int)(intptr_t)value;
    return c11_result(error);
}

C11 int mtx_init(mtx_t *mutex, int type)
{
    pthread_mutexattr_t attributes;
    int error;

    pthread_mutexattr_init(&attributes);
    if (type & mtx_recursive)
        pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    error = pthread_mutex_init((pthread_mutex_t *)mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    return c11_result(error);
}

C11 int mtx_lock(mtx_t *mutex)
{
    return c11_result(pthread_mutex_lock((pthread_mutex_t *)mutex));
}

C11 int mtx_trylock(mtx_t *mutex)
{
    return c11_result(pthread_mutex_trylock((pthread_mutex_t *)mutex));
}

C11 int mtx_unlock(mtx_t *mutex)
{
    return c11_result(pthread_mutex_unlock((pthread_mutex_t *)mutex));
}

C11 void mtx_destroy(mtx_t *mutex)
{
    pthread_mutex_destroy((pthread_mutex_t *)mutex);
}

C11 int cnd_init(cnd_t *condition)
{
    return c11_result(pthread_cond_init((pthread_cond_t *)condition, NULL));
}

C11 int cnd_signal(cnd_t *condition)
{
    return c11_result(pthread_cond_signal((pthread_cond_t *)condition));
}

C11 int cnd_broadcast(cnd_t *condition)
{
    return c11_result(pthread_cond_broadcast((pthread_cond_t *)condition));
}

C11 int cnd_wait(cnd_t *condition, mtx_t *mutex)
{
    return c11_result(pthread_cond_wait((pthread_cond_t *)condition, (pthread_mutex_t *)mutex));
}

C11 int cnd_timedwait(cnd_t *restrict condition, mtx_t *restrict mutex,
                      const struct timespec *restrict at)
{
    return c11_result(
        pthread_cond_timedwait((pthread_cond_t *)condition, (pthread_mutex_t *)mutex, at));
}

C11 void cnd_destroy(cnd_t *condition)
{
    pthread_cond_destroy((pthread_cond_t *)condition);
}

#undef C11
#endif
