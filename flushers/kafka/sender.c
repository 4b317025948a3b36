/* Sending: payloads become messages of librdkafka, and reports the payloads' verdicts. */
#include "sender.h"

#include <stdlib.h>

#include "answer.h"

/* How long poll waits at most while an old client still has reports to give. */
static const int64_t OLD_WAIT = 10000000;

/* How often it is asked whether reports take long. */
static const uint64_t WATCH_INTERVAL = 1000000000;

enum { MOST_EVENTS = 64 };

/* --- Sending ---------------------------------------------------------------------------------- */

/* Let the current client have it, or refuse it. */
static void launch(struct sender *s, struct flight *flight)
{
    struct producer *p = s->current;
    rd_kafka_topic_t *topic = NULL;

    if (s->cancelled)
        sender_fail_all(s, flight, RD_KAFKA_RESP_ERR__PURGE_QUEUE, ILF_CANCELLED, NULL);
    else if (s->holding)
        /* While culprits are looked for, it is no failure of this one, and counts as none. */
        sender_fail_all(s, flight, RD_KAFKA_RESP_ERR__RETRY,
                        search_is_on(s) ? ILF_CANCELLED : ILF_RETRY,
                        "waiting for earlier records, to keep the order");
    else if (s->usable_at > 0 && ilf__clock() < s->usable_at)
        sender_fail_all(s, flight, RD_KAFKA_RESP_ERR__FATAL, ILF_RETRY,
                        "the client is being restarted after a pause");
    else if (kafka_topic_wrong(flight->payload->destination))
        sender_fail_all(s, flight, RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, ILF_REJECT, "see Topic");
    else
        topic = producer_topic(p, flight->payload->destination);
    if (!topic && flight->failed == 0)
        sender_fail_all(s, flight, RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, ILF_RETRY,
                        "out of memory");
    if (topic) {
        flight->producer = p;
        flight->at = ilf__clock();
        p->flights++;
        if (s->transactional) {
            transaction_begin(s, flight);
            return;
        }
        sender_produce(s, flight);
    }
    if (flight->open == 0)
        sender_end(s, flight);
}

/* Has the next payload to wait for those under way? */
static bool is_busy(const struct sender *s)
{
    return !s->cancelled && ((s->full && s->current->flights > 0) || s->transaction.flight);
}

static void launch_waiting(struct sender *s)
{
    while (s->flights.waiting && !is_busy(s)) {
        struct flight *flight = s->flights.waiting;

        s->flights.waiting = flight->next;
        if (!s->flights.waiting)
            s->flights.waiting_end = &s->flights.waiting;
        launch(s, flight);
    }
}

void sender_send(struct sender *s, const ilf_payload *payload)
{
    struct flight *flight = flight_new(&s->flights, payload);

    if (!flight)
        return;
    /* librdkafka forgets no topic. */
    if (s->current->n_topics >= s->max_topics && !producer_knows(s->current, payload->destination))
        s->full = true;
    if (s->full && s->current->flights == 0)
        (void)sender_replace(s);
    if (is_busy(s)) {
        *s->flights.waiting_end = flight;
        s->flights.waiting_end = &flight->next;
        return;
    }
    launch(s, flight);
}

/* --- Reports ---------------------------------------------------------------------------------- */

void sender_reported(struct sender *s, struct flight *flight)
{
    if (--flight->open > 0)
        return;
    if (s->transactional)
        transaction_reported(s, flight);
    else
        sender_end(s, flight);
}

/* The record has not been delivered. False: it is for the search to judge, when its batch is. */
static bool report_failure(struct sender *s, struct producer *p, const rd_kafka_message_t *message)
{
    struct flight *flight = message->_private;
    const rd_kafka_msg_status_t status = rd_kafka_message_status(message);
    struct answer answer = kafka_answer(message->err, status, s->names_vary, s->cancelled);
    const size_t i = flight_find(flight, message->payload);

    if (answer.verdict == ILF_TOO_LARGE && message->len + message->key_len <= p->batch_size) {
        answer = (struct answer){.verdict = ILF_RETRY,
                                 .hint = "its batch was too large: retrying in a smaller one"};
        s->refused += message->len + message->key_len;
    }
    if (answer.verdict == ILF_DELIVERED)
        return true;
    if (search_keeps(s, flight, i, message, &answer))
        return false;
    /* It was not sent, because one before it was refused for good: that is no failure of its own. */
    if (p->refused && answer.verdict == ILF_RETRY && status == RD_KAFKA_MSG_STATUS_NOT_PERSISTED)
        answer.verdict = ILF_CANCELLED;
    sender_fail(s, flight, i, message->err, &answer);
    if (p == s->search.producer && s->ordered && !flight_is_final(answer.verdict))
        search_give_up(s, answer.verdict, "waiting for earlier records, to keep the order");
    /* Which is no fatal error, even with gapless: what is behind it must not be sent. */
    if (message->err == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT && s->ordered && !p->broken)
        sender_restart(s, p, "a record has timed out");
    return true;
}

static void report(struct sender *s, struct producer *p, const rd_kafka_message_t *message)
{
    if (p == s->search.producer)
        s->search.open--;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        p->delivered++;
        teller_delivered(&s->teller);
    } else if (!report_failure(s, p, message)) {
        return;
    }
    sender_reported(s, message->_private);
}

static void handle(struct sender *s, struct producer *p, rd_kafka_event_t *event)
{
    const rd_kafka_message_t *message;
    const char *stats;

    switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_DR:
        s->refused = 0;
        while ((message = rd_kafka_event_message_next(event))) /* of one batch */
            report(s, p, message);
        search_batch(s, p);
        if (s->refused > 0)
            sender_shrink(s, p, s->refused);
        break;
    case RD_KAFKA_EVENT_ERROR:
        if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__AUTHENTICATION)
            tokens_refused(p->tokens);
        if (!rd_kafka_event_error_is_fatal(event))
            teller_error(&s->teller, rd_kafka_event_error(event),
                         rd_kafka_event_error_string(event));
        else
            sender_restart(s, p, "a fatal error");
        break;
    case RD_KAFKA_EVENT_STATS:
        stats = rd_kafka_event_stats(event);
        if (p == s->current)
            stats_show(&s->stats, stats, strlen(stats), p->stats);
        break;
    default:
        break;
    }
}

static void serve(struct sender *s, struct producer *p, int64_t timeout)
{
    int ms = timeout < 0               ? -1
             : timeout > 3600000000000 ? 3600000
                                       : (int)((timeout + 999999) / 1000000);

    for (int i = 0; i < MOST_EVENTS; i++) {
        rd_kafka_event_t *event = rd_kafka_queue_poll(p->queue, i == 0 ? ms : 0);

        if (!event)
            break;
        handle(s, p, event);
        rd_kafka_event_destroy(event);
    }
}

static void serve_old(struct sender *s)
{
    for (struct producer *p = s->old; p; p = p->next) {
        serve(s, p, 0);
        if (p->broken)
            sender_purge(p);
    }
    for (struct producer **link = &s->old; *link;) {
        struct producer *p = *link;

        if (p->flights > 0) {
            link = &p->next;
            continue;
        }
        *link = p->next;
        producer_bury(p, &s->graves);
    }
}

/* What brokers refuse for now, librdkafka sends again without a word. */
static void watch(struct sender *s)
{
    const uint64_t now = ilf__clock();
    const struct flight *oldest;

    if (now - s->watched_at < WATCH_INTERVAL)
        return;
    s->watched_at = now;
    oldest = flight_oldest(&s->flights);
    if (oldest)
        teller_waiting(&s->teller, oldest->payload->destination, (now - oldest->at) / 1000000000);
}

void sender_poll(struct sender *s, int64_t timeout)
{
    size_t before = s->flights.n;

    serve_old(s);
    if (s->moved || s->flights.n < before) /* something has completed */
        timeout = 0;
    else if (s->old && (timeout < 0 || timeout > OLD_WAIT))
        timeout = OLD_WAIT;
    s->moved = false;
    if (s->search.producer) {
        serve(s, s->search.producer, search_wait(s, timeout));
        search_step(s);
        timeout = search_is_on(s) || s->flights.n < before ? 0 : timeout;
    }
    serve(s, s->current, timeout);
    search_step(s);
    if (s->transactional)
        transaction_step(s);
    if (s->full && s->current->flights == 0)
        (void)sender_replace(s);
    launch_waiting(s);
    watch(s);
}

void sender_wake(struct sender *s)
{
    pthread_mutex_lock(&s->lock);
    rd_kafka_queue_yield(s->current->queue);
    pthread_mutex_unlock(&s->lock);
}

void sender_cancel(struct sender *s)
{
    s->cancelled = true;
    rd_kafka_purge(s->current->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                       RD_KAFKA_PURGE_F_NON_BLOCKING);
    for (struct producer *p = s->old; p; p = p->next)
        rd_kafka_purge(p->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                  RD_KAFKA_PURGE_F_NON_BLOCKING);
    if (s->search.producer)
        rd_kafka_purge(s->search.producer->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                                   RD_KAFKA_PURGE_F_NON_BLOCKING);
    search_give_up(s, ILF_CANCELLED, NULL);
    if (s->transactional)
        worker_hurry(&s->transaction.worker);
    launch_waiting(s);
}

/* --- Life ------------------------------------------------------------------------------------- */

static void wake(void *sender)
{
    sender_wake(sender);
}

ilf_status sender_init(struct sender *s, ilf_error *err)
{
    ilf_status status;

    teller_init(&s->teller, s->host);
    rd_kafka_conf_set_opaque(s->conf, &s->teller);
    rd_kafka_conf_set_log_cb(s->conf, teller_log);
    rd_kafka_conf_set_events(s->conf, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR |
                                          RD_KAFKA_EVENT_STATS |
                                          RD_KAFKA_EVENT_OAUTHBEARER_TOKEN_REFRESH);
    status = producer_new(&s->current, s->conf, 0, s->round_robin, s->oauth, err);
    if (status != ILF_OK)
        return status;
    pthread_mutex_init(&s->lock, NULL);
    stats_init(&s->stats, s->host);
    if (s->transactional && !worker_start(&s->transaction.worker, wake, s))
        return ilf_fail(err, ILF_ERR_NOMEM, "start a thread: out of memory");
    s->flights.host = s->host;
    s->flights.waiting_end = &s->flights.waiting;
    return ILF_OK;
}

void sender_dispose(struct sender *s)
{
    worker_stop(&s->transaction.worker);
    if (s->current)
        pthread_mutex_destroy(&s->lock);
    producer_free(s->current);
    search_dispose(s);
    while (s->old) {
        struct producer *p = s->old;

        s->old = p->next;
        producer_free(p);
    }
    producer_free_graves(&s->graves);
    flights_dispose(&s->flights);
    stats_dispose(&s->stats);
    teller_dispose(&s->teller);
    if (s->headers)
        rd_kafka_headers_destroy(s->headers);
    if (s->conf)
        rd_kafka_conf_destroy(s->conf);
    s->current = NULL;
    s->headers = NULL;
    s->conf = NULL;
}
