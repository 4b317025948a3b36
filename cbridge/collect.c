/* Collecting records into payloads: one open payload per destination and lane. */
#include "collect.h"

#include <stdlib.h>
#include <string.h>

/* A payload that still grows. Its block is header, room for ends, destination, room for bytes. */
struct ilf__open {
    struct ilf__open *chain;       /* of its bucket, of the closed, or of the spare */
    struct ilf__open *next, *prev; /* by age */
    struct ilf__payload *p;
    size_t records, bytes; /* room */
    uint64_t hash, opened_at;
    uint64_t batch; /* that has touched it last, before which it was: */
    size_t old_records, old_bytes;
    uint64_t old_events;
};

enum { FEWEST_RECORDS = 8, FEWEST_BYTES = 512 };

static uint64_t hash(ilf_str text) /* FNV-1a */
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < text.len; i++)
        h = (h ^ (unsigned char)text.ptr[i]) * UINT64_C(0x100000001b3);
    return h ^ (h >> 32);
}

/* --- Memory of one payload -------------------------------------------------------------------- */

/* Point into the block, whose destination has @len bytes. */
static void aim(struct ilf__open *o, size_t len)
{
    char *tail = (char *)((ilf_record_end *)(o->p + 1) + o->records);

    o->p->shown.ends = (ilf_record_end *)(o->p + 1);
    o->p->shown.destination = (ilf_str){tail, len};
    o->p->shown.bytes.ptr = tail + len;
}

/* Give the block room for @records and @bytes, no less than it uses. */
static bool resize(struct ilf__open *o, size_t records, size_t bytes)
{
    size_t len = o->p->shown.destination.len, used = len + o->p->shown.bytes.len;
    size_t memory = sizeof(*o->p) + records * sizeof(ilf_record_end) + len + bytes;
    struct ilf__payload *p;

    if (records < o->records) /* before the block may get too short for it */
        memmove((ilf_record_end *)(o->p + 1) + records, (ilf_record_end *)(o->p + 1) + o->records,
                used);
    p = realloc(o->p, memory);
    if (!p && records < o->records)
        p = o->p; /* it only stays longer than it needs to be */
    if (!p)
        return false;
    if (records > o->records)
        memmove((ilf_record_end *)(p + 1) + records, (ilf_record_end *)(p + 1) + o->records, used);
    p->memory = memory;
    o->p = p;
    o->records = records;
    o->bytes = bytes;
    aim(o, len);
    return true;
}

static size_t grown(size_t room, size_t need, size_t bound)
{
    size_t twice = room * 2;

    if (bound > 0 && twice > bound)
        twice = bound; /* the payload will close there */
    return need > twice ? need : twice;
}

static bool make_room(struct ilf__collector *c, struct ilf__open *o, size_t more)
{
    size_t records = o->records, bytes = o->bytes, before = o->p->memory;

    if (o->p->shown.n_records == records)
        records = grown(records, records + 1, c->max_records);
    if (more > bytes - o->p->shown.bytes.len)
        bytes = grown(bytes, o->p->shown.bytes.len + more, c->max_bytes);
    if (!resize(o, records, bytes))
        return false;
    c->open.bytes += o->p->memory - before;
    return true;
}

static size_t at_least(size_t hint, size_t least, size_t bound)
{
    size_t n = hint > least ? hint : least;

    return bound > 0 && n > bound ? bound : n;
}

/* --- Which are open --------------------------------------------------------------------------- */

static struct ilf__open **bucket_of(struct ilf__collector *c, uint64_t h)
{
    return &c->buckets[h % ILF__OPEN_BUCKETS];
}

/* Among the open ones, as the youngest or else the oldest. */
static void insert(struct ilf__collector *c, struct ilf__open *o, bool youngest)
{
    struct ilf__open **bucket = bucket_of(c, o->hash);

    o->chain = *bucket;
    *bucket = o;
    o->prev = youngest ? c->last : NULL;
    o->next = youngest ? NULL : c->first;
    *(o->prev ? &o->prev->next : &c->first) = o;
    *(o->next ? &o->next->prev : &c->last) = o;
}

static void take_out(struct ilf__collector *c, struct ilf__open *o)
{
    struct ilf__open **link = bucket_of(c, o->hash);

    while (*link != o)
        link = &(*link)->chain;
    *link = o->chain;
    *(o->prev ? &o->prev->next : &c->first) = o->next;
    *(o->next ? &o->next->prev : &c->last) = o->prev;
    o->chain = NULL;
    if (c->recent == o)
        c->recent = NULL;
}

static void close_one(struct ilf__collector *c, struct ilf__open *o)
{
    take_out(c, o);
    *(c->closed_last ? &c->closed_last->chain : &c->closed) = o;
    c->closed_last = o;
    c->n_closed++;
}

static void count(struct ilf__collector *c, const struct ilf__open *o, bool in)
{
    const ilf_payload *p = &o->p->shown;
    uint64_t sign = in ? 1 : UINT64_MAX; /* which is -1 */

    c->open.payloads += sign;
    c->open.records += sign * p->n_records;
    c->open.events += sign * p->n_events;
    c->open.bytes += sign * o->p->memory;
}

static bool is_for(const struct ilf__open *o, ilf_str destination, uint64_t lane)
{
    return o->p->lane == lane && ilf_str_equal(o->p->shown.destination, destination);
}

static struct ilf__open *open_new(struct ilf__collector *c, const ilf_record *record, uint64_t lane,
                                  uint64_t h)
{
    size_t records = at_least(c->hint_records, FEWEST_RECORDS, c->max_records);
    size_t bytes = at_least(c->hint_bytes, FEWEST_BYTES, c->max_bytes);
    struct ilf__open *o = c->spare;
    size_t memory, least;

    bytes = bytes > record->body.len && records > 1 ? bytes : record->body.len;
    least = sizeof(*o->p) + records * sizeof(ilf_record_end) + record->destination.len + bytes;
    if (o)
        c->spare = o->chain;
    else
        o = malloc(sizeof(*o));
    if (!o)
        return NULL;
    memory = least;
    *o = (struct ilf__open){.hash = h, .opened_at = c->now, .records = records};
    o->p = ilf__payload_memory(&c->used, &memory);
    o->bytes = bytes + (memory - least);
    if (!o->p) {
        o->chain = c->spare;
        c->spare = o;
        return NULL;
    }
    memset(o->p, 0, sizeof(*o->p));
    o->p->shown.struct_size = sizeof(o->p->shown);
    o->p->shown.accepted_at = c->wall;
    o->p->memory = memory;
    o->p->lane = lane;
    aim(o, record->destination.len);
    if (record->destination.len > 0)
        memcpy((char *)o->p->shown.destination.ptr, record->destination.ptr,
               record->destination.len);
    insert(c, o, true);
    count(c, o, true);
    return o;
}

/* The open payload that @record goes into. NULL: out of memory. */
static struct ilf__open *find(struct ilf__collector *c, const ilf_record *record)
{
    uint64_t lane = c->n_lanes > 1 ? hash(record->key) % c->n_lanes : 0, h;
    struct ilf__open *o = c->recent;

    if (!o || !is_for(o, record->destination, lane)) {
        h = hash(record->destination) + lane;
        for (o = *bucket_of(c, h); o && !is_for(o, record->destination, lane);)
            o = o->chain;
    } else {
        h = o->hash;
    }
    if (o && c->max_bytes > 0 && o->p->shown.bytes.len + record->body.len > c->max_bytes) {
        close_one(c, o);
        o = NULL;
    }
    return o ? o : open_new(c, record, lane, h);
}

/* --- A batch ---------------------------------------------------------------------------------- */

void ilf__collect_begin(struct ilf__collector *c, uint64_t wall, uint64_t now)
{
    c->batch++;
    c->wall = wall;
    c->now = now;
    c->failed = false;
    c->before = c->open;
}

static ilf_status reject(struct ilf__collector *c, ilf_str text, ilf_str destination,
                         uint32_t n_events, const char *why, bool too_large)
{
    bool added = ilf__rejects_add(&c->rejects, text, destination, n_events, why, too_large);

    c->failed = c->failed || !added;
    return added ? ILF_OK : ILF_ERR_NOMEM;
}

ilf_status ilf__collect_reject(void *collector, ilf_str text, uint32_t n_events, const char *why)
{
    return reject(collector, text, (ilf_str){NULL, 0}, n_events, why, false);
}

ilf_status ilf__collect_put(void *collector, const ilf_record *record)
{
    struct ilf__collector *c = collector;
    struct ilf__open *o;
    ilf_payload *p;

    if (record->body.len > ILF__RECORD_MAX)
        return reject(c, record->body, record->destination, record->n_events,
                      "larger than 256 MiB, which no sink takes as one record", true);
    o = find(c, record);
    if (!o || ((o->p->shown.n_records == o->records ||
                record->body.len > o->bytes - o->p->shown.bytes.len) &&
               !make_room(c, o, record->body.len))) {
        c->failed = true;
        return ILF_ERR_NOMEM;
    }
    c->recent = o;
    p = &o->p->shown;
    if (o->batch != c->batch) {
        o->batch = c->batch;
        o->old_records = p->n_records;
        o->old_bytes = p->bytes.len;
        o->old_events = p->n_events;
    }
    if (record->body.len > 0)
        memcpy((char *)p->bytes.ptr + p->bytes.len, record->body.ptr, record->body.len);
    p->bytes.len += record->body.len;
    ((ilf_record_end *)p->ends)[p->n_records++] =
        (ilf_record_end){(uint32_t)p->bytes.len, record->n_events};
    p->n_events += record->n_events;
    c->open.records++;
    c->open.events += record->n_events;
    if ((c->max_records > 0 && p->n_records >= c->max_records) ||
        (c->max_bytes > 0 && p->bytes.len >= c->max_bytes) || p->bytes.len > (size_t)1 << 30)
        close_one(c, o);
    return ILF_OK;
}

/* What is left of @o, which is in no list, when this batch has not been. */
static void restore(struct ilf__collector *c, struct ilf__open *o)
{
    if (o->batch == c->batch) {
        count(c, o, false);
        o->p->shown.n_records = o->old_records;
        o->p->shown.bytes.len = o->old_bytes;
        o->p->shown.n_events = o->old_events;
        count(c, o, true);
        o->batch = 0; /* so that it is restored once */
    }
    if (o->p->shown.n_records > 0) {
        insert(c, o, false);
        return;
    }
    count(c, o, false);
    free(o->p);
    o->chain = c->spare;
    c->spare = o;
}

void ilf__collect_undo(struct ilf__collector *c)
{
    struct ilf__open *o = c->closed, *next;

    for (struct ilf__open *old = c->last; old; old = next) {
        next = old->prev;
        if (old->batch == c->batch || old->p->shown.n_records == 0) {
            take_out(c, old);
            restore(c, old);
        }
    }
    c->closed = c->closed_last = NULL;
    c->n_closed = 0;
    for (; o; o = next) {
        next = o->chain;
        restore(c, o);
    }
    ilf__rejects_forget(&c->rejects);
}

void ilf__collect_close(struct ilf__collector *c, uint64_t before)
{
    while (c->first && (before == UINT64_MAX || c->first->opened_at < before))
        close_one(c, c->first);
}

uint64_t ilf__collect_oldest(const struct ilf__collector *c)
{
    return c->first ? c->first->opened_at : UINT64_MAX;
}

/* The block that was made large enough to grow becomes as long as it needs to be. */
static struct ilf__payload *finish(struct ilf__collector *c, struct ilf__open *o)
{
    const ilf_payload *p = &o->p->shown;
    size_t used = p->n_records * sizeof(ilf_record_end) + p->bytes.len;

    count(c, o, false);
    c->hint_records = p->n_records;
    c->hint_bytes = p->bytes.len;
    if (used < (o->records * sizeof(ilf_record_end) + o->bytes) / 4 * 3)
        (void)resize(o, p->n_records, p->bytes.len);
    o->p->shown.id = ilf__payload_id();
    return o->p;
}

struct ilf__list ilf__collect_take(struct ilf__collector *c)
{
    struct ilf__list list = {NULL, NULL};

    while (c->closed) {
        struct ilf__open *o = c->closed;

        c->closed = o->chain;
        ilf__list_append(&list, finish(c, o));
        o->chain = c->spare;
        c->spare = o;
    }
    c->closed_last = NULL;
    c->n_closed = 0;
    return list;
}

void ilf__collect_dispose(struct ilf__collector *c)
{
    struct ilf__list list;
    struct ilf__payload *p;

    ilf__rejects_forget(&c->rejects);
    ilf__collect_close(c, UINT64_MAX);
    list = ilf__collect_take(c);
    while ((p = ilf__list_take(&list)))
        free(p);
    ilf__payload_free_all(c->used);
    while (c->spare) {
        struct ilf__open *o = c->spare;

        c->spare = o->chain;
        free(o);
    }
}
