/* Dead letters that can't be written now: their records wait, with their verdict, and are not sent
 * again; only the letters are tried again, with a pause that grows. */
#include "delivery_parts.h"

#include <stdlib.h>

/* The pauses between two tries, and how many letters are written before it is looked what else there
 * is to do. */
static const uint64_t FIRST_PAUSE = 500000000, LONGEST_PAUSE = 30000000000,
                      URGENT_PAUSE = 1000000000;
enum { AT_ONCE = 16 };

/* --- Trying ----------------------------------------------------------------------------------- */

static void note_failure(struct ilf__delivery *d, uint64_t more, const char *why)
{
    struct ilf__letter_wait *wait = &d->letter_wait;
    uint64_t now = ilf__monotonic(), events, since, pause;
    bool tell;

    pthread_mutex_lock(&d->lock);
    if (wait->failing_since == 0)
        *wait = (struct ilf__letter_wait){.head = wait->head,
                                          .tail = wait->tail,
                                          .events = wait->events,
                                          .failing_since = now,
                                          .pause = FIRST_PAUSE};
    else
        wait->pause = wait->pause < LONGEST_PAUSE / 2 ? wait->pause * 2 : LONGEST_PAUSE;
    if (d->hurried && wait->pause > URGENT_PAUSE)
        wait->pause = URGENT_PAUSE;
    wait->due = now + wait->pause;
    tell = ilf__worth_telling(wait->failures++);
    pause = wait->pause;
    since = now - wait->failing_since;
    events = wait->events + more;
    pthread_mutex_unlock(&d->lock);
    if (tell)
        ilf__log(d->f, ILF_LEVEL_ERROR,
                 "%s; %llu records wait for it, the first for %llu s; next try in %.1f s", why,
                 (unsigned long long)events, (unsigned long long)(since / 1000000000),
                 (double)pause / 1e9);
}

static void note_success(struct ilf__delivery *d, uint64_t deleted)
{
    uint64_t since;

    pthread_mutex_lock(&d->lock);
    since = d->letter_wait.failing_since;
    d->letter_wait.failing_since = 0;
    pthread_mutex_unlock(&d->lock);
    if (since != 0)
        ilf__log(d->f, ILF_LEVEL_INFO, "dead letters: can be written again, after %llu s",
                 (unsigned long long)((ilf__monotonic() - since) / 1000000000));
    if (deleted == 0)
        return;
    ilf__metrics_add(&d->counts.letters_deleted, deleted);
    ilf__log(d->f, ILF_LEVEL_WARN,
             "dead letters: %llu old ones were deleted to make room: raise DeadLetters.MaxBytes "
             "or MaxFiles to keep more",
             (unsigned long long)deleted);
}

bool ilf__delivery_try_letters(struct ilf__delivery *d, const struct ilf__letter *letters, size_t n)
{
    uint64_t deleted = 0, events = 0;
    ilf_error err;
    bool pausing;

    pthread_mutex_lock(&d->lock);
    pausing = d->letter_wait.failing_since != 0 && ilf__monotonic() < d->letter_wait.due;
    pthread_mutex_unlock(&d->lock);
    if (pausing)
        return false;
    if (ilf__deadletters_write(d->letters, letters, n, &deleted, &err) != ILF_OK) {
        for (size_t i = 0; i < n; i++)
            events += letters[i].n_events;
        note_failure(d, events, err.text);
        return false;
    }
    note_success(d, deleted);
    ILF__POINT("dead-letters-written");
    return true;
}

/* --- What waits ------------------------------------------------------------------------------- */

struct ilf__waiting *ilf__waiting_new(struct ilf__delivery *d, const struct ilf__payload *p,
                                      const struct ilf__dead *dead, enum ilf__end end)
{
    ilf_str first = {NULL, 0};
    size_t n = 0, bytes = 0, n_reasons;
    struct ilf__waiting *w;
    bool same = true;
    char *at;

    for (size_t i = 0; i < p->shown.n_records; i++)
        if (dead->take(dead->context, i)) {
            ilf_str reason = dead->reason(dead->context, i);

            if (n++ == 0)
                first = reason;
            same = same && ilf_str_equal(reason, first);
            bytes += reason.len;
        }
    n_reasons = same ? 1 : n;
    w = malloc(sizeof(*w) + n_reasons * sizeof(*w->reasons) + (same ? first.len : bytes));
    if (!w)
        return NULL;
    *w = (struct ilf__waiting){.end = end,
                               .code = dead->code,
                               .encoded = true,
                               .dead_at = d->f->host.now(d->f),
                               .n_reasons = n_reasons};
    at = (char *)(w->reasons + n_reasons);
    n = 0;
    for (size_t i = 0; i < p->shown.n_records && n < n_reasons; i++)
        if (dead->take(dead->context, i)) {
            ilf_str reason = dead->reason(dead->context, i);

            if (reason.len > 0)
                memcpy(at, reason.ptr, reason.len);
            w->reasons[n++] = (ilf_str){at, reason.len};
            at += reason.len;
        }
    return w;
}

void ilf__waiting_free_all(struct ilf__waiting *first)
{
    while (first) {
        struct ilf__waiting *next = first->next;

        free(first->p);
        free(first);
        first = next;
    }
}

static bool take_it(const void *context, size_t record)
{
    (void)context;
    return record == 0;
}

static ilf_str why(const void *context, size_t record)
{
    const struct ilf__reject *r = context;

    (void)record;
    return (ilf_str){r->why, strlen(r->why)};
}

/* One that encode has rejected, as a payload that is never sent. */
static struct ilf__waiting *waiting_reject(struct ilf__delivery *d, const struct ilf__reject *r)
{
    const ilf_record_end end = {(uint32_t)r->text.len, r->n_events};
    const struct ilf__dead dead = {take_it, why, r, 0};
    const ilf_payload like = {.struct_size = sizeof(like),
                              .id = ilf__payload_id(),
                              .destination = r->destination,
                              .bytes = r->text,
                              .ends = &end,
                              .n_records = 1,
                              .n_events = r->n_events,
                              .accepted_at = d->f->host.now(d->f)};
    struct ilf__payload *p = ilf__payload_copy(&like, 0);
    struct ilf__waiting *w;

    if (!p)
        return NULL;
    w = ilf__waiting_new(d, p, &dead, r->too_large ? ILF__END_TOO_LARGE : ILF__END_NO_FORM);
    if (!w) {
        free(p);
        return NULL;
    }
    w->p = p;
    w->encoded = r->too_large;
    return w;
}

bool ilf__waiting_rejects(struct ilf__delivery *d, const struct ilf__reject *first,
                          struct ilf__waiting **list)
{
    struct ilf__waiting **link = list;

    *list = NULL;
    for (const struct ilf__reject *r = first; r; r = r->next) {
        *link = waiting_reject(d, r);
        if (!*link) {
            ilf__waiting_free_all(*list);
            *list = NULL;
            return false;
        }
        link = &(*link)->next;
    }
    return true;
}

void ilf__delivery_wait(struct ilf__delivery *d, struct ilf__waiting *w)
{
    struct ilf__letter_wait *wait = &d->letter_wait;

    w->next = NULL;
    if (wait->tail)
        wait->tail->next = w;
    else
        wait->head = w;
    wait->tail = w;
    wait->events += w->p->shown.n_events;
}

/* Take the first. Under the lock. */
static struct ilf__waiting *take(struct ilf__letter_wait *wait)
{
    struct ilf__waiting *w = wait->head;

    if (!w)
        return NULL;
    wait->head = w->next;
    if (!wait->head)
        wait->tail = NULL;
    wait->events -= w->p->shown.n_events;
    return w;
}

static void put_back(struct ilf__letter_wait *wait, struct ilf__waiting *w)
{
    w->next = wait->head;
    wait->head = w;
    if (!wait->tail)
        wait->tail = w;
    wait->events += w->p->shown.n_events;
}

struct ilf__payload *ilf__delivery_take_waiting(struct ilf__delivery *d)
{
    struct ilf__waiting *w = take(&d->letter_wait);
    struct ilf__payload *p;

    if (!w)
        return NULL;
    p = w->p;
    ilf__queue_release(&d->queue, p);
    free(w);
    return p;
}

void ilf__delivery_pass_waiting(struct ilf__delivery *from, struct ilf__delivery *to)
{
    struct ilf__waiting *w;

    while (to->letters && (w = take(&from->letter_wait))) {
        uint64_t events = w->p->shown.n_events;

        ilf__queue_release(&from->queue, w->p);
        ilf__metrics_add(&from->counts.handed_out, events);
        ilf__metrics_add(&to->counts.handed_in, events);
        ilf__queue_hold(&to->queue, w->p);
        ilf__delivery_wait(to, w);
    }
}

/* --- Trying again ----------------------------------------------------------------------------- */

/* The letters of @w, which was taken, are written. Opens the lock. */
static void end_written(struct ilf__delivery *d, struct ilf__waiting *w)
{
    uint64_t events = w->p->shown.n_events;
    char reason[256];

    (void)snprintf(reason, sizeof(reason), "%.*s", (int)w->reasons[0].len, w->reasons[0].ptr);
    ilf__delivery_end(d, ILF__END_DEAD, events);
    ilf__queue_release(&d->queue, w->p);
    if (d->waiters > 0 && (d->spool || ilf__delivery_fits(d)))
        pthread_cond_broadcast(&d->room);
    pthread_mutex_unlock(&d->lock);
    ilf__delivery_tell(d, ILF__END_DEAD, events, reason);
    ilf__delivery_remove(d, w->p->sequence);
    free(w->p);
    free(w);
    pthread_mutex_lock(&d->lock);
}

/* Write the letters of the first that waits. False: they can't be. */
static bool try_first(struct ilf__delivery *d)
{
    struct ilf__waiting *w = take(&d->letter_wait);
    bool written;

    pthread_mutex_unlock(&d->lock); /* a flush that needs room can't drop it meanwhile */
    written = ilf__delivery_write_waiting(d, w);
    pthread_mutex_lock(&d->lock);
    if (written)
        end_written(d, w);
    else
        put_back(&d->letter_wait, w);
    return written;
}

uint64_t ilf__delivery_retry_letters(struct ilf__delivery *d)
{
    struct ilf__letter_wait *wait = &d->letter_wait;

    if (d->hurried && !wait->hurried) {
        wait->hurried = true;
        wait->due = 0;
    }
    for (int i = 0; i < AT_ONCE; i++) {
        if (!wait->head)
            return UINT64_MAX;
        if (wait->failing_since != 0 && ilf__monotonic() < wait->due)
            return wait->due;
        if (!try_first(d) && wait->failing_since == 0)
            return ilf__monotonic() + FIRST_PAUSE; /* for want of memory */
    }
    return 0;
}

void ilf__delivery_end_waiting(struct ilf__delivery *d)
{
    uint64_t lost = 0, parked = 0;
    struct ilf__waiting *w;

    d->letter_wait.due = 0;
    while (d->letter_wait.head && try_first(d))
        ;
    while ((w = take(&d->letter_wait))) {
        uint64_t events = w->p->shown.n_events;
        bool kept;

        pthread_mutex_unlock(&d->lock);
        kept = w->encoded && ilf__delivery_park(d, w->p); /* what encode rejected has no sequence */
        pthread_mutex_lock(&d->lock);
        ilf__queue_release(&d->queue, w->p);
        if (kept) {
            ilf__metrics_add(&d->counts.parked, events);
            parked += events;
        } else {
            ilf__delivery_end(d, w->end, events);
            lost += events;
        }
        free(w->p);
        free(w);
    }
    pthread_mutex_unlock(&d->lock);
    if (parked > 0)
        ilf__log(
            d->f, ILF_LEVEL_WARN,
            "stop: %llu records whose dead letters can't be written stay in the spool, and are "
            "sent once more after the next start",
            (unsigned long long)parked);
    if (lost > 0)
        ilf__log(d->f, ILF_LEVEL_ERROR,
                 "stop: lost %llu records that can't be delivered, as their dead letters can't be "
                 "written either",
                 (unsigned long long)lost);
    pthread_mutex_lock(&d->lock);
}
