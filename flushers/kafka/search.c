/* The search for the records for which a broker refuses a whole batch. */
#include "search.h"

#include <stdlib.h>

#include "sender.h"

/* When the producer of the search has had nothing to do for so long, it ends. */
static const uint64_t IDLE = 60000000000;

/* How long to wait for reports: at first not long, since the sender's own client waits meanwhile. */
static const uint64_t QUICK = 1000000000;
static const int64_t SHORT_WAIT = 5000000, LONG_WAIT = 100000000;

bool search_is_on(const struct sender *s)
{
    return s->search.first || s->search.trying;
}

/* --- A batch is reported ---------------------------------------------------------------------- */

bool search_keeps(struct sender *s, struct flight *flight, size_t i,
                  const rd_kafka_message_t *message, const struct answer *answer)
{
    struct search *search = &s->search;

    if (s->cancelled ||
        (answer->fault != KAFKA_FAULT_RECORD && answer->fault != KAFKA_FAULT_OTHER &&
         (answer->fault != KAFKA_FAULT_UNKNOWN || s->transactional)))
        return false;
    if (search->n_batch == search->cap_batch) {
        size_t cap = search->cap_batch > 0 ? 2 * search->cap_batch : 256;
        struct suspect *more = realloc(search->batch, cap * sizeof(*more));

        if (!more)
            return false;
        search->batch = more;
        search->cap_batch = cap;
    }
    search->partition = message->partition;
    search->batch[search->n_batch++] = (struct suspect){flight, (uint32_t)i, message->err};
    return true;
}

static void settle(struct sender *s, const struct suspect *of, const struct answer *answer)
{
    sender_fail(s, of->flight, of->record, of->code, answer);
    sender_reported(s, of->flight);
}

/* As if it had been alone in the batch. */
static void settle_alone(struct sender *s, const struct suspect *of)
{
    const struct answer answer =
        kafka_answer(of->code, RD_KAFKA_MSG_STATUS_NOT_PERSISTED, s->names_vary, s->cancelled);

    settle(s, of, &answer);
}

/* Without memory they are the runtime's to send again. */
static void settle_without_memory(struct sender *s, const struct suspect *of, size_t n)
{
    const struct answer answer = {.verdict = ILF_RETRY, .hint = "out of memory"};

    for (size_t i = 0; i < n; i++)
        settle(s, &of[i], &answer);
}

static void log_refusal(struct sender *s)
{
    const struct suspect *first = &s->search.batch[0];
    const ilf_str topic = first->flight->payload->destination;

    if (teller_should_log(&s->teller, rd_kafka_err2name(first->code)))
        ilf_logf(
            s->host, ILF_LEVEL_WARN,
            "kafka: topic '%.*s': a broker rejected a batch of %zu records for some of them: %s "
            "(%s): retrying in smaller batches, until those at fault are known",
            (int)(topic.len < 100 ? topic.len : 100), topic.ptr, s->search.n_batch,
            rd_kafka_err2str(first->code), rd_kafka_err2name(first->code));
}

/* Try what is left of the batch again: in the place of the group that it comes from, or behind all
 * others. */
static void add(struct sender *s, bool of_search, bool guilty, bool by_payload)
{
    struct search *search = &s->search;
    struct suspects **link = of_search ? search->again : &search->first;
    struct suspects *g;

    if (search->n_batch == 0)
        return;
    if (guilty && !of_search)
        log_refusal(s);
    g = suspects_new(search->batch, search->n_batch);
    if (!g) {
        settle_without_memory(s, search->batch, search->n_batch);
        return;
    }
    if (!search->producer && !search_is_on(s))
        search->size = SIZE_MAX;
    while (*link && !of_search)
        link = &(*link)->next;
    g->partition = search->partition;
    g->guilty = guilty;
    g->by_payload = by_payload;
    g->next = *link;
    *link = g;
    if (of_search)
        search->again = &g->next;
    else if (guilty && !by_payload && search->size > g->n / 2)
        search->size = g->n / 2;
}

static bool is_innocent(const struct suspect *of)
{
    bool known;

    return kafka_fault(of->code, &known) == KAFKA_FAULT_OTHER;
}

/* End those that are culprits; those that are not stay. */
static void settle_culprits(struct sender *s)
{
    struct search *search = &s->search;
    size_t n = 0;

    for (size_t i = 0; i < search->n_batch; i++) {
        if (is_innocent(&search->batch[i]))
            search->batch[n++] = search->batch[i];
        else
            settle_alone(s, &search->batch[i]);
    }
    search->n_batch = n;
}

/* In a transaction nothing is tried: it is aborted, and comes without the culprits that are known, or
 * else in halves. */
static void spoil(struct sender *s, bool named)
{
    struct search *search = &s->search;
    struct flight *flight = search->batch[0].flight;
    const struct answer answer = {.verdict = ILF_RETRY, .hint = "another record was rejected"};

    if (!named)
        log_refusal(s);
    flight->has_culprits = flight->has_culprits || named;
    flight->has_suspects = flight->has_suspects || !named;
    if (named)
        settle_culprits(s);
    for (size_t i = 0; i < search->n_batch; i++)
        settle(s, &search->batch[i], &answer);
}

/* Of how many payloads, one or several? */
static bool has_several_payloads(const struct search *search)
{
    for (size_t i = 1; i < search->n_batch; i++)
        if (search->batch[i].flight != search->batch[0].flight)
            return true;
    return false;
}

void search_batch(struct sender *s, struct producer *p)
{
    struct search *search = &s->search;
    const bool of_search = p == search->producer;
    bool named = search->n_batch == 1, known;

    if (search->n_batch == 0)
        return;
    for (size_t i = 0; i < search->n_batch && !named; i++)
        named = is_innocent(&search->batch[i]);
    if (of_search)
        search->refused = true;
    s->restarts = 0; /* if the client has ended for it, there is no need to wait for another */
    s->usable_at = 0;
    p->refused = p->broken && !of_search;
    if (s->transactional) {
        spoil(s, named);
    } else if (named) {
        settle_culprits(s);
        add(s, of_search, false, false);
    } else if (kafka_fault(search->batch[0].code, &known) == KAFKA_FAULT_RECORD) {
        add(s, of_search, true, false);
    } else if (has_several_payloads(search)) {
        add(s, of_search, true, true);
    } else {
        for (size_t i = 0; i < search->n_batch; i++)
            settle_alone(s, &search->batch[i]);
    }
    search->n_batch = 0;
    if (s->ordered && search_is_on(s))
        s->holding = true;
}

/* --- The producer ----------------------------------------------------------------------------- */

static bool start(struct sender *s)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_dup(s->conf);
    ilf_status status;
    ilf_error err;

    /* One group is under way at a time, so that nothing can overtake it; and what is refused, which
     * is what is looked for, must not end the client. */
    (void)rd_kafka_conf_set(conf, "enable.gapless.guarantee", "false", NULL, 0);
    /* So that a group is one batch: see search_step, which does not wait for so long. */
    (void)rd_kafka_conf_set(conf, "linger.ms", "100", NULL, 0);
    status = producer_new(&s->search.producer, conf, s->batch_size, s->round_robin, s->oauth, &err);
    rd_kafka_conf_destroy(conf);
    if (status == ILF_OK)
        return true;
    s->search.producer = NULL;
    ilf_logf(s->host, ILF_LEVEL_ERROR, "kafka: start a client: %s", err.text);
    return false;
}

/* It ends when its last report is in. */
static void retire(struct sender *s)
{
    s->search.producer->next = s->old;
    s->old = s->search.producer;
    s->search.producer = NULL;
}

/* Produce the records of the group, in their partition: with another, they might have others. */
static void produce(struct sender *s, struct suspects *g)
{
    struct search *search = &s->search;
    rd_kafka_topic_t *topic =
        producer_topic(search->producer, g->of[0].flight->payload->destination);
    rd_kafka_resp_err_t code =
        topic ? RD_KAFKA_RESP_ERR_NO_ERROR : RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE;

    for (size_t i = 0; i < g->n; i++) {
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            code = sender_produce_one(s, search->producer, topic, g->partition, g->of[i].flight,
                                      g->of[i].record);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            search->open++;
        } else {
            g->of[i].code = code;
            settle_alone(s, &g->of[i]);
        }
    }
}

static void try_next(struct sender *s)
{
    struct search *search = &s->search;

    if (search->producer &&
        (search->producer->broken || search->producer->n_topics >= s->max_topics))
        retire(s);
    if (!search->producer && !start(s)) {
        search_give_up(s, ILF_RETRY, "no client could be started");
        return;
    }
    search->trying = suspects_take(&search->first, search->size, &search->rest);
    if (!search->trying) {
        search_give_up(s, ILF_RETRY, "out of memory");
        return;
    }
    search->again = &search->first;
    search->refused = false;
    search->at = ilf__clock();
    produce(s, search->trying);
}

/* The more culprits there are, the fewer records are tried together: with many, most groups of many
 * would be refused. */
static void learn(struct search *search)
{
    const struct suspects *g = search->trying;

    if (g->by_payload)
        return;
    if (search->rest)
        search->rest->guilty = !search->refused;
    if (g->narrows)
        return;
    if (search->refused)
        search->size = g->n > 1 ? g->n / 2 : 1;
    else if (g->n >= search->size && search->size <= SIZE_MAX / 2)
        search->size *= 2;
}

void search_step(struct sender *s)
{
    struct search *search = &s->search;

    while (!search->trying || search->open == 0) {
        if (search->trying) {
            learn(search);
            free(search->trying);
            search->trying = NULL;
            search->at = ilf__clock();
        }
        if (!search->first) {
            if (search->producer && (ilf__clock() - search->at > IDLE || search->producer->broken))
                retire(s);
            return;
        }
        try_next(s);
    }
    if (search->producer->broken)
        sender_purge(search->producer);
    else if (ilf__clock() - search->at < QUICK) /* let the group go, all of which is there */
        (void)rd_kafka_flush(search->producer->rk, 1);
}

int64_t search_wait(const struct sender *s, int64_t timeout)
{
    int64_t most;

    if (!s->search.trying)
        return 0;
    most = ilf__clock() - s->search.at < QUICK ? SHORT_WAIT : LONG_WAIT;
    return timeout < 0 || timeout > most ? most : timeout;
}

void search_give_up(struct sender *s, ilf_verdict verdict, const char *hint)
{
    const struct answer answer = {.verdict = verdict, .hint = hint};

    s->search.rest = NULL;
    s->search.again = &s->search.first;
    while (s->search.first) {
        struct suspects *g = s->search.first;

        s->search.first = g->next;
        for (size_t i = 0; i < g->n; i++) {
            g->of[i].code = RD_KAFKA_RESP_ERR__RETRY;
            settle(s, &g->of[i], &answer);
        }
        free(g);
    }
}

void search_dispose(struct sender *s)
{
    while (s->search.first) {
        struct suspects *g = s->search.first;

        s->search.first = g->next;
        free(g);
    }
    free(s->search.trying);
    free(s->search.batch);
    producer_free(s->search.producer);
    s->search = (struct search){0};
}
