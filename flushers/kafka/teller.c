/* What librdkafka says about itself and the brokers, in lines for the log. */
#include "teller.h"

#include <string.h>
#include <syslog.h>

/* How long a line is not repeated: while a broker is away librdkafka says so several times a second.
 */
static const uint64_t QUIET = 300000000000;

/* For how long records wait before the log says that no broker is reached, or that it takes long. */
enum { DOWN_SECONDS = 3, SLOW_SECONDS = 30 };

void teller_init(struct teller *t, const ilf_host *host)
{
    t->host = host;
    pthread_mutex_init(&t->lock, NULL);
}

void teller_dispose(struct teller *t)
{
    if (t->host)
        pthread_mutex_destroy(&t->lock);
    t->host = NULL;
}

static uint32_t hash(uint32_t h, const char *text, size_t len) /* FNV-1a */
{
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)text[i]) * 16777619;
    return h;
}

/* Is it time for a line about @about? */
static bool is_news(struct teller *t, uint32_t about)
{
    uint64_t now = t->host->now(t->host->context);
    bool news = true;
    size_t i = 0;

    pthread_mutex_lock(&t->lock);
    while (i < TELLER_LINES && (t->told[i].at == 0 || t->told[i].hash != about))
        i++;
    if (i < TELLER_LINES)
        news = now - t->told[i].at >= QUIET;
    else
        i = t->next++ % TELLER_LINES;
    if (news) {
        t->told[i].hash = about;
        t->told[i].at = now;
    }
    pthread_mutex_unlock(&t->lock);
    return news;
}

bool teller_should_log(struct teller *t, const char *about)
{
    return is_news(t, hash(2166136261, about, strlen(about)));
}

/* --- Errors ----------------------------------------------------------------------------------- */

struct step {
    const char *name, *hint;
};

static bool is_in_state(const char *text, const char *state)
{
    const char *at = strstr(text, "in state ");

    return at && strncmp(at + 9, state, strlen(state)) == 0;
}

/* What may help against an error of kinit, or of Cyrus' SASL, which only Kerberos is left to. */
static const char *kerberos_hint(const char *text)
{
    if (strstr(text, "No worthy mechs"))
        return "install the module for GSSAPI of Cyrus SASL (Debian: libsasl2-modules-gssapi-mit)";
    if (strstr(text, "GSSAPI Error"))
        return "look at ServiceName, the names of the brokers, the tickets (klist, as the agent's "
               "user), and the agent's variables KRB5CCNAME and KRB5_CONFIG";
    if (strstr(text, "refresh failed") && strstr(text, "exited with code 127"))
        return "install kinit (Debian: krb5-user) and timeout (coreutils)";
    if (strstr(text, "refresh failed"))
        return "the reason is on the agent's standard error: look at Username, Realm, the key tab, "
               "and whether the KDC answers";
    return NULL;
}

/* librdkafka's words for what tokens.c tells it. */
static bool is_about_token(const char *text)
{
    return strncmp(text, "Failed to acquire SASL OAUTHBEARER token", 40) == 0;
}

/* What was being done, and what may help. */
static struct step step_of(rd_kafka_resp_err_t code, const char *text)
{
    if (code == RD_KAFKA_RESP_ERR__RESOLVE)
        return (struct step){"resolve", "look at Brokers, at DNS, and, for a name that is not in "
                                        "Brokers, at advertised.listeners of the broker"};
    if (code == RD_KAFKA_RESP_ERR__SSL || is_in_state(text, "SSL_HANDSHAKE"))
        return (struct step){"TLS", "look at Authentication.TLS, the names in the broker's "
                                    "certificate, and whether this port speaks TLS"};
    if (kerberos_hint(text))
        return (struct step){"Kerberos", kerberos_hint(text)};
    if (is_about_token(text))
        return (struct step){"SASL", "records wait; look at Authentication.OAuthBearer"};
    if (strstr(text, "invalid_token"))
        return (struct step){"SASL", "look at the audience, issuer and scope that the broker wants "
                                     "of tokens, and at its clock"};
    if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
        code == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED || is_in_state(text, "AUTH_"))
        return (struct step){"SASL", "look at user, password and mechanism, and whether this port "
                                     "wants SASL"};
    if (is_in_state(text, "CONNECT") || is_in_state(text, "TRY_CONNECT"))
        return (struct step){"connect", "does the broker run, and is the way to it open?"};
    if (is_in_state(text, "APIVERSION"))
        return (struct step){"first request",
                             "does this port want TLS or SASL (see Authentication), "
                             "and is it a Kafka broker?"};
    if (strstr(text, "Metadata"))
        return (struct step){"metadata", NULL};
    if (strstr(text, "Produce"))
        return (struct step){"produce", NULL};
    return (struct step){"connection", NULL};
}

void teller_error(struct teller *t, rd_kafka_resp_err_t code, const char *text)
{
    const struct step step = step_of(code, text);
    /* "host:port/id:". A token that can't be had is no broker's matter: each reason is told. */
    size_t broker = is_about_token(text) ? strlen(text) : strcspn(text, " ");
    uint32_t about = hash(hash(2166136261, text, broker), step.name, strlen(step.name) + 1);

    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        t->down = true;
        return;
    }
    /* An idle connection that the broker has closed is no failure. */
    if (code == RD_KAFKA_RESP_ERR__TRANSPORT && is_in_state(text, "UP") &&
        strstr(text, "Disconnected") && !t->down)
        return;
    if (is_news(t, about))
        ilf_logf(t->host, ILF_LEVEL_WARN, "kafka: %s: %s%s%s", step.name, text,
                 step.hint ? ": " : "", step.hint ? step.hint : "");
}

void teller_delivered(struct teller *t)
{
    if (!t->down)
        return;
    t->down = false;
    t->up_at = t->host->now(t->host->context);
    if (!t->told_down)
        return;
    t->told_down = false;
    pthread_mutex_lock(&t->lock);
    memset(t->told, 0, sizeof(t->told));
    pthread_mutex_unlock(&t->lock);
    ilf_logf(t->host, ILF_LEVEL_INFO, "kafka: brokers are reachable again");
}

/* How long a record may have waited for brokers that were there, in seconds. */
static uint64_t seconds_up(const struct teller *t)
{
    return t->up_at > 0 ? (t->host->now(t->host->context) - t->up_at) / 1000000000 : SLOW_SECONDS;
}

void teller_waiting(struct teller *t, ilf_str topic, uint64_t seconds)
{
    if (t->down && seconds >= DOWN_SECONDS && !t->told_down) {
        t->told_down = true;
        ilf_logf(t->host, ILF_LEVEL_ERROR,
                 "kafka: no broker is reachable: records are kept and retried");
    }
    if (!t->down && seconds >= SLOW_SECONDS && seconds_up(t) >= SLOW_SECONDS &&
        is_news(t, hash(hash(2166136261, topic.ptr, topic.len), "slow", 5)))
        ilf_logf(
            t->host, ILF_LEVEL_WARN,
            "kafka: topic '%.*s': records wait for %llu s to be acknowledged, and are not lost: "
            "is each partition led by a broker, are as many in sync as min.insync.replicas "
            "wants, and can they keep up?",
            (int)(topic.len < 100 ? topic.len : 100), topic.ptr, (unsigned long long)seconds);
}

/* --- librdkafka's own lines ------------------------------------------------------------------- */

void teller_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    struct teller *t = rd_kafka_opaque(rk);
    const char *end = strstr(text, "]: "); /* "[thrd:name]: text" */
    const bool kinit = strcmp(facility, "SASLREFRESH") == 0;
    const char *hint = kinit ? kerberos_hint(text) : NULL;
    uint32_t about;

    if (level >= LOG_DEBUG) { /* asked for by the property debug */
        ilf_logf(t->host, ILF_LEVEL_DEBUG, "kafka: %s: %s", facility, text);
        return;
    }
    /* These are events too; but newer versions of librdkafka (2.16 does) only log it when a broker
     * has closed a connection. Where it is both, the second is no news. */
    if (strcmp(facility, "FAIL") == 0 && level > LOG_ERR)
        teller_error(t, RD_KAFKA_RESP_ERR__TRANSPORT, end ? end + 3 : text);
    if (strcmp(facility, "FAIL") == 0 || strcmp(facility, "ERROR") == 0 ||
        strcmp(facility, "FATAL") == 0 || strcmp(facility, "LIBSASL") == 0)
        return;
    if (strcmp(facility, "CONFWARN") == 0 && strstr(text, "gapless")) /* that it is experimental */
        return;
    about =
        hash(hash(2166136261, facility, strlen(facility)), text, end ? (size_t)(end - text) : 0);
    if (hint)
        about = hash(about, hint, strlen(hint));
    if (is_news(t, about))
        ilf_logf(t->host,
                 level <= LOG_ERR       ? ILF_LEVEL_ERROR
                 : level <= LOG_WARNING ? ILF_LEVEL_WARN
                                        : ILF_LEVEL_INFO,
                 "kafka: %s: %s%s%s", kinit ? "kinit" : facility, end ? end + 3 : text,
                 hint ? ": " : "", hint ? hint : "");
}
