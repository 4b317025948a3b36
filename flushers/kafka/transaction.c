/* Transactions: with TransactionalID each payload is one.
 *
 * init (once for each client), begin, produce, commit; where something failed, abort instead, and the
 * payload comes again. The calls that wait for brokers are the worker's; all else happens on the
 * thread that polls. */
#include "transaction.h"

#include "answer.h"
#include "sender.h"

static void produce(struct sender *s);

/* Records were refused, and it was aborted: go on without them, or, if it is not known which, in halves.
 * True: it goes on. */
static bool try_others(struct sender *s, struct flight *flight)
{
    const bool known = flight->has_culprits;
    const struct answer again = {.verdict = ILF_RETRY, .hint = "the transaction was aborted"};
    size_t n;

    if ((!known && !flight->has_suspects) || s->cancelled || flight->producer->broken)
        return false;
    flight->has_culprits = flight->has_suspects = false;
    n = flight_forget(flight);
    if (n == 0)
        return false;
    if (known) {
        produce(s);
        return true;
    }
    if (n == flight->payload->n_records) {
        sender_fail_all(s, flight, RD_KAFKA_RESP_ERR_INVALID_RECORD, ILF_TOO_LARGE,
                        "it is not known which record is at fault: retrying in halves");
        return false;
    }
    for (size_t i = 0; i < flight->payload->n_records; i++)
        if (!flight_is_final(flight_verdict(flight, i)))
            sender_fail(s, flight, i, RD_KAFKA_RESP_ERR_INVALID_RECORD, &again);
    return false;
}

/* The transaction is over, and its reports are in. */
static void end(struct sender *s)
{
    struct flight *flight = s->transaction.flight;

    s->transaction.settled = false;
    if (try_others(s, flight))
        return;
    s->transaction.flight = NULL;
    sender_end(s, flight);
}

/* The transaction is over, and so is the flight when its reports are in. */
static void settle(struct sender *s)
{
    s->transaction.settled = true;
    if (s->transaction.flight->open == 0)
        end(s);
}

void transaction_reported(struct sender *s, const struct flight *flight)
{
    if (flight == s->transaction.flight && s->transaction.settled)
        end(s);
}

/* Nothing of it counts: what was not refused for good is sent again. */
static void undo(struct sender *s, const struct worker_result *why, uint32_t flags)
{
    struct flight *flight = s->transaction.flight;
    const struct answer known =
        kafka_answer(why->code, RD_KAFKA_MSG_STATUS_NOT_PERSISTED, s->names_vary, s->cancelled);
    const struct answer answer = {.verdict = s->cancelled ? ILF_CANCELLED : ILF_RETRY,
                                  .flags = flags | known.flags,
                                  .hint = known.hint ? known.hint : "the transaction was aborted"};

    for (size_t i = 0; i < flight->payload->n_records; i++)
        if (flight->failed == 0 || flight_verdict(flight, i) == ILF_DELIVERED)
            sender_fail(s, flight, i, why->code, &answer);
    if (why->fatal && !flight->producer->broken)
        sender_restart(s, flight->producer, "a transaction could not be aborted");
    settle(s);
}

static void abort_it(struct sender *s, const struct worker_result *why)
{
    struct flight *flight = s->transaction.flight;

    s->transaction.failure = *why;
    if (why->fatal || s->cancelled) {
        undo(s, why, why->job == WORKER_COMMIT ? ILF_RESULT_UNANSWERED : 0);
        return;
    }
    if (teller_should_log(&s->teller, rd_kafka_err2name(why->code)))
        ilf_logf(s->host, ILF_LEVEL_WARN, "kafka: transaction aborted, retrying: %s", why->text);
    worker_do(&s->transaction.worker, WORKER_ABORT, flight->producer->rk);
}

static struct worker_result result_of(rd_kafka_error_t *error)
{
    struct worker_result result = {.code = rd_kafka_error_code(error),
                                   .fatal = rd_kafka_error_is_fatal(error)};

    (void)snprintf(result.text, sizeof(result.text), "%s", rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return result;
}

static void produce(struct sender *s)
{
    struct flight *flight = s->transaction.flight;
    rd_kafka_error_t *error = rd_kafka_begin_transaction(flight->producer->rk);

    if (error) {
        const struct worker_result result = result_of(error);

        undo(s, &result, 0);
        return;
    }
    sender_produce(s, flight);
    worker_do(&s->transaction.worker, WORKER_COMMIT, flight->producer->rk);
}

void transaction_begin(struct sender *s, struct flight *flight)
{
    s->transaction.flight = flight;
    if (flight->producer->has_transactions)
        produce(s);
    else
        worker_do(&s->transaction.worker, WORKER_INIT, flight->producer->rk);
}

void transaction_step(struct sender *s)
{
    struct worker_result result;
    struct flight *flight = s->transaction.flight;

    if (!flight || !worker_done(&s->transaction.worker, &result))
        return;
    if (result.job == WORKER_INIT && result.code == 0) {
        flight->producer->has_transactions = true;
        produce(s);
    } else if (result.job == WORKER_INIT) {
        undo(s, &result, 0);
    } else if (result.job == WORKER_COMMIT && result.code == 0) {
        settle(s);
    } else if (result.job == WORKER_COMMIT) {
        abort_it(s, &result);
    } else {
        if (result.code != 0) /* it is not known in what state the client is */
            s->transaction.failure.fatal = true;
        undo(s, &s->transaction.failure, 0);
    }
}
