/* A thread for the calls of librdkafka's transactions that wait for brokers. */
#include "worker.h"

#include <signal.h>
#include <stdio.h>

/* A call is made again when it was not answered in this time, so that it can be told to hurry. */
enum { CALL_MS = 500 };

static rd_kafka_error_t *call(enum worker_job job, rd_kafka_t *rk)
{
    switch (job) {
    case WORKER_INIT:
        return rd_kafka_init_transactions(rk, CALL_MS);
    case WORKER_COMMIT:
        return rd_kafka_commit_transaction(rk, CALL_MS);
    default:
        return rd_kafka_abort_transaction(rk, CALL_MS);
    }
}

/* Under the lock, which is open meanwhile. */
static void work(struct worker *w)
{
    struct worker_result result = {.job = w->job};
    rd_kafka_error_t *error;
    bool again;

    do {
        pthread_mutex_unlock(&w->lock);
        error = call(result.job, w->rk);
        pthread_mutex_lock(&w->lock);
        again = error && rd_kafka_error_is_retriable(error) && !w->hurry;
        if (error && !again) {
            result.code = rd_kafka_error_code(error);
            result.fatal = rd_kafka_error_is_fatal(error);
            (void)snprintf(result.text, sizeof(result.text), "%s", rd_kafka_error_string(error));
        }
        if (error)
            rd_kafka_error_destroy(error);
    } while (again);
    w->job = WORKER_IDLE;
    w->result = result;
    w->done = true;
}

static void *run(void *worker)
{
    struct worker *w = worker;

    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (!w->quit && w->job == WORKER_IDLE)
            pthread_cond_wait(&w->changed, &w->lock);
        if (w->job == WORKER_IDLE)
            break;
        work(w);
        pthread_mutex_unlock(&w->lock);
        w->tell(w->context);
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

bool worker_start(struct worker *w, void (*tell)(void *), void *context)
{
    sigset_t all, before;

    w->tell = tell;
    w->context = context;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, NULL);
    sigfillset(&all); /* signals are the agent's business */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    w->runs = pthread_create(&w->thread, NULL, run, w) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return w->runs;
}

void worker_do(struct worker *w, enum worker_job job, rd_kafka_t *rk)
{
    pthread_mutex_lock(&w->lock);
    w->job = job;
    w->rk = rk;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

bool worker_done(struct worker *w, struct worker_result *result)
{
    bool done;

    pthread_mutex_lock(&w->lock);
    done = w->done;
    if (done)
        *result = w->result;
    w->done = false;
    pthread_mutex_unlock(&w->lock);
    return done;
}

void worker_hurry(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    w->hurry = true;
    pthread_mutex_unlock(&w->lock);
}

void worker_stop(struct worker *w)
{
    if (!w->runs)
        return;
    pthread_mutex_lock(&w->lock);
    w->quit = w->hurry = true;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    w->runs = false;
}
