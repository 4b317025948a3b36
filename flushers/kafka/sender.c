/* Sending: payloads become messages of librdkafka, and reports the payloads' verdicts.
 *
 * Whatever went wrong with a client for good, the cure is another client. What the old one has not
 * sent is purged; what it has sent is waited for, since to send again what then arrives makes
 * duplicates. So all its payloads complete, and it ends on a thread of its own. */
#include "sender.h"

#include <stdlib.h>

#include "answer.h"
#include "frame.h"

/* How long poll waits at most while an old client still has reports to give. */
static const int64_t OLD_WAIT = 10000000;

/* How long a broken client waits for the answers to what it has sent. */
static const uint64_t LAST_ANSWER = 10000000000;

static const uint64_t PURGE_INTERVAL = 200000000;

static const uint64_t FIRST_PAUSE = 1000000000, LAST_PAUSE = 30000000000;

enum { MOST_EVENTS = 64 };

/* --- Clients ---------------------------------------------------------------------------------- */

static uint64_t now(const struct sender *s)
{
    return s->host->now(s->host->context);
}

static void set_current(struct sender *s, struct producer *p)
{
    pthread_mutex_lock(&s->lock);
    s->current = p;
    pthread_mutex_unlock(&s->lock);
    s->moved = true;
}

/* Put another client into the place of the current one. Without memory for it all stays as it is, to
 * be tried again. */
static bool replace(struct sender *s)
{
    struct producer *p, *old = s->current;
    ilf_error err;

    if (producer_new(&p, s->conf, s->batch_size, s->round_robin, &err) != ILF_OK) {
        ilf_logf(s->host, ILF_LEVEL_ERROR, "kafka: start another client: %s", err.text);
        s->usable_at = now(s) + FIRST_PAUSE;
        return false;
    }
    old->next = s->old;
    s->old = old;
    s->full = false;
    set_current(s, p);
    return true;
}

/* Complete what a client that is broken does not send any more: again and again, for answers may say
 * that something would have to be sent again. */
static void purge(struct sender *s, struct producer *p)
{
    uint64_t time = now(s);
    int flags = RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_NON_BLOCKING;

    if (time - p->purged_at < PURGE_INTERVAL)
        return;
    if (time - p->broken_at > LAST_ANSWER)
        flags |= RD_KAFKA_PURGE_F_INFLIGHT;
    rd_kafka_purge(p->rk, flags);
    p->purged_at = time;
}

/* The current client can't go on: begin anew. A pause grows while nothing is delivered. */
static void restart(struct sender *s, struct producer *p)
{
    uint64_t pause = LAST_PAUSE;
    char text[512] = "";
    rd_kafka_resp_err_t code = rd_kafka_fatal_error(p->rk, text, sizeof(text));

    ilf_logf(s->host, ILF_LEVEL_WARN,
             "kafka: %s (%s): starting another client; what is under way is sent again", text,
             rd_kafka_err2name(code));
    p->broken = true;
    p->broken_at = now(s);
    s->holding = s->ordered && s->flights.n > 0; /* what is under way may be about to fail */
    purge(s, p);
    if (p != s->current) /* another one is there already */
        return;
    s->restarts = p->delivered > 0 ? 0 : s->restarts + 1;
    if (!replace(s))
        return;
    if (s->restarts < 6)
        pause = s->restarts > 0 ? FIRST_PAUSE << (s->restarts - 1) : 0;
    s->usable_at = pause > 0 ? now(s) + pause : 0;
}

/* A batch was too large for a broker, and held more than one record: try with smaller batches, until
 * either it is taken or the record that is too large goes alone. */
static void shrink(struct sender *s, const struct producer *p)
{
    if (s->batch_size > 0 && s->batch_size < p->batch_size)
        return; /* another record of that client has seen to it */
    s->batch_size = p->batch_size / 2;
    ilf_logf(s->host, ILF_LEVEL_WARN,
             "kafka: a broker does not take batches of %llu bytes (see message.max.bytes of "
             "the brokers, max.message.bytes of the topic): sending smaller ones",
             (unsigned long long)p->batch_size);
    if (p == s->current)
        (void)replace(s);
}

/* --- Sending ---------------------------------------------------------------------------------- */

static rd_kafka_headers_t *headers_of(const struct sender *s, ilf_str text)
{
    rd_kafka_headers_t *headers =
        s->headers ? rd_kafka_headers_copy(s->headers) : rd_kafka_headers_new(4);
    ilf_str name, value;

    while (frame_next_header(&text, &name, &value))
        rd_kafka_header_add(headers, name.ptr, (ssize_t)name.len, value.ptr, (ssize_t)value.len);
    return headers;
}

static rd_kafka_resp_err_t produce(const struct sender *s, struct flight *flight,
                                   rd_kafka_topic_t *topic, const struct frame *frame)
{
    rd_kafka_headers_t *headers = NULL;
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_error_t *error;
    size_t n = 4;
    rd_kafka_vu_t of[6] = {
        {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = topic},
        {.vtype = RD_KAFKA_VTYPE_VALUE,
         .u.mem = {.ptr = (void *)frame->value.ptr, .size = frame->value.len}},
        {.vtype = RD_KAFKA_VTYPE_KEY,
         .u.mem = {.ptr = (void *)frame->key.ptr, .size = frame->key.len}},
        {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = flight},
    };

    if (frame->time > 0)
        of[n++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = frame->time};
    if (s->headers || frame->headers.len > 0) {
        headers = headers_of(s, frame->headers);
        of[n++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers};
    }
    error = rd_kafka_produceva(flight->producer->rk, of, n);
    if (error) {
        code = rd_kafka_error_code(error);
        rd_kafka_error_destroy(error);
        if (headers)
            rd_kafka_headers_destroy(headers);
    }
    return code;
}

static void fail(struct sender *s, struct flight *flight, size_t i, rd_kafka_resp_err_t code,
                 const struct answer *answer)
{
    flight_fail(flight, i, code, answer->verdict, answer->flags, answer->hint);
    if (s->ordered && answer->verdict == ILF_RETRY)
        s->holding = true;
}

static void fail_all(struct sender *s, struct flight *flight, rd_kafka_resp_err_t code,
                     ilf_verdict verdict, const char *hint)
{
    const struct answer answer = {verdict, 0, hint};

    for (size_t i = 0; i < flight->payload->n_records; i++)
        fail(s, flight, i, code, &answer);
}

static void end_flight(struct sender *s, struct flight *flight)
{
    if (flight->producer)
        flight->producer->flights--;
    flight_end(&s->flights, flight);
    if (s->flights.n == 0)
        s->holding = false;
}

static void produce_all(struct sender *s, struct flight *flight, rd_kafka_topic_t *topic)
{
    const ilf_payload *payload = flight->payload;
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

    for (size_t i = 0; i < payload->n_records; i++) {
        struct frame frame;
        struct answer answer;

        if (!frame_parse(ilf_payload_record(payload, i), &frame)) {
            flight_fail(flight, i, RD_KAFKA_RESP_ERR__BAD_MSG, ILF_REJECT, 0,
                        "it is no frame of this release: was the spool another flusher's?");
            continue;
        }
        /* What keeps one out for now keeps out all behind it, which must not overtake it. */
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            code = produce(s, flight, topic, &frame);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            flight->open++;
            continue;
        }
        answer = kafka_answer(code, RD_KAFKA_MSG_STATUS_NOT_PERSISTED, s->cancelled);
        fail(s, flight, i, code, &answer);
        if (answer.verdict == ILF_TOO_LARGE || answer.verdict == ILF_REJECT)
            code = RD_KAFKA_RESP_ERR_NO_ERROR;
    }
}

/* Let the current client have it, or refuse it. */
static void launch(struct sender *s, struct flight *flight)
{
    struct producer *p = s->current;
    rd_kafka_topic_t *topic = NULL;

    if (s->cancelled)
        fail_all(s, flight, RD_KAFKA_RESP_ERR__PURGE_QUEUE, ILF_CANCELLED, NULL);
    else if (s->holding)
        fail_all(s, flight, RD_KAFKA_RESP_ERR__RETRY, ILF_RETRY, "what was before it comes first");
    else if (s->usable_at > 0 && now(s) < s->usable_at)
        fail_all(s, flight, RD_KAFKA_RESP_ERR__FATAL, ILF_RETRY,
                 "the client rests before it is started anew");
    else if (kafka_topic_wrong(flight->payload->destination))
        fail_all(s, flight, RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, ILF_REJECT, "see Topic");
    else
        topic = producer_topic(p, flight->payload->destination);
    if (!topic && flight->failed == 0)
        fail_all(s, flight, RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, ILF_RETRY, "out of memory");
    if (topic) {
        flight->producer = p;
        p->flights++;
        produce_all(s, flight, topic);
    }
    if (flight->open == 0)
        end_flight(s, flight);
}

static void launch_waiting(struct sender *s)
{
    while (s->flights.waiting && (!s->full || s->cancelled)) {
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
        (void)replace(s);
    if (s->full && s->current->flights > 0 && !s->cancelled) {
        *s->flights.waiting_end = flight;
        s->flights.waiting_end = &flight->next;
        return;
    }
    launch(s, flight);
}

/* --- Reports ---------------------------------------------------------------------------------- */

static void report(struct sender *s, struct producer *p, const rd_kafka_message_t *message)
{
    struct flight *flight = message->_private;

    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        p->delivered++;
        teller_delivered(&s->teller);
    } else {
        struct answer answer =
            kafka_answer(message->err, rd_kafka_message_status(message), s->cancelled);

        if (answer.verdict == ILF_TOO_LARGE && message->len + message->key_len <= p->batch_size) {
            answer = (struct answer){ILF_RETRY, 0, "its batch was: it goes in a smaller one"};
            shrink(s, p);
        }
        if (answer.verdict != ILF_DELIVERED)
            fail(s, flight, flight_find(flight, message->payload), message->err, &answer);
    }
    if (--flight->open == 0)
        end_flight(s, flight);
}

static void handle(struct sender *s, struct producer *p, rd_kafka_event_t *event)
{
    const rd_kafka_message_t *message;
    const char *stats;

    switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_DR:
        while ((message = rd_kafka_event_message_next(event)))
            report(s, p, message);
        break;
    case RD_KAFKA_EVENT_ERROR:
        if (!rd_kafka_event_error_is_fatal(event))
            teller_error(&s->teller, rd_kafka_event_error(event),
                         rd_kafka_event_error_string(event));
        else
            restart(s, p);
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
            purge(s, p);
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

void sender_poll(struct sender *s, int64_t timeout)
{
    serve_old(s);
    if (s->moved)
        timeout = 0;
    else if (s->old && (timeout < 0 || timeout > OLD_WAIT))
        timeout = OLD_WAIT;
    s->moved = false;
    serve(s, s->current, timeout);
    if (s->full && s->current->flights == 0)
        (void)replace(s);
    launch_waiting(s);
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
    launch_waiting(s);
}

/* --- Life ------------------------------------------------------------------------------------- */

ilf_status sender_init(struct sender *s, ilf_error *err)
{
    ilf_status status;

    teller_init(&s->teller, s->host);
    rd_kafka_conf_set_opaque(s->conf, &s->teller);
    rd_kafka_conf_set_log_cb(s->conf, teller_log);
    rd_kafka_conf_set_events(s->conf,
                             RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS);
    status = producer_new(&s->current, s->conf, 0, s->round_robin, err);
    if (status != ILF_OK)
        return status;
    pthread_mutex_init(&s->lock, NULL);
    stats_init(&s->stats, s->host);
    s->flights.host = s->host;
    s->flights.waiting_end = &s->flights.waiting;
    return ILF_OK;
}

void sender_dispose(struct sender *s)
{
    if (s->current)
        pthread_mutex_destroy(&s->lock);
    producer_free(s->current);
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
