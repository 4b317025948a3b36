/* A thread for the calls of librdkafka's transactions that wait for brokers. */
#ifndef ILF_KAFKA_WORKER_H
#define ILF_KAFKA_WORKER_H

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdbool.h>

enum worker_job { WORKER_IDLE, WORKER_INIT, WORKER_COMMIT, WORKER_ABORT };

/* How a call ended. */
struct worker_result {
    enum worker_job job;
    rd_kafka_resp_err_t code; /* 0: well */
    bool fatal;
    char text[512];
};

struct worker {
    pthread_t thread;
    bool runs;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Under the lock: */
    enum worker_job job;
    rd_kafka_t *rk;
    bool hurry, quit;
    bool done; /* @result is there */
    struct worker_result result;
    /* Called on the thread when a result is there. */
    void (*tell)(void *context);
    void *context;
};

/* Start the thread. False: it can't be. */
bool worker_start(struct worker *w, void (*tell)(void *), void *context);

/* Give the idle worker a job. */
void worker_do(struct worker *w, enum worker_job job, rd_kafka_t *rk);

/* Is the job over? Then *@result tells how, and the worker is idle. */
bool worker_done(struct worker *w, struct worker_result *result);

/* Let the job under way, and all to come, end without an answer soon. */
void worker_hurry(struct worker *w);

/* End the thread, after the job under way. */
void worker_stop(struct worker *w);

#endif
