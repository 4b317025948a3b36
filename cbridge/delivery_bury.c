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

static bool write_letters(struct ilf__delivery *d, const struct ilf__letter *letters, size_t n)
{
    uint64_t deleted = 0;
    ilf_error err;

    if (ilf__deadletters_write(d->letters, letters, n, &deleted, &err) != ILF_OK) {
        ilf__log(d->f, ILF_LEVEL_ERROR, "dead letters: %s; their records wait", err.text);
        return false;
    }
    if (deleted > 0) {
        ilf__metrics_add(&d->counts.letters_deleted, deleted);
        ilf__log(
            d->f, ILF_LEVEL_WARN,
            "dead letters: %llu old ones were deleted to make room: raise DeadLetters.MaxBytes "
            "or MaxFiles to keep more",
            (unsigned long long)deleted);
    }
    ILF__POINT("dead-letters-written");
    return true;
}

bool ilf__delivery_write_letters(struct ilf__delivery *d, const struct ilf__payload *p,
                                 bool (*take)(const void *context, size_t record),
                                 ilf_str (*reason)(const void *context, size_t record),
                                 const void *context, int32_t code)
{
    struct ilf__letter *letters, like = letter(d);
    size_t n = 0;
    bool written;

    if (!d->letters)
        return true;
    letters = malloc(p->shown.n_records * sizeof(*letters));
    if (!letters)
        return false;
    like.destination = p->shown.destination;
    like.encoded = true;
    like.accepted_at = p->shown.accepted_at;
    like.attempts = p->shown.attempt;
    like.code = code;
    for (size_t i = 0; i < p->shown.n_records; i++)
        if (take(context, i)) {
            letters[n] = like;
            letters[n].body = ilf_payload_record(&p->shown, i);
            letters[n].n_events = p->shown.ends[i].n_events;
            letters[n++].reason = reason(context, i);
        }
    written = n == 0 || write_letters(d, letters, n);
    free(letters);
    return written;
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
    written = write_letters(d, letters, n);
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

static bool take_all(const void *context, size_t record)
{
    (void)context;
    (void)record;
    return true;
}

static ilf_str same_reason(const void *context, size_t record)
{
    (void)record;
    return (ilf_str){context, strlen(context)};
}

bool ilf__delivery_end_payload(struct ilf__delivery *d, struct ilf__payload *p, bool queued,
                               enum ilf__end end, int32_t code, const char *reason)
{
    uint64_t events = p->shown.n_events;
    bool kept = d->letters && end != ILF__END_ACTION;

    if (kept && !ilf__delivery_write_letters(d, p, take_all, same_reason, reason, code))
        return false;
    end = kept ? ILF__END_DEAD : end;
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
    return true;
}

bool ilf__delivery_bury(struct ilf__delivery *d, struct ilf__payload *p, bool queued,
                        enum ilf__end end, int32_t code, const char *reason)
{
    if (!ilf__delivery_end_payload(d, p, queued, end, code, reason))
        return false;
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
