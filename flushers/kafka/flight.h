/* Flights: payloads under way, and what is known of their records. */
#ifndef ILF_KAFKA_FLIGHT_H
#define ILF_KAFKA_FLIGHT_H

#include <librdkafka/rdkafka.h>

#include <ilf/flusher.h>

struct producer;

enum { FLIGHT_REASONS = 4 };

struct flight {
    struct flight *next;       /* spare, or waiting */
    struct flight *next_made;  /* of all that there are */
    struct producer *producer; /* NULL: it waits for one */
    const ilf_payload *payload;
    size_t open;       /* records whose report is not in yet */
    uint64_t at;       /* by ilf__clock, when the producer got them */
    bool has_culprits; /* of a transaction: records were refused that are known */
    bool has_suspects; /* likewise: and it is not known which */

    /* Of records that were not delivered. @verdicts counts once @failed is more than zero. */
    size_t failed;
    uint8_t *verdicts; /* of each record */
    ilf_str *reasons;  /* likewise */
    size_t room;       /* records that the two have room for */
    struct {
        rd_kafka_resp_err_t code;
        const char *hint;
        char text[320];
    } texts[FLIGHT_REASONS];
    size_t n_texts;
    ilf_result result;
};

struct flights {
    const ilf_host *host;
    struct flight *made, *spare;
    struct flight *waiting, **waiting_end; /* not sent yet, in their order */
    size_t n;                              /* that are under way or wait */
};

/* A flight for @payload. NULL: out of memory; then @payload is completed with ILF_RETRY. */
struct flight *flight_new(struct flights *all, const ilf_payload *payload);

/* Record number @i ended with @code, which is not success. */
void flight_fail(struct flight *flight, size_t i, rd_kafka_resp_err_t code, ilf_verdict verdict,
                 uint32_t flags, const char *hint);

/* Is the record, with such a verdict, never sent again? */
static inline bool flight_is_final(ilf_verdict verdict)
{
    return verdict == ILF_REJECT || verdict == ILF_TOO_LARGE;
}

/* What is known of record number @i. */
ilf_verdict flight_verdict(const struct flight *flight, size_t i);

/* Forget of all records what is not final. How many are these? 0 also if that can't be told. */
size_t flight_forget(struct flight *flight);

/* The number of the record whose value begins at @value. */
size_t flight_find(const struct flight *flight, const char *value);

/* That which waits for reports for the longest time, or NULL. */
const struct flight *flight_oldest(const struct flights *all);

/* Complete the payload, whose reports are all in. */
void flight_end(struct flights *all, struct flight *flight);

void flights_dispose(struct flights *all);

#endif
