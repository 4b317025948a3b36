/* The runtime's part towards a delivered flusher: an encoder that keeps what it is given, payloads
 * of it, and completions, held against the contract as they come. */
#ifndef ILF_TESTS_DELIVER_H
#define ILF_TESTS_DELIVER_H

#include "check.h"

enum { KEPT_RECORDS = 16 };

/* What the last encode has put, and how the encoder of the next behaves. */
struct outbox {
    ilf_record kept[KEPT_RECORDS]; /* copies of the first ones */
    size_t n_kept;
    unsigned puts, rejects;
    uint64_t events;  /* of both */
    unsigned fail_at; /* which call fails, from 1; 0: none */
    ilf_status fail_with;
    bool failed;          /* it has come */
    unsigned calls_after; /* that */
    ilf_encoder *encoder; /* to use instead of an ordinary one */
};

/* What the flusher has tuned, as far as the kit obeys it. */
struct tuned {
    unsigned times;
    size_t max_records, n_endpoints;
    const char *const *endpoints;
    char labels[8][64]; /* copies of the first */
};

struct delivery {
    struct outbox outbox;
    struct tuned tuned;
    bool starting; /* init is under way */
    unsigned under_way;
};

/* A send. */
struct sending {
    struct instance *i;
    const ilf_payload *payload;
    size_t n_records;
    bool guarded; /* the payload lies in regions, which must not be touched when it is over */
    bool ended;
    ilf_verdict verdict; /* then */
    uint32_t flags;      /* of the result */
    int32_t code;
};

/* Was it the sink's word, or want of it, that a send was not delivered? That is not the flusher's
 * fault: a real one may refuse what we send. */
bool was_the_sinks(const struct sending *s);

bool is_delivered(void);

/* Skips when it is none. */
void need_delivered(void);

struct delivery *delivery_of(const struct instance *i);
void delivery_reset(const struct instance *i);

/* @len bytes that stay readable when they are over, for a while. */
void *stale_alloc(size_t len);

/* An encoder whose records go to the outbox of @i, written into @memory of its size. */
ilf_encoder *encoder_into(void *memory, struct instance *i);

ilf_status call_encode(struct instance *i, const ilf_batch *batch);
ilf_status call_encode_events(struct instance *i, const ilf_event_batch *batch);

/* encode or encode_events, as there is. */
ilf_status encode(struct instance *i, struct sample *sample);

/* A payload of @n records. */
ilf_payload *payload_of(ilf_str destination, const ilf_str *bodies, size_t n);

/* A payload of the first record of an ordinary batch. Skips when there is none. */
ilf_payload *payload_new(struct instance *i);

/* A copy of @payload with an untouchable page behind each of its parts. */
ilf_payload *payload_guard(const ilf_payload *payload);

/* Forbid what @prot does not allow for all parts of the guarded @payload. */
void payload_protect(const ilf_payload *payload, int prot, const char *what);

struct sending *call_send(struct instance *i, ilf_payload *payload, bool guarded);

/* Run poll, or wait, until every send of @i has ended; false when @limit seconds are over. */
bool await(struct instance *i, double limit);

/* The same, for as long as the flusher's own time-outs allow; one that waits for as long as its sink is
 * away is cancelled then. */
bool await_patiently(struct instance *i, double limit);

/* The same, and skips when they do not end. */
void must_end(struct instance *i);

/* Encode @sample, send some of the records, wait. What encode returns. */
ilf_status deliver(struct instance *i, struct sample *sample, bool logs, bool events);

/* Of the host. */
void host_tune(void *context, const ilf_tuning *tuning);
void host_complete(void *context, const ilf_payload *payload, const ilf_result *result);

/* Of instance.c: whose context is it? NULL, and a note, when nobody's. */
struct instance *instance_of(const void *context); /* without a note */
struct instance *owner(void *context, const char *function);
void look_for_secret(const char *where, ilf_str text);
ilf_status judge(struct instance *i, const char *verb, int status, size_t logged);
void before(struct instance *i, const char *verb);

#endif
