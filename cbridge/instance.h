/* One configured instance of a flusher: what is behind the opaque ilf_flusher. */
#ifndef ILF_CBRIDGE_INSTANCE_H
#define ILF_CBRIDGE_INSTANCE_H

#include <pthread.h>

#include <ilf/bridge.h>

#include "arena.h"
#include "common_options.h"
#include "metrics.h"
#include "options.h"
#include "retry.h"

enum ilf__state {
    ILF__NEW,     /* configure and init are allowed */
    ILF__STARTED, /* is_ready, flush, export, stop */
    ILF__ENDED,   /* stopped, or init has failed: only free */
};

struct ilf__delivery;

struct ilf_flusher {
    const ilf_flusher_ops *ops;
    void *self;                /* ops->instance_size bytes, the flusher's own */
    ilf_host embedder;         /* services as the host of the library gave them */
    pthread_rwlock_t embedded; /* held while one of them is called */
    ilf_host host;             /* services as the flusher gets them; context is this struct */
    struct ilf__common_options options;
    struct ilf__arena config; /* option values; lives as long as the instance */
    ilf_status configured;    /* what became of the last configuration, or of the defaults */
    bool refused;             /* the last configuration was given by the host, and bad */
    struct ilf__arena batch;  /* what one flush needs, reset after it */
    struct ilf__metrics metrics;
    struct ilf__delivery *delivery; /* NULL: it is a direct flusher */

    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t wake;  /* signalled when any of it changes; waits by CLOCK_MONOTONIC */
    enum ilf__state state;
    bool busy;             /* a hook other than set_urgent is running */
    bool urgent;           /* set_urgent was called */
    bool reloading;        /* no call before stop said that this is for good */
    bool ending;           /* budget.h knows that a stop for good has begun */
    unsigned urgent_calls; /* of the flusher's set_urgent, running now */
    bool stopping;         /* stop was called */
    uint64_t urgent_at; /* when it was called first, or stop; monotonic nanoseconds, as the next */
    uint64_t deadline;  /* of retries; 0: not known before init has ended */
};

/* Where a configuration goes: into the flusher's own options first, then into those of every one. */
void ilf__aim(struct ilf__target targets[3], const ilf_flusher_ops *ops, void *self,
              struct ilf__common_options *common);

/* ilf_flusher_new for a descriptor that is not in the registry. */
ilf_flusher *ilf__flusher_new(const ilf_flusher_ops *ops, const ilf_host *host, ilf_error *err);

/* Free it, for which it is stopped or was never started. */
void ilf__flusher_dispose(ilf_flusher *f);

/* Wait for the turn of @verb, which needs the instance in @state; then no other hook runs until
 * ilf__leave. */
ilf_status ilf__enter(ilf_flusher *f, enum ilf__state state, const char *verb, ilf_error *err);
void ilf__leave(ilf_flusher *f, enum ilf__state state);

/* The error to work with: retrying adds to the text, which a flusher may have left as it was. */
ilf_error *ilf__clear_error(ilf_error *err, ilf_error *unseen);

/* A condition that waits by CLOCK_MONOTONIC. */
bool ilf__init_wake(pthread_cond_t *wake);

/* Call the embedder no more: when this returns, no call is under way. */
void ilf__host_forget(ilf_flusher *f);

/* Fill @host with the services that @f offers to its flusher. */
void ilf__host_init(ilf_host *host, ilf_flusher *f);

/* Log through the embedder, with the flusher's name in front. */
void ilf__log(ilf_flusher *f, ilf_level level, const char *format, ...) ILF_PRINTF(3, 4);

/* Nanoseconds on a clock that does not jump. */
uint64_t ilf__monotonic(void);

#endif
