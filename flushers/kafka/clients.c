/* The sender's clients: when one is replaced by another.
 *
 * Whatever went wrong with a client for good, the cure is another client. What the old one has not
 * sent is purged; what it has sent is waited for, since to send again what then arrives makes
 * duplicates. So all its payloads complete, and it ends on a thread of its own. */
#include "sender.h"

/* How long a broken client waits for the answers to what it has sent. */
static const uint64_t LAST_ANSWER = 10000000000;

static const uint64_t PURGE_INTERVAL = 200000000;

static const uint64_t FIRST_PAUSE = 1000000000, LAST_PAUSE = 30000000000;

static void set_current(struct sender *s, struct producer *p)
{
    pthread_mutex_lock(&s->lock);
    s->current = p;
    pthread_mutex_unlock(&s->lock);
    s->moved = true;
}

bool sender_replace(struct sender *s)
{
    struct producer *p, *old = s->current;
    ilf_error err;

    if (producer_new(&p, s->conf, s->batch_size, s->round_robin, s->oauth, &err) != ILF_OK) {
        ilf_logf(s->host, ILF_LEVEL_ERROR, "kafka: start a new client: %s", err.text);
        s->usable_at = ilf__clock() + FIRST_PAUSE;
        return false;
    }
    old->next = s->old;
    s->old = old;
    s->full = false;
    set_current(s, p);
    return true;
}

void sender_purge(struct producer *p)
{
    uint64_t time = ilf__clock();
    int flags = RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_NON_BLOCKING;

    if (time - p->purged_at < PURGE_INTERVAL)
        return;
    if (time - p->broken_at > LAST_ANSWER)
        flags |= RD_KAFKA_PURGE_F_INFLIGHT;
    rd_kafka_purge(p->rk, flags);
    p->purged_at = time;
}

void sender_restart(struct sender *s, struct producer *p, const char *why)
{
    uint64_t pause = LAST_PAUSE;
    char text[512] = "";
    rd_kafka_resp_err_t code = rd_kafka_fatal_error(p->rk, text, sizeof(text));

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        why = text;
    /* With order, that is what a record that was refused comes to: see search.h. */
    if (code != RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE || teller_should_log(&s->teller, "gap"))
        ilf_logf(s->host, ILF_LEVEL_WARN,
                 "kafka: %s: %sreplacing the client, records in flight are sent again", why,
                 code == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE
                     ? "set RequiredACKs to 1, and no TransactionalID, for such brokers; "
                     : "");
    p->broken = true;
    p->broken_at = ilf__clock();
    s->holding = s->ordered && s->flights.n > 0; /* what is under way may be about to fail */
    sender_purge(p);
    if (p != s->current) /* another one is there already */
        return;
    s->restarts = p->delivered > 0 ? 0 : s->restarts + 1;
    if (!sender_replace(s))
        return;
    if (s->restarts < 6)
        pause = s->restarts > 0 ? FIRST_PAUSE << (s->restarts - 1) : 0;
    s->usable_at = pause > 0 ? ilf__clock() + pause : 0;
}

void sender_shrink(struct sender *s, struct producer *p, uint64_t refused)
{
    uint64_t size = (refused < p->batch_size ? refused : p->batch_size) / 2;

    if (s->batch_size == 0 || size < s->batch_size) {
        s->batch_size = size > 0 ? size : 1;
        ilf_logf(s->host, ILF_LEVEL_WARN,
                 "kafka: a broker rejected a batch of %llu bytes as too large (see "
                 "message.max.bytes of the "
                 "brokers, max.message.bytes of the topic): sending smaller ones",
                 (unsigned long long)refused);
    }
    if (!p->broken) { /* what it has not sent yet would be refused likewise, and it says so slowly */
        p->broken = true;
        p->broken_at = ilf__clock();
        sender_purge(p);
    }
    if (s->current->batch_size > s->batch_size)
        (void)sender_replace(s);
    s->restarts = 0; /* something was learned */
    s->usable_at = 0;
}
