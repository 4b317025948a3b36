/* The payloads of an instance in memory: which may be sent now, and which wait for what. */
#include "queue.h"

#include <stdatomic.h>

/* --- The heap of those that wait -------------------------------------------------------------- */

static bool goes_before(const struct ilf__payload *a, const struct ilf__payload *b)
{
    return a->due != b->due ? a->due < b->due : a->shown.id < b->shown.id;
}

static unsigned rank(const struct ilf__payload *p)
{
    return p ? p->rank : 0;
}

static void older(const struct ilf__payload *below, uint64_t *oldest)
{
    if (below && below->oldest < *oldest)
        *oldest = below->oldest;
}

/* A leftist heap: its right spine, along which this recurs, is at most log2(n) long. */
static struct ilf__payload *merge(struct ilf__payload *a, struct ilf__payload *b)
{
    struct ilf__payload *top = a, *other = b;

    if (!a || !b)
        return a ? a : b;
    if (goes_before(b, a)) {
        top = b;
        other = a;
    }
    top->prev = merge(top->prev, other);
    if (rank(top->next) < rank(top->prev)) {
        struct ilf__payload *left = top->next;

        top->next = top->prev;
        top->prev = left;
    }
    top->rank = rank(top->prev) + 1;
    top->oldest = top->shown.accepted_at;
    older(top->next, &top->oldest);
    older(top->prev, &top->oldest);
    return top;
}

static void wait_in(struct ilf__queue *q, struct ilf__payload *p)
{
    p->next = p->prev = NULL;
    p->rank = 1;
    p->oldest = p->shown.accepted_at;
    q->waiting = merge(q->waiting, p);
}

static struct ilf__payload *take_waiting(struct ilf__queue *q)
{
    struct ilf__payload *p = q->waiting;

    if (p) {
        q->waiting = merge(p->next, p->prev);
        p->next = p->prev = NULL;
    }
    return p;
}

/* --- The queue -------------------------------------------------------------------------------- */

static struct ilf__lane *lane_of(struct ilf__queue *q, const struct ilf__payload *p)
{
    return q->n_lanes > 0 ? &q->lanes[p->lane % q->n_lanes] : NULL;
}

static void hold(struct ilf__queue *q, const struct ilf__payload *p)
{
    q->held.payloads++;
    q->held.records += p->shown.n_records;
    q->held.events += p->shown.n_events;
    q->held.bytes += p->memory;
    q->unspooled += p->sequence == 0;
}

static void let_go(struct ilf__queue *q, const struct ilf__payload *p)
{
    q->held.payloads--;
    q->held.records -= p->shown.n_records;
    q->held.events -= p->shown.n_events;
    q->held.bytes -= p->memory;
    q->unspooled -= p->sequence == 0;
}

void ilf__queue_add(struct ilf__queue *q, struct ilf__payload *p)
{
    static _Atomic(uint64_t) last; /* one for the process: payloads pass from queue to queue */
    struct ilf__lane *lane = lane_of(q, p);

    hold(q, p);
    p->place = atomic_fetch_add_explicit(&last, 1, memory_order_relaxed) + 1;
    if (lane && lane->busy) {
        ilf__list_append(&lane->line, p);
        return;
    }
    if (lane)
        lane->busy = true;
    ilf__list_append(&q->ready, p);
}

/* Back into its place among those that are ready: near their beginning, since only what failed
 * before can be there that is older. */
static void go_back_to(struct ilf__queue *q, struct ilf__payload *p)
{
    struct ilf__payload *before = NULL, *at = q->ready.head;

    q->going_back = true;
    while (at && ilf__is_behind(p, at)) {
        before = at;
        at = at->next;
    }
    if (!before) {
        ilf__list_prepend(&q->ready, p);
    } else if (!at) {
        ilf__list_append(&q->ready, p);
    } else {
        p->next = at;
        before->next = p;
    }
}

static bool keeps_order(const struct ilf__queue *q)
{
    return q->n_lanes > 0 || q->in_order;
}

/* Must it wait for what another queue has given out? */
static bool is_closed(const struct ilf__queue *q)
{
    return q->awaited > 0 && keeps_order(q);
}

struct ilf__payload *ilf__queue_next(struct ilf__queue *q, uint64_t now)
{
    if (is_closed(q))
        return NULL;
    if (q->going_back && (q->taken > 0 || !q->ready.head || q->ready.head->due > now))
        return NULL;
    if (q->ready.head && q->new_first)
        return q->ready.head;
    return q->waiting && q->waiting->due <= now ? q->waiting : q->ready.head;
}

struct ilf__payload *ilf__queue_take(struct ilf__queue *q, uint64_t now)
{
    struct ilf__payload *p = ilf__queue_next(q, now);

    if (!p)
        return NULL;
    q->going_back = false;
    q->taken++;
    return p == q->waiting ? take_waiting(q) : ilf__list_take(&q->ready);
}

void ilf__queue_retry(struct ilf__queue *q, struct ilf__payload *p)
{
    q->taken--;
    if (q->in_order)
        go_back_to(q, p);
    else
        wait_in(q, p);
}

void ilf__queue_swap(struct ilf__queue *q, struct ilf__payload *p,
                     struct ilf__payload *const *parts, size_t n)
{
    struct ilf__lane *lane = lane_of(q, p);

    let_go(q, p);
    for (size_t i = 0; i < n; i++)
        hold(q, parts[i]);
    ilf__queue_retry(q, parts[0]);
    if (n == 1)
        return;
    if (q->in_order)
        go_back_to(q, parts[1]);
    else if (lane)
        ilf__list_prepend(&lane->line, parts[1]);
    else
        ilf__list_prepend(&q->ready, parts[1]);
}

/* @p is in play no more; the next of its lane is ready. */
static void end_turn(struct ilf__queue *q, const struct ilf__payload *p)
{
    struct ilf__lane *lane = lane_of(q, p);
    struct ilf__payload *next;

    if (!lane)
        return;
    next = ilf__list_take(&lane->line);
    if (next)
        ilf__list_append(&q->ready, next);
    else
        lane->busy = false;
}

static void leave(struct ilf__queue *q, const struct ilf__payload *p)
{
    let_go(q, p);
    end_turn(q, p);
}

void ilf__queue_forget(struct ilf__queue *q, struct ilf__payload *p)
{
    q->taken--;
    leave(q, p);
}

void ilf__queue_set_aside(struct ilf__queue *q, struct ilf__payload *p)
{
    q->taken--;
    end_turn(q, p);
}

void ilf__queue_hold(struct ilf__queue *q, const struct ilf__payload *p)
{
    hold(q, p);
}

void ilf__queue_release(struct ilf__queue *q, const struct ilf__payload *p)
{
    let_go(q, p);
}

uint64_t ilf__queue_due(const struct ilf__queue *q)
{
    if (is_closed(q))
        return UINT64_MAX;
    if (q->going_back)
        return q->taken == 0 && q->ready.head ? q->ready.head->due : UINT64_MAX;
    return q->waiting ? q->waiting->due : UINT64_MAX;
}

uint64_t ilf__queue_oldest(const struct ilf__queue *q)
{
    uint64_t oldest = UINT64_MAX;

    older(q->waiting, &oldest);
    /* What is ready stands in the order in which it was added; but what was behind others of its
     * lane has come later. */
    for (const struct ilf__payload *p = q->ready.head; p; p = q->n_lanes > 0 ? p->next : NULL)
        if (p->shown.accepted_at < oldest)
            oldest = p->shown.accepted_at;
    if (q->late.head && q->late.head->shown.accepted_at < oldest)
        oldest = q->late.head->shown.accepted_at;
    return oldest;
}

void ilf__queue_hurry(struct ilf__queue *q)
{
    struct ilf__list hurried = {NULL, NULL};
    struct ilf__payload *p;

    while ((p = take_waiting(q)))
        ilf__list_append(&hurried, p);
    while ((p = ilf__list_take(&q->ready))) {
        p->due = 0;
        ilf__list_append(&hurried, p);
    }
    q->ready = ilf__list_sort(hurried);
    for (p = q->late.head; p; p = p->next)
        p->due = 0;
}

/* The lane whose line begins with the oldest payload. NULL: nothing stands in line. */
static struct ilf__lane *oldest_line(struct ilf__queue *q)
{
    struct ilf__lane *oldest = NULL;

    for (size_t i = 0; i < q->n_lanes; i++) {
        const struct ilf__payload *head = q->lanes[i].line.head;

        if (head && (!oldest || head->shown.id < oldest->line.head->shown.id))
            oldest = &q->lanes[i];
    }
    return oldest;
}

struct ilf__payload *ilf__queue_drop_oldest(struct ilf__queue *q)
{
    const struct ilf__payload *ready = q->ready.head, *waiting = q->waiting;
    struct ilf__payload *p = NULL;
    struct ilf__lane *lane;

    if (waiting && (!ready || waiting->shown.id < ready->shown.id))
        p = take_waiting(q);
    else if (ready)
        p = ilf__list_take(&q->ready);
    if (p) {
        leave(q, p);
        return p;
    }
    lane = oldest_line(q); /* whose first is taken, and stays in play */
    p = lane ? ilf__list_take(&lane->line) : NULL;
    if (p)
        let_go(q, p);
    return p;
}

/* --- From queue to queue ---------------------------------------------------------------------- */

/* Take out all that is not taken, still held, in the order of places. */
static struct ilf__list take_out(struct ilf__queue *q)
{
    struct ilf__list all = {NULL, NULL};
    struct ilf__payload *p;

    while ((p = ilf__list_take(&q->ready)) || (p = take_waiting(q))) {
        if (q->n_lanes > 0)
            lane_of(q, p)->busy = false; /* what is in play of those that stay so is taken */
        ilf__list_append(&all, p);
    }
    for (size_t i = 0; i < q->n_lanes; i++)
        while ((p = ilf__list_take(&q->lanes[i].line)))
            ilf__list_append(&all, p);
    while ((p = ilf__list_take(&q->late)))
        ilf__list_append(&all, p);
    return ilf__list_sort(all);
}

/* Put in @p, which is held, behind all that is in there. */
static void put_in(struct ilf__queue *q, struct ilf__payload *p)
{
    struct ilf__lane *lane = lane_of(q, p);

    if (lane && lane->busy) {
        ilf__list_append(&lane->line, p);
        return;
    }
    if (lane)
        lane->busy = true;
    if (p->due > 0 && !q->in_order)
        wait_in(q, p);
    else
        ilf__list_append(&q->ready, p);
}

/* Put in all of @list, which are held, each in its place. */
static void settle_in(struct ilf__queue *q, struct ilf__list list)
{
    struct ilf__payload *p;

    list = ilf__list_merge(take_out(q), ilf__list_sort(list));
    while ((p = ilf__list_take(&list)))
        put_in(q, p);
    if (q->in_order && q->ready.head && q->ready.head->due > 0)
        q->going_back = true; /* the first has failed, and waits until it is due */
}

struct ilf__list ilf__queue_leave(struct ilf__queue *q)
{
    struct ilf__list all = take_out(q);

    for (const struct ilf__payload *p = all.head; p; p = p->next)
        let_go(q, p);
    if (q->taken == 0)
        q->going_back = false;
    return all;
}

void ilf__queue_join(struct ilf__queue *q, struct ilf__list list)
{
    struct ilf__payload *p;

    for (p = list.head; p; p = p->next)
        hold(q, p);
    if (is_closed(q)) { /* more will come */
        while ((p = ilf__list_take(&list)))
            ilf__list_append(&q->late, p);
    } else if (list.head && !list.head->next && !keeps_order(q)) {
        put_in(q, list.head);
    } else if (list.head) {
        settle_in(q, list);
    }
}

void ilf__queue_await(struct ilf__queue *q, size_t more, size_t ended)
{
    struct ilf__list late = q->late;

    q->awaited += more;
    q->awaited -= ended;
    if (q->awaited > 0 || !late.head)
        return;
    q->late = (struct ilf__list){NULL, NULL};
    settle_in(q, late);
}
