/* Giving a batch again to a flusher that has asked for it, with pauses that grow. */
#include "retry.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "instance.h"

uint64_t ilf__backoff_limit(const struct ilf__retry_options *options, uint32_t attempt)
{
    uint64_t delay = (uint64_t)options->initial_delay;
    uint64_t max = (uint64_t)options->max_delay;

    while (attempt-- > 0 && delay < max)
        delay *= 2; /* both are at most days of nanoseconds: no overflow */
    return delay < max ? delay : max;
}

/* Evenly in [0, @limit]. Retries of many agents must not fall together; nothing depends on its
 * quality, so a mixed clock (splitmix64) will do and needs no state. */
uint64_t ilf__backoff_draw(uint64_t limit)
{
    uint64_t x = ilf__monotonic() + UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    x ^= x >> 31;
    return limit == UINT64_MAX ? x : x % (limit + 1);
}

static void wait_until(ilf_flusher *f, uint64_t deadline)
{
    const struct timespec at = {(time_t)(deadline / 1000000000), (long)(deadline % 1000000000)};

    (void)pthread_cond_timedwait(&f->wake, &f->lock, &at);
}

/* When retrying ends, in monotonic nanoseconds. */
static uint64_t give_up_at(const ilf_flusher *f)
{
    if (!f->urgent)
        return UINT64_MAX;
    return f->deadline > 0 ? f->deadline : f->urgent_at + (uint64_t)f->options.stop_timeout;
}

/* Sleep @pause nanoseconds, less when retrying is over before or when set_urgent comes meanwhile,
 * for then it is worth trying at once. False when there shall be no further try. */
static bool sleep_before_retry(ilf_flusher *f, uint64_t pause)
{
    uint64_t end = ilf__monotonic() + pause;
    bool was_urgent, go_on;

    pthread_mutex_lock(&f->lock);
    was_urgent = f->urgent;
    while (!f->stopping && f->urgent == was_urgent && ilf__monotonic() < end &&
           ilf__monotonic() < give_up_at(f))
        wait_until(f, give_up_at(f) < end ? give_up_at(f) : end);
    go_on = !f->stopping && ilf__monotonic() < give_up_at(f);
    pthread_mutex_unlock(&f->lock);
    return go_on;
}

bool ilf__worth_telling(uint64_t before)
{
    return (before & (before + 1)) == 0;
}

bool ilf__tell_now(struct ilf__told *told, uint64_t now, uint64_t *untold)
{
    const uint64_t first = 1000000000, most = 600 * first;

    *untold = told->untold;
    if (told->pause > 0 && now < told->next) {
        told->untold++;
        return false;
    }
    if (told->pause == 0 || now >= told->next + told->pause)
        told->pause = first;
    else
        told->pause = told->pause * 2 < most ? told->pause * 2 : most;
    told->next = now + told->pause;
    told->untold = 0;
    return true;
}

static void append(ilf_error *err, const char *ending, uint32_t tries)
{
    size_t used = strlen(err->text);

    (void)snprintf(err->text + used, sizeof(err->text) - used,
                   " (gave up after %" PRIu32 " %s, %s)", tries, tries == 1 ? "try" : "tries",
                   ending);
}

static bool wants_retry(ilf_status status)
{
    return status == ILF_ERR_RETRY || status == ILF_ERR_NOMEM;
}

ilf_status ilf__retry(ilf_flusher *f, ilf__call call, void *data, ilf_error *err)
{
    const struct ilf__retry_options *options = &f->options.retry;

    for (uint32_t attempt = 0;; attempt++) {
        ilf_status status = call(f, data, attempt, err);
        uint64_t pause;

        if (!wants_retry(status)) {
            if (status == ILF_OK && attempt > 0)
                ilf__log(f, ILF_LEVEL_INFO, "flush: succeeded after %" PRIu32 " retries", attempt);
            return status;
        }
        if (!options->enable) {
            append(err, "Retry.Enable is false", attempt + 1);
            return status;
        }
        if (options->max_retry_times >= 0 && attempt >= (uint64_t)options->max_retry_times) {
            append(err, "Retry.MaxRetryTimes is reached", attempt + 1);
            return status;
        }
        pause = ilf__backoff_draw(ilf__backoff_limit(options, attempt));
        if (ilf__worth_telling(attempt))
            ilf__log(f, ILF_LEVEL_WARN, "flush: %s; trying again in %.1f s", err->text,
                     (double)pause / 1e9);
        if (!sleep_before_retry(f, pause)) {
            append(err, "the pipeline is stopping", attempt + 1);
            return status;
        }
        ilf__metrics_add(&f->metrics.retries, 1);
    }
}
