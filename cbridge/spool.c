/* The spool: payloads on disk, in order, until they are delivered. */
#include <inttypes.h>
#include <stdlib.h>

#include "point.h"
#include "spool_parts.h"

#define PARTS (UINT64_C(1) << ILF__SPOOL_PART_BITS)

/* A transaction, and what the spool will be when it is committed. */
struct change {
    struct ilf__spool *spool;
    MDB_txn *txn;
    struct ilf__spool_state state;
    uint64_t lowest, oldest;
    bool removed; /* so the first payload may be another */
};

static int begin(struct change *c, struct ilf__spool *spool)
{
    *c = (struct change){
        .spool = spool, .state = spool->state, .lowest = spool->lowest, .oldest = spool->oldest};
    return mdb_txn_begin(spool->env, NULL, 0, &c->txn);
}

static int find_first(struct change *c)
{
    struct ilf__spool_record record = {0};
    MDB_val value;
    int rc = ilf__store_first(c->spool, c->txn, 0, &c->lowest, &value);

    c->oldest = 0;
    if (rc == MDB_NOTFOUND) {
        c->lowest = 0;
        return 0;
    }
    if (rc == 0 && ilf__spool_record_peek(&record, value.mv_data, value.mv_size))
        c->oldest = record.accepted_at;
    return rc;
}

/* Commit, if @rc says that all went well so far. */
static int end(struct change *c, int rc)
{
    struct ilf__spool *spool = c->spool;

    if (rc == 0 && c->removed)
        rc = find_first(c);
    if (rc == 0)
        rc = ilf__store_put_state(spool, c->txn, &c->state);
    if (rc != 0) {
        mdb_txn_abort(c->txn);
        return rc;
    }
    ILF__POINT("spool-commit");
    rc = mdb_txn_commit(c->txn);
    if (rc != 0)
        return rc;
    ILF__POINT("spool-committed");
    spool->state = c->state;
    spool->lowest = c->lowest;
    spool->oldest = c->oldest;
    spool->unsynced = spool->options.sync != ILF__SYNC_BATCH;
    return 0;
}

/* Put @payload at @sequence. */
static int put(struct change *c, const struct ilf__payload *payload, uint64_t sequence,
               unsigned flags)
{
    unsigned char bytes[8];
    MDB_val key = {8, bytes}, value = {ilf__spool_record_size(&payload->shown), NULL};
    int rc;

    ilf__spool_key_write(bytes, sequence);
    rc = mdb_put(c->txn, c->spool->dbi, &key, &value, MDB_RESERVE | flags);
    if (rc != 0)
        return rc;
    if (c->lowest == 0) {
        c->lowest = sequence;
        c->oldest = payload->shown.accepted_at;
    }
    ilf__spool_record_write(value.mv_data, payload, sequence, c->lowest);
    c->state.payloads++;
    c->state.events += payload->shown.n_events;
    c->state.bytes += value.mv_size;
    if (sequence > c->state.last)
        c->state.last = sequence;
    return 0;
}

/* Delete @sequence. It is no error that it is not there: it was set aside meanwhile. */
static int take_out(struct change *c, uint64_t sequence)
{
    struct ilf__spool_record record = {0};
    struct ilf__spool_state *state = &c->state;
    unsigned char bytes[8];
    MDB_val key = {8, bytes}, value;
    int rc;

    if (sequence == 0) /* was never in the spool; and key 0 is the state */
        return 0;
    ilf__spool_key_write(bytes, sequence);
    rc = mdb_get(c->txn, c->spool->dbi, &key, &value);
    if (rc == MDB_NOTFOUND)
        return 0;
    if (rc != 0)
        return rc;
    (void)ilf__spool_record_peek(&record, value.mv_data, value.mv_size);
    state->payloads--;
    state->bytes -= value.mv_size;
    /* The header may be damaged; an empty spool has no events whatever was said. */
    state->events -= record.n_events < state->events ? record.n_events : state->events;
    if (state->payloads == 0)
        state->events = 0;
    c->removed = c->removed || sequence == c->lowest;
    return mdb_del(c->txn, c->spool->dbi, &key, NULL);
}

/* Is there room for @n payloads? */
static ilf_status check_room(struct ilf__spool *spool, struct ilf__payload *const *payloads,
                             size_t n, ilf_error *err)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < n; i++) {
        size_t size = ilf__spool_record_size(&payloads[i]->shown);

        if (size == 0)
            return ilf_fail(err, ILF_ERR_DROP, "spool '%s': a payload of more than 4 GiB",
                            spool->path);
        bytes += size;
    }
    if (bytes > spool->options.max_bytes)
        return ilf_fail(err, ILF_ERR_DROP,
                        "spool '%s': %" PRIu64 " bytes at once are more than its MaxBytes of "
                        "%" PRIu64,
                        spool->path, bytes, spool->options.max_bytes);
    if (spool->state.bytes > spool->options.max_bytes - bytes)
        return ilf_fail(err, ILF_ERR_RETRY,
                        "spool '%s': full: it holds %" PRIu64 " of MaxBytes %" PRIu64, spool->path,
                        spool->state.bytes, spool->options.max_bytes);
    return ILF_OK;
}

ilf_status ilf__spool_append(struct ilf__spool *spool, struct ilf__payload *const *payloads,
                             size_t n, const void *owner, ilf_error *err)
{
    ilf_status status = ilf__spool_enter(spool, err);
    struct change c;
    uint64_t first;
    int rc;

    if (status != ILF_OK)
        return status;
    status = check_room(spool, payloads, n, err);
    if (status == ILF_OK && owner && !ilf__claims_reserve(&spool->claims, n))
        status = ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    if (status != ILF_OK || n == 0)
        return ilf__spool_leave(spool, status);
    first = (spool->state.last | (PARTS - 1)) + 1;
    rc = begin(&c, spool);
    if (rc == 0) {
        for (size_t i = 0; rc == 0 && i < n; i++)
            rc = put(&c, payloads[i], first + i * PARTS, MDB_APPEND);
        ILF__POINT("spool-append");
        rc = end(&c, rc);
    }
    if (rc != 0)
        return ilf__spool_leave(spool, ilf__spool_fail(spool, rc, "write", err));
    for (size_t i = 0; i < n; i++) {
        payloads[i]->sequence = first + i * PARTS;
        if (owner)
            ilf__claims_set(&spool->claims, payloads[i]->sequence, owner);
    }
    if (!owner && first < spool->scan_from)
        spool->scan_from = first;
    return ilf__spool_leave(spool, ILF_OK);
}

ilf_status ilf__spool_release(struct ilf__spool *spool, const uint64_t *sequences, size_t n,
                              ilf_error *err)
{
    ilf_status status = ilf__spool_enter(spool, err);

    if (status != ILF_OK)
        return status;
    for (size_t i = 0; i < n; i++) {
        if (!ilf__claims_find(&spool->claims, sequences[i]))
            continue;
        ilf__claims_set(&spool->claims, sequences[i], NULL);
        if (sequences[i] < spool->scan_from)
            spool->scan_from = sequences[i];
    }
    return ilf__spool_leave(spool, ILF_OK);
}

void ilf__spool_pass(struct ilf__spool *spool, const void *from, const void *to)
{
    pthread_mutex_lock(&spool->mutex);
    ilf__claims_pass(&spool->claims, from, to);
    pthread_mutex_unlock(&spool->mutex);
}

/* What a removal does: delete @n, put @n_parts in the place of the first. */
struct removal {
    const uint64_t *sequences;
    size_t n;
    struct ilf__payload *const *parts;
    size_t n_parts;
    uint64_t *places; /* where the parts come to lie */
};

/* Where to put parts of @sequence: evenly up to the next payload, so that they can be split again.
 * When there is no place left between, which takes 20 halvings, the rest goes to the end: out of
 * order, but not lost. */
static int find_places(struct change *c, const struct removal *r)
{
    uint64_t sequence = r->sequences[0], next = (sequence | (PARTS - 1)) + 1, found, step;
    MDB_val value;
    int rc = ilf__store_first(c->spool, c->txn, sequence + 1, &found, &value);

    if (rc != 0 && rc != MDB_NOTFOUND)
        return rc;
    if (rc == 0 && found < next)
        next = found;
    step = (next - sequence) / r->n_parts;
    if (step == 0)
        step = 1;
    for (size_t i = 0; i < r->n_parts; i++)
        r->places[i] = i < next - sequence ? sequence + i * step
                                           : (c->state.last | (PARTS - 1)) + 1 + i * PARTS;
    return 0;
}

static int try_removal(struct ilf__spool *spool, const struct removal *r)
{
    struct change c;
    int rc = begin(&c, spool);

    if (rc != 0)
        return rc;
    if (r->n_parts > 0)
        rc = find_places(&c, r);
    for (size_t i = 0; rc == 0 && i < r->n; i++)
        rc = take_out(&c, r->sequences[i]);
    for (size_t i = 0; rc == 0 && i < r->n_parts; i++)
        rc = put(&c, r->parts[i], r->places[i], 0);
    c.removed = c.removed || r->n_parts > 0;
    if (r->n_parts > 0)
        ILF__POINT("spool-replace");
    else
        ILF__POINT("spool-remove");
    return end(&c, rc);
}

/* Removing must work when the map is full, so it may grow for that. */
static ilf_status run_removal(struct ilf__spool *spool, const struct removal *r, ilf_error *err)
{
    bool sync = spool->options.sync == ILF__SYNC_BATCH;
    int rc;

    /* One sync less: the pages are on disk before the meta page is written, but that may be written
     * later. A power cut then brings back what was delivered, and loses nothing. */
    if (sync)
        (void)mdb_env_set_flags(spool->env, MDB_NOMETASYNC, 1);
    rc = try_removal(spool, r);
    while (rc == MDB_MAP_FULL) {
        rc = ilf__store_grow(spool);
        if (rc == 0)
            rc = try_removal(spool, r);
    }
    if (sync)
        (void)mdb_env_set_flags(spool->env, MDB_NOMETASYNC, 0);
    return rc == 0 ? ILF_OK : ilf__spool_fail(spool, rc, "remove", err);
}

ilf_status ilf__spool_delete(struct ilf__spool *spool, const uint64_t *sequences, size_t n,
                             ilf_error *err)
{
    const struct removal r = {.sequences = sequences, .n = n};

    return n > 0 ? run_removal(spool, &r, err) : ILF_OK;
}

ilf_status ilf__spool_remove(struct ilf__spool *spool, const uint64_t *sequences, size_t n,
                             ilf_error *err)
{
    ilf_status status = ilf__spool_enter(spool, err);

    if (status != ILF_OK)
        return status;
    status = ilf__spool_delete(spool, sequences, n, err);
    for (size_t i = 0; status == ILF_OK && i < n; i++)
        ilf__claims_remove(&spool->claims, sequences[i]);
    return ilf__spool_leave(spool, status);
}

/* Hand the claim on @sequence, if there is one, on to its parts. */
static void hand_on(struct ilf__spool *spool, uint64_t sequence, const struct removal *r)
{
    const struct ilf__claim *claim = ilf__claims_find(&spool->claims, sequence);
    const void *owner = claim ? claim->owner : NULL;
    bool known = claim != NULL;

    ilf__claims_remove(&spool->claims, sequence);
    for (size_t i = 0; i < r->n_parts; i++) {
        r->parts[i]->sequence = r->places[i];
        if (known)
            ilf__claims_set(&spool->claims, r->places[i], owner);
        if (!owner && r->places[i] < spool->scan_from)
            spool->scan_from = r->places[i];
    }
}

ilf_status ilf__spool_replace(struct ilf__spool *spool, uint64_t sequence,
                              struct ilf__payload *const *payloads, size_t n, ilf_error *err)
{
    struct removal r = {.sequences = &sequence, .n = 1, .parts = payloads, .n_parts = n};
    ilf_status status = ilf__spool_enter(spool, err);

    if (status != ILF_OK)
        return status;
    for (size_t i = 0; i < n && status == ILF_OK; i++)
        if (ilf__spool_record_size(&payloads[i]->shown) == 0)
            status = ilf_fail(err, ILF_ERR_DROP, "spool '%s': a payload of more than 4 GiB",
                              spool->path);
    r.places = calloc(n > 0 ? n : 1, sizeof(*r.places));
    if (!r.places || !ilf__claims_reserve(&spool->claims, n))
        status = ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    if (status == ILF_OK)
        status = run_removal(spool, &r, err);
    if (status == ILF_OK)
        hand_on(spool, sequence, &r);
    free(r.places);
    return ilf__spool_leave(spool, status);
}
