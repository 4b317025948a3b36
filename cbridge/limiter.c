/* How much may be under way: a number of sends that adapts to the sink, and rates. */
#include "limiter.h"

enum { FIRST_LIMIT = 2, LEAST_WINDOW = 8 };

/* The share of a window that may be throttled. */
static const double HARMLESS = 0.1;

/* Latency that rises counts only beyond this, below which a machine's own noise is. */
static const double NOISE = 20e6;

void ilf__limiter_init(struct ilf__limiter *l, double max, bool adaptive, double records,
                       double bytes, uint64_t now)
{
    *l = (struct ilf__limiter){
        .adaptive = adaptive,
        .max = max,
        .limit = adaptive && max > FIRST_LIMIT ? FIRST_LIMIT : max,
        .records = {records, records, now},
        .bytes = {bytes, bytes, now},
    };
}

/* When @bucket lets the next one through: as soon as it owes nothing, so that what is larger than
 * the bucket passes too, and is paid for afterwards. */
static uint64_t opens_at(struct ilf__bucket *bucket, uint64_t now)
{
    if (bucket->rate <= 0)
        return now;
    bucket->tokens += (double)(now - bucket->at) / 1e9 * bucket->rate;
    bucket->tokens = bucket->tokens < bucket->rate ? bucket->tokens : bucket->rate;
    bucket->at = now;
    return bucket->tokens > 0 ? now : now + (uint64_t)(-bucket->tokens / bucket->rate * 1e9) + 1;
}

bool ilf__limiter_allows(struct ilf__limiter *l, size_t in_flight, uint64_t now, uint64_t *when)
{
    uint64_t records = opens_at(&l->records, now), bytes = opens_at(&l->bytes, now);

    if ((double)(in_flight + 1) > l->limit) {
        *when = UINT64_MAX;
        return false;
    }
    *when = records > bytes ? records : bytes;
    return *when <= now;
}

void ilf__limiter_sent(struct ilf__limiter *l, size_t records, size_t bytes)
{
    l->records.tokens -= (double)records;
    l->bytes.tokens -= (double)bytes;
}

static bool is_slower(struct ilf__limiter *l, double latency)
{
    if (l->usual == 0)
        l->usual = l->latency = latency;
    l->latency += (latency - l->latency) / 8;
    l->usual += (latency - l->usual) / 64;
    return l->latency > 2 * l->usual + NOISE;
}

/* Count one that was throttled, or was not, and cut the limit when the window is full. */
static void count(struct ilf__limiter *l, bool throttled)
{
    double beyond;

    l->ended++;
    l->throttled += throttled;
    if (l->ended < LEAST_WINDOW || l->ended < l->limit)
        return;
    beyond = (l->throttled / l->ended - HARMLESS) / (1 - HARMLESS);
    l->ended = l->throttled = 0;
    if (beyond <= 0)
        return;
    l->limit *= 1 - beyond / 2;
    l->limit = l->limit > 1 ? l->limit : 1;
    l->successes = 0;
}

void ilf__limiter_ended(struct ilf__limiter *l, enum ilf__load load, size_t in_flight,
                        uint64_t sent_at, uint64_t now)
{
    if (!l->adaptive || load == ILF__LOAD_UNKNOWN)
        return;
    if (load != ILF__LOAD_TOO_MUCH)
        count(l, load == ILF__LOAD_THROTTLED);
    if (load == ILF__LOAD_THROTTLED)
        return;
    if (load == ILF__LOAD_FINE && is_slower(l, (double)(now - sent_at)))
        load = ILF__LOAD_TOO_MUCH;
    if (load == ILF__LOAD_TOO_MUCH) {
        l->successes = 0;
        if (sent_at < l->cut_at)
            return;
        l->cut_at = now;
        l->limit = l->limit > 2 ? l->limit / 2 : 1;
        return;
    }
    if ((double)(in_flight + 1) <= l->limit)
        return; /* it was not the limit that held us back */
    l->successes++;
    if (l->successes >= l->limit) {
        l->successes = 0;
        l->limit = l->limit + 1 < l->max ? l->limit + 1 : l->max;
    }
}
