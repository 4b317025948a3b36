/* Fails nothing: has every hook, a thread, options, counters and a log. */
#include "animal.h"

/* A queue of one number, for the thread; all that a flusher of this kind must look after. */
struct right {
    const char *path, *password;
    int64_t number;
    const ilf_host *host;
    ilf_counter *counter;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    bool stopping, urgent;
    size_t queued;
};

OPTIONS(ILF_OPTION(STR, struct right, path, "Path", "", "append here"),
        ILF_OPTION(STR, struct right, password, "Password", "", "to get in",
                   .flags = ILF_OPT_SECRET),
        ILF_OPTION(INT, struct right, number, "Number", "1", "how many", .min = 0, .max = 10));

static void *loop(void *self)
{
    struct right *f = self;

    pthread_mutex_lock(&f->lock);
    while (!f->stopping) {
        f->host->counter_add(f->host->context, f->counter, f->queued);
        f->queued = 0;
        pthread_cond_wait(&f->wake, &f->lock);
    }
    pthread_mutex_unlock(&f->lock);
    return NULL;
}

static ilf_status init(INIT)
{
    struct right *f = self;

    if (strncmp(f->path, "/no/", 4) == 0)
        return ilf_fail(err, ILF_ERR_CONFIG, "open '%s': create the folder first", f->path);
    f->host = host;
    f->counter = host->counter(host->context, "zoo_records_total", "Records that came.");
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->wake, NULL);
    start_quietly(&f->thread, loop, f);
    ilf_logf(host, ILF_LEVEL_INFO, "the zoo is open");
    return ILF_OK;
}

static bool is_ready(READY)
{
    return true;
}

static ilf_status flush(FLUSH)
{
    struct right *f = self;
    char *copy = malloc(64);

    if (!copy)
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    free(copy);
    pthread_mutex_lock(&f->lock);
    EACH_GROUP (group)
        f->queued += group->n_logs;
    pthread_cond_signal(&f->wake);
    pthread_mutex_unlock(&f->lock);
    return ILF_OK;
}

static void set_urgent(URGENT)
{
    struct right *f = self;

    pthread_mutex_lock(&f->lock);
    f->urgent = true;
    pthread_mutex_unlock(&f->lock);
}

static ilf_status stop(STOP)
{
    struct right *f = self;

    pthread_mutex_lock(&f->lock);
    f->stopping = true;
    pthread_cond_signal(&f->wake);
    pthread_mutex_unlock(&f->lock);
    pthread_join(f->thread, NULL);
    pthread_cond_destroy(&f->wake);
    pthread_mutex_destroy(&f->lock);
    return ILF_OK;
}

ANIMAL(.init = init, .is_ready = is_ready, .flush = flush, .set_urgent = set_urgent, .stop = stop,
       .options = options, .instance_size = sizeof(struct right));
