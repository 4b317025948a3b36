/* Tokens for OAUTHBEARER, fetched for a client of librdkafka's. */
#include "tokens.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "../common/clock.h"
#include "../common/http.h"

/* Between two tokens for the want of one that brokers take. As librdkafka's pause after a failure. */
static const uint64_t PAUSE = 10000000000;

struct tokens {
    rd_kafka_t *rk;
    rd_kafka_queue_t *queue; /* where it asks */
    const struct kafka_oauth *oauth;
    const char **extensions; /* name, value, ... */
    const char *scope[1];
    struct ilf__http_options http;
    struct ilf__http_client *client;
    pthread_t thread;
    bool runs;
    atomic_bool stop, refused;
    uint64_t fetched_at; /* by ilf__clock */
};

static struct ilf__http_options options_of(const struct tokens *t)
{
    const struct kafka_oauth *o = t->oauth;

    return (struct ilf__http_options){
        .tls = o->tls,
        .auth = {.username = "",
                 .password = "",
                 .bearer_token = "",
                 .oauth2 = {.token_url = o->token_url,
                            .client_id = o->client_id,
                            .client_secret = o->client_secret,
                            .scopes = {t->scope, *o->scope ? 1 : 0}},
                 .aws = {.region = "",
                         .service = "",
                         .access_key = "",
                         .secret_key = "",
                         .session_token = ""}},
        .proxy = "",
        .connect_timeout = o->timeout,
        .timeout = o->timeout,
    };
}

static void fetch(struct tokens *t)
{
    const struct ilf__http_bearer bearer = ilf__http_fetch_bearer(t->client, &t->stop);
    struct timespec now;
    char text[512];
    int64_t until;

    if (atomic_load(&t->stop))
        return;
    if (!bearer.token) {
        (void)rd_kafka_oauthbearer_set_token_failure(t->rk, bearer.reason);
        return;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    until = now.tv_sec * 1000 + now.tv_nsec / 1000000 + bearer.life / 1000000;
    /* The principal is for librdkafka's debug lines only: brokers take it from the token. What is
     * refused is not shown, for @text may quote the token. */
    if (rd_kafka_oauthbearer_set_token(t->rk, bearer.token, until, t->oauth->client_id,
                                       t->extensions, 2 * t->oauth->extensions.n, text,
                                       sizeof(text)) != RD_KAFKA_RESP_ERR_NO_ERROR)
        (void)rd_kafka_oauthbearer_set_token_failure(t->rk, "librdkafka rejects it");
}

/* Milliseconds until a token must be fetched, whoever asks; negative: there is no need. */
static int pause_of(const struct tokens *t)
{
    uint64_t age = ilf__clock() - t->fetched_at;

    if (!atomic_load(&t->refused))
        return -1;
    return age < PAUSE ? (int)((PAUSE - age) / 1000000) + 1 : 0;
}

static void *run(void *tokens)
{
    struct tokens *t = tokens;

    while (!atomic_load(&t->stop)) {
        rd_kafka_event_t *event = rd_kafka_queue_poll(t->queue, pause_of(t));
        bool wanted = rd_kafka_event_type(event) == RD_KAFKA_EVENT_OAUTHBEARER_TOKEN_REFRESH;

        if (event)
            rd_kafka_event_destroy(event);
        if (wanted || pause_of(t) == 0) {
            atomic_store(&t->refused, false);
            fetch(t);
            t->fetched_at = ilf__clock();
        }
    }
    return NULL;
}

static bool start(struct tokens *t)
{
    sigset_t all, before;

    sigfillset(&all); /* signals are the agent's business */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    t->runs = pthread_create(&t->thread, NULL, run, t) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return t->runs;
}

ilf_status tokens_start(struct tokens **out, rd_kafka_t *rk, const struct kafka_oauth *oauth,
                        ilf_error *err)
{
    const ilf_str_map *map = &oauth->extensions;
    struct tokens *t = calloc(1, sizeof(*t));
    ilf_status status;

    if (!t)
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    t->rk = rk;
    t->oauth = oauth;
    t->scope[0] = oauth->scope;
    t->http = options_of(t);
    t->queue = rd_kafka_queue_get_sasl(rk);
    t->extensions = calloc(2 * map->n + 1, sizeof(*t->extensions));
    for (size_t i = 0; i < map->n && t->extensions; i++) {
        t->extensions[2 * i] = map->items[i].key.ptr;
        t->extensions[2 * i + 1] = map->items[i].value.ptr;
    }
    status = ilf__http_client_new(&t->client, &t->http, NULL, err);
    if (status == ILF_OK && (!t->queue || !t->extensions || !start(t)))
        status = ilf_fail(err, ILF_ERR_NOMEM, "start to fetch tokens: out of memory");
    if (status == ILF_OK)
        *out = t;
    else
        tokens_stop(t);
    return status;
}

void tokens_refused(struct tokens *t)
{
    if (!t || atomic_exchange(&t->refused, true))
        return;
    rd_kafka_queue_yield(t->queue);
}

void tokens_stop(struct tokens *t)
{
    if (!t)
        return;
    atomic_store(&t->stop, true);
    if (t->runs) {
        ilf__http_wake(t->client);
        rd_kafka_queue_yield(t->queue);
        pthread_join(t->thread, NULL);
    }
    if (t->queue)
        rd_kafka_queue_destroy(t->queue);
    ilf__http_client_free(t->client);
    free(t->extensions);
    free(t);
}
