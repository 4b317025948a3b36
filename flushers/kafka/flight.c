/* Flights: payloads under way, and what is known of their records. */
#include "flight.h"

#include <stdlib.h>

#include "answer.h"

/* Of more records nothing is kept for the next flight. */
enum { KEPT_ROOM = 65536 };

static void complete_without(struct flights *all, const ilf_payload *payload, const char *reason)
{
    const ilf_result result = {
        .struct_size = sizeof(result),
        .verdict = ILF_RETRY,
        .reason = {reason, strlen(reason)},
    };

    all->host->complete(all->host->context, payload, &result);
}

static void free_room(struct flight *flight)
{
    free(flight->verdicts);
    free(flight->reasons);
    flight->verdicts = NULL;
    flight->reasons = NULL;
    flight->room = 0;
}

static struct flight *make(struct flights *all)
{
    struct flight *flight = calloc(1, sizeof(*flight));

    if (flight) {
        flight->next_made = all->made;
        all->made = flight;
    }
    return flight;
}

struct flight *flight_new(struct flights *all, const ilf_payload *payload)
{
    struct flight *flight = all->spare;

    if (flight)
        all->spare = flight->next;
    else
        flight = make(all);
    if (!flight) {
        complete_without(all, payload, "out of memory");
        return NULL;
    }
    flight->next = NULL;
    flight->producer = NULL;
    flight->payload = payload;
    flight->open = flight->failed = flight->n_texts = 0;
    flight->has_culprits = flight->has_suspects = false;
    all->n++;
    return flight;
}

/* Verdicts and reasons of all records: delivered, and none. */
static bool make_room(struct flight *flight)
{
    size_t n = flight->payload->n_records;

    if (flight->room < n) {
        free_room(flight);
        flight->verdicts = malloc(n);
        flight->reasons = calloc(n, sizeof(*flight->reasons));
        if (!flight->verdicts || !flight->reasons) {
            free_room(flight);
            return false;
        }
        flight->room = n;
    }
    memset(flight->verdicts, ILF_DELIVERED, n);
    memset(flight->reasons, 0, n * sizeof(*flight->reasons));
    return true;
}

/* The line about @code: the last one, when there are too many. */
static ilf_str text_of(struct flight *flight, rd_kafka_resp_err_t code, const char *hint)
{
    size_t i = 0;

    while (i < flight->n_texts && (flight->texts[i].code != code || flight->texts[i].hint != hint))
        i++;
    if (i == flight->n_texts && i < FLIGHT_REASONS) {
        flight->n_texts++;
        flight->texts[i].code = code;
        flight->texts[i].hint = hint;
        kafka_reason(flight->texts[i].text, sizeof(flight->texts[i].text),
                     flight->payload->destination, code, hint);
    }
    i = i < FLIGHT_REASONS ? i : FLIGHT_REASONS - 1;
    return (ilf_str){flight->texts[i].text, strlen(flight->texts[i].text)};
}

void flight_fail(struct flight *flight, size_t i, rd_kafka_resp_err_t code, ilf_verdict verdict,
                 uint32_t flags, const char *hint)
{
    const ilf_str text = text_of(flight, code, hint);

    if (flight->failed++ == 0) {
        flight->result = (ilf_result){.struct_size = sizeof(flight->result),
                                      .verdict = verdict,
                                      .flags = flags,
                                      .code = (int32_t)code,
                                      .reason = text};
        /* Without the memory to tell them apart all are sent again: twice rather than never. */
        if (!make_room(flight))
            flight->result.verdict = ILF_RETRY;
    }
    /* The letters of those that are refused are to say why these are. */
    if (flight_is_final(verdict) && !flight_is_final(flight->result.verdict)) {
        flight->result.code = (int32_t)code;
        flight->result.reason = text;
    }
    flight->result.flags |= flags & ILF_RESULT_UNANSWERED;
    if (!(flags & ILF_RESULT_UNREACHED))
        flight->result.flags &= ~ILF_RESULT_UNREACHED;
    if (flight->room >= flight->payload->n_records) {
        flight->verdicts[i] = (uint8_t)verdict;
        flight->reasons[i] = text;
    } else {
        flight->result.flags |= ILF_RESULT_UNANSWERED;
    }
}

ilf_verdict flight_verdict(const struct flight *flight, size_t i)
{
    if (flight->failed == 0)
        return ILF_DELIVERED;
    return flight->room >= flight->payload->n_records ? (ilf_verdict)flight->verdicts[i]
                                                      : flight->result.verdict;
}

size_t flight_forget(struct flight *flight)
{
    const size_t n = flight->payload->n_records;

    if (flight->failed == 0 || flight->room < n)
        return 0;
    flight->failed = 0;
    for (size_t i = 0; i < n; i++) {
        if (flight_is_final(flight->verdicts[i])) {
            flight->failed++;
        } else {
            flight->verdicts[i] = ILF_DELIVERED;
            flight->reasons[i] = (ilf_str){NULL, 0};
        }
    }
    if (flight->failed == 0)
        flight->n_texts = 0;
    return n - flight->failed;
}

size_t flight_find(const struct flight *flight, const char *value)
{
    const size_t at = (size_t)(value - flight->payload->bytes.ptr);
    size_t low = 0, high = flight->payload->n_records - 1;

    while (low < high) { /* the first record that ends behind it */
        size_t middle = low + (high - low) / 2;

        if (flight->payload->ends[middle].end > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

const struct flight *flight_oldest(const struct flights *all)
{
    const struct flight *oldest = NULL;

    for (const struct flight *flight = all->made; flight; flight = flight->next_made)
        if (flight->payload && flight->open > 0 && (!oldest || flight->at < oldest->at))
            oldest = flight;
    return oldest;
}

/* Did all records fail with the same code? Then that is the payload's, to which Retry.Actions
 * applies. */
static bool is_uniform(const struct flight *flight)
{
    if (flight->failed < flight->payload->n_records || flight->n_texts > 1)
        return false;
    for (size_t i = 1; i < flight->payload->n_records; i++)
        if (flight->verdicts[i] != flight->verdicts[0])
            return false;
    return true;
}

void flight_end(struct flights *all, struct flight *flight)
{
    ilf_result *result = &flight->result;
    const ilf_payload *payload = flight->payload;

    if (flight->failed == 0)
        *result = (ilf_result){.struct_size = sizeof(*result), .verdict = ILF_DELIVERED};
    else if (flight->room >= payload->n_records && !is_uniform(flight)) {
        result->records = flight->verdicts;
        result->reasons = flight->reasons;
    }
    all->n--;
    all->host->complete(all->host->context, payload, result);
    flight->payload = NULL;
    if (flight->room > KEPT_ROOM)
        free_room(flight);
    flight->next = all->spare;
    all->spare = flight;
}

void flights_dispose(struct flights *all)
{
    while (all->made) {
        struct flight *flight = all->made;

        all->made = flight->next_made;
        free_room(flight);
        free(flight);
    }
    all->spare = NULL;
}
