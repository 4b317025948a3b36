/* What the animals share that ilfcheck is shown: an instance with room for any fault, and a
 * descriptor that is right but for what a member names in ANIMAL(...). The first line of a member
 * tells which rules it breaks; "..." there: and others, for nothing works. */
#ifndef ILF_TESTS_ANIMAL_H
#define ILF_TESTS_ANIMAL_H

#include <ilf/flusher.h>

#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

struct animal {
    const char *path;
    int64_t number;
    int choice;
    const ilf_host *host;
    void *memory;
    const void *kept;
    ilf_counter *counter;
    pthread_t thread;
    atomic_int busy;
    int calls, fd;
};

/* The parameters of the hooks, and their instance. */
#define INIT void *self, const ilf_host *host, ilf_error *err
#define READY void *self, const ilf_route *route
#define FLUSH void *self, const ilf_batch *batch, ilf_error *err
#define EXPORT void *self, const ilf_event_batch *batch, ilf_error *err
#define URGENT void *self, bool exiting
#define STOP void *self, ilf_error *err
#define SELF ((struct animal *)self)

/* Read a byte of @ptr, whatever the optimizer thinks of it. */
#define READ(ptr) ((void)*(const volatile char *)(ptr))

/* For every group, log and pair of a batch; for every event and log event. */
#define EACH_GROUP(group)                                                                          \
    for (const ilf_group *group = batch->groups; group < batch->groups + batch->n_groups; group++)
#define EACH_LOG(log)                                                                              \
    EACH_GROUP (group_)                                                                            \
        for (const ilf_log *log = group_->logs; log < group_->logs + group_->n_logs; log++)
#define EACH_PAIR(kv)                                                                              \
    EACH_LOG (log_)                                                                                \
        for (const ilf_kv *kv = log_->contents; kv < log_->contents + log_->n_contents; kv++)
#define EACH_EVENT(event)                                                                          \
    for (size_t g_ = 0; g_ < batch->n_groups; g_++)                                                \
        for (const ilf_event *event = batch->groups[g_].events;                                    \
             event < batch->groups[g_].events + batch->groups[g_].n_events; event++)
#define EACH_FIELD(field)                                                                          \
    EACH_EVENT (event_)                                                                            \
        for (size_t i_ = 0; event_->type == ILF_EVENT_LOG && i_ < event_->as.log->n_contents;      \
             i_++)                                                                                 \
            for (const ilf_field *field = &event_->as.log->contents[i_]; field; field = NULL)

static inline ilf_status discard(FLUSH)
{
    (void)self;
    (void)batch;
    (void)err;
    return ILF_OK;
}

#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Woverride-init"

#define ANIMAL(...)                                                                                \
    static const ilf_flusher_ops animal = {.abi = ILF_ABI,                                         \
                                           .struct_size = sizeof(ilf_flusher_ops),                 \
                                           .name = "flusher_zoo",                                  \
                                           .description = "lives in the zoo",                      \
                                           .instance_size = sizeof(struct animal),                 \
                                           .flush = discard,                                       \
                                           __VA_ARGS__};                                           \
    ILF_PLUGIN(animal)

/* One option, beside what else a member needs. */
#define OPTIONS(...) static const ilf_option options[] = {__VA_ARGS__, {0}}
#define PATH_OPTION ILF_OPTION(STR, struct animal, path, "Path", "", "append here")

/* A thread that runs @loop with all signals blocked. */
static inline void start_quietly(pthread_t *thread, void *(*loop)(void *self), void *self)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    (void)pthread_create(thread, NULL, loop, self);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

#endif
