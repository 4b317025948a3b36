/* The end of a send, as a flusher tells it from any thread: believed only as far as it can be. */
#include "delivery_parts.h"

#include <stdlib.h>

#include "one_line.h"

/* A result without its verdict is too short to be one. */
enum { RESULT_LEAST = offsetof(ilf_result, verdict) + sizeof(((ilf_result *)0)->verdict) };

enum { RECORD_REASON = 256 }; /* with the NUL */

static const char no_verdict[] = "the flusher has ended a send without a verdict";

/* The verdict @n, or that which loses nothing. */
static ilf_verdict known(uint64_t n)
{
    return n <= ILF_CANCELLED ? (ilf_verdict)n : ILF_RETRY;
}

static size_t set_reason(uint8_t *at, ilf_str reason)
{
    char line[RECORD_REASON];
    size_t len;

    ilf__copy_line(line, sizeof(line), reason);
    len = strlen(line);
    *at = (uint8_t)len;
    memcpy(at + 1, line, len);
    return 1 + len;
}

/* The verdicts of @n records, and behind them their reasons, each with its length in front. NULL: out
 * of memory, or there are none. */
static uint8_t *copy_records(const ilf_result *from, size_t n)
{
    size_t text = 0;
    uint8_t *records, *at;

    if (!from->records)
        return NULL;
    for (size_t i = 0; i < n && from->reasons; i++)
        text += 1 + (from->reasons[i].len < RECORD_REASON ? from->reasons[i].len : RECORD_REASON);
    records = malloc(n + text);
    if (!records)
        return NULL;
    for (size_t i = 0; i < n; i++)
        records[i] = (uint8_t)known(from->records[i]);
    at = records + n;
    for (size_t i = 0; i < n && from->reasons; i++)
        at += set_reason(at, from->reasons[i]);
    return records;
}

/* What @result says, as far as it is there; what can't be understood is to be sent again. */
static ilf_result take_result(const ilf_result *result)
{
    ilf_result taken = {.verdict = ILF_RETRY, .flags = ILF_RESULT_UNANSWERED};

    taken.reason = (ilf_str){no_verdict, sizeof(no_verdict) - 1};
    if (!result || result->struct_size < RESULT_LEAST)
        return taken;
    memset(&taken, 0, sizeof(taken));
    memcpy(&taken, result,
           result->struct_size < sizeof(taken) ? result->struct_size : sizeof(taken));
    if ((uint64_t)taken.verdict > ILF_CANCELLED) {
        taken.flags |= ILF_RESULT_UNANSWERED;
        taken.reason = (ilf_str){no_verdict, sizeof(no_verdict) - 1};
    }
    taken.verdict = known((uint64_t)taken.verdict);
    return taken;
}

/* Write down how @flight has ended. All of @result is the flusher's memory. Under the lock. */
static void note(struct ilf__flight *flight, const ilf_result *result)
{
    ilf_result taken = take_result(result);
    uint8_t *records = copy_records(&taken, flight->p->shown.n_records);

    if (taken.records && !records) { /* nothing is lost by asking again */
        taken.verdict = ILF_RETRY;
        taken.flags |= ILF_RESULT_UNANSWERED;
        taken.reason = (ilf_str){"out of memory for its results", 29};
    }
    ilf__copy_line(flight->reason, sizeof(flight->reason), taken.reason);
    flight->result = taken;
    flight->records = records;
    flight->done = true;
}

/* The flight of @payload, or NULL. Only the address is looked at: it may lead to memory that is long
 * gone, when a send is completed twice. Under the lock. */
static struct ilf__flight *find_flight(struct ilf__delivery *d, const ilf_payload *payload)
{
    for (size_t i = 0; payload && i < d->n_flights; i++)
        if (d->flights[i].p && &d->flights[i].p->shown == payload && !d->flights[i].done)
            return &d->flights[i];
    return NULL;
}

void ilf__delivery_complete(struct ilf__delivery *d, const ilf_payload *payload,
                            const ilf_result *result)
{
    struct ilf__flight *flight;
    uint64_t now = ilf__monotonic();
    bool tell;

    ILF__POINT("complete");
    pthread_mutex_lock(&d->lock);
    flight = d->keeping ? NULL : find_flight(d, payload);
    if (!flight) {
        tell = !d->keeping /* then it is accounted for */ && ilf__worth_telling(d->told_twice++);
        pthread_mutex_unlock(&d->lock);
        if (tell)
            ilf__log(d->f, ILF_LEVEL_ERROR, "a send was completed twice, or never begun");
        return;
    }
    note(flight, result);
    flight->ended_at = now;
    *d->done_end = flight;
    d->done_end = &flight->next_done;
    if (pthread_equal(pthread_self(), d->runner))
        pthread_mutex_unlock(&d->lock); /* it looks anyway, when send or poll returns */
    else
        ilf__delivery_nudge_and_unlock(d);
}
