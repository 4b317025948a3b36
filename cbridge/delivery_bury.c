/* Records that will not be delivered: dead letters, what is told of them, and the spool's copy. */
#include "delivery_parts.h"

#include <stdlib.h>

static struct ilf__letter letter(struct ilf__delivery *d)
{
    const char *config = d->f->metrics.labels.config;

    return (struct ilf__letter){.flusher = d->f->ops->name,
                                .config = {config, strlen(config)},
                                .dead_at = d->f->host.now(d->f)};
}

/* Write letters for the records @dead of @p, that are like @like. */
static bool write_records(struct ilf__delivery *d, const struct ilf__payload *p,
                          const struct ilf__dead *dead, struct ilf__letter like)
{
    struct ilf__letter *letters = malloc(p->shown.n_records * sizeof(*letters));
    bool written;
    size_t n = 0;

    if (!letters)
        return false;
    like.destination = p->shown.destination;
    like.accepted_at = p->shown.accepted_at;
    like.attempts = p->shown.attempt;
    like.code = dead->code;
    for (size_t i = 0; i < p->shown.n_records; i++)
        if (dead->take(dead->context, i)) {
            letters[n] = like;
            letters[n].body = ilf_payload_record(&p->shown, i);
            letters[n].n_events = p->shown.ends[i].n_events;
            letters[n++].reason = dead->reason(dead->context, i);
        }
    written = n == 0 || ilf__delivery_try_letters(d, letters, n);
    free(letters);
    return written;
}

bool ilf__delivery_write_letters(struct ilf__delivery *d, const struct ilf__payload *p,
                                 const struct ilf__dead *dead)
{
    struct ilf__letter like;

    if (!d->letters)
        return true;
    like = letter(d);
    like.encoded = true;
    return write_records(d, p, dead, like);
}

static bool take_all(const void *context, size_t record)
{
    (void)context;
    (void)record;
    return true;
}

static ilf_str waiting_reason(const void *context, size_t record)
{
    const struct ilf__waiting *w = context;

    return w->reasons[w->n_reasons > 1 ? record : 0];
}

bool ilf__delivery_write_waiting(struct ilf__delivery *d, const struct ilf__waiting *w)
{
    const struct ilf__dead dead = {take_all, waiting_reason, w, w->code};
    struct ilf__letter like = letter(d);

    like.encoded = w->encoded;
    like.dead_at = w->dead_at;
    return write_records(d, w->p, &dead, like);
}

bool ilf__delivery_write_rejects(struct ilf__delivery *d, const struct ilf__reject *first)
{
    struct ilf__letter *letters, like = letter(d);
    size_t n = 0;
    bool written;

    if (!d->letters || !first)
        return true;
    for (const struct ilf__reject *r = first; r; r = r->next)
        n++;
    letters = malloc(n * sizeof(*letters));
    if (!letters)
        return false;
    n = 0;
    for (const struct ilf__reject *r = first; r; r = r->next) {
        letters[n] = like;
        letters[n].accepted_at = like.dead_at;
        letters[n].body = r->text;
        letters[n].destination = r->destination;
        letters[n].encoded = r->too_large;
        letters[n].n_events = r->n_events;
        letters[n++].reason = (ilf_str){r->why, strlen(r->why)};
    }
    written = ilf__delivery_try_letters(d, letters, n);
    free(letters);
    return written;
}

void ilf__delivery_tell(struct ilf__delivery *d, enum ilf__end end, uint64_t events,
                        const char *reason)
{
    uint64_t before;

    pthread_mutex_lock(&d->lock);
    before = d->told[end]++;
    pthread_mutex_unlock(&d->lock);
    if (!ilf__worth_telling(before) || events == 0)
        return;
    if (end == ILF__END_DEAD)
        ilf__log(d->f, ILF_LEVEL_WARN, "%llu records went to the dead letters: %s",
                 (unsigned long long)events, reason);
    else
        ilf__log(d->f, ILF_LEVEL_ERROR, "lost %llu records (%s): %s%s", (unsigned long long)events,
                 ilf__end_name(end), reason,
                 d->letters || end == ILF__END_ACTION || end == ILF__END_FULL
                     ? ""
                     : "; set DeadLetters.Path to keep such records");
}

static ilf_str same_reason(const void *context, size_t record)
{
    (void)record;
    return (ilf_str){context, strlen(context)};
}

/* Let @p, which was taken from the queue, wait for its letters. */
static bool wait_for_letters(struct ilf__delivery *d, struct ilf__payload *p,
                             const struct ilf__dead *dead, enum ilf__end end)
{
    struct ilf__waiting *w = ilf__waiting_new(d, p, dead, end);

    if (!w)
        return false;
    w->p = p;
    pthread_mutex_lock(&d->lock);
    ilf__queue_set_aside(&d->queue, p);
    ilf__delivery_wait(d, w);
    pthread_mutex_unlock(&d->lock);
    return true;
}

static void count_end(struct ilf__delivery *d, struct ilf__payload *p, bool queued,
                      enum ilf__end end, const char *reason)
{
    uint64_t events = p->shown.n_events;

    pthread_mutex_lock(&d->lock);
    ilf__delivery_end(d, end, events);
    if (queued)
        ilf__queue_forget(&d->queue, p);
    else
        d->storing -= events;
    pthread_mutex_unlock(&d->lock);
    if (end != ILF__END_STOPPED) /* which is told once, for all */
        ilf__delivery_tell(d, end, events, reason);
    if (queued)
        ilf__delivery_remove(d, p->sequence);
}

bool ilf__delivery_end_payload(struct ilf__delivery *d, struct ilf__payload *p, enum ilf__end end,
                               int32_t code, const char *reason)
{
    const struct ilf__dead dead = {take_all, same_reason, reason, code};
    bool kept = d->letters && end != ILF__END_ACTION;

    if (kept && !ilf__delivery_write_letters(d, p, &dead))
        return false;
    count_end(d, p, false, kept ? ILF__END_DEAD : end, reason);
    return true;
}

bool ilf__delivery_bury(struct ilf__delivery *d, struct ilf__payload *p, bool queued,
                        enum ilf__end end, int32_t code, const char *reason)
{
    const struct ilf__dead dead = {take_all, same_reason, reason, code};
    bool kept = d->letters && end != ILF__END_ACTION;

    if (kept && !ilf__delivery_write_letters(d, p, &dead))
        return queued && wait_for_letters(d, p, &dead, end);
    count_end(d, p, queued, kept ? ILF__END_DEAD : end, reason);
    free(p);
    return true;
}

void ilf__delivery_flush_removals(struct ilf__delivery *d)
{
    ilf_error err;

    if (d->n_removals == 0)
        return;
    ILF__POINT("settle-before-remove");
    if (ilf__spool_remove(d->spool, d->removals, d->n_removals, &err) == ILF_OK) {
        ILF__POINT("settle-removed");
        d->n_removals = 0;
        return;
    }
    if (ilf__worth_telling(d->told_removal++))
        ilf__log(d->f, ILF_LEVEL_ERROR,
                 "spool: %s; what is delivered stays in it, and may be sent again after a restart",
                 err.text);
}

void ilf__delivery_remove(struct ilf__delivery *d, uint64_t sequence)
{
    if (sequence == 0)
        return;
    if (d->n_removals == ILF__REMOVALS)
        ilf__delivery_flush_removals(d);
    if (d->n_removals == ILF__REMOVALS) /* it fails: the oldest stays in the spool */
        memmove(d->removals, d->removals + 1, --d->n_removals * sizeof(*d->removals));
    d->removals[d->n_removals++] = sequence;
}
