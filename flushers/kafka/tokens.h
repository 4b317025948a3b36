/* Tokens for OAUTHBEARER: a thread fetches one whenever a client of librdkafka's wants it, which is
 * when it starts, at 80 % of a token's life, and 10 s after a failure; and when a broker refuses one.
 *
 * Why not librdkafka's own OpenID Connect: it is a matter of how librdkafka was built, and Debian 12
 * has none. Why a thread: an answer may be long in coming, and what is under way must not wait. */
#ifndef ILF_KAFKA_TOKENS_H
#define ILF_KAFKA_TOKENS_H

#include <librdkafka/rdkafka.h>

#include "config.h"

struct tokens;

/* Serve @rk, whose queue of SASL and whose event OAUTHBEARER_TOKEN_REFRESH are enabled. @oauth must
 * live as long. What goes wrong becomes an error event of @rk. Fails with ILF_ERR_NOMEM, and with
 * ILF_ERR_CONFIG for certificates that can't be read. */
ilf_status tokens_start(struct tokens **out, rd_kafka_t *rk, const struct kafka_oauth *oauth,
                        ilf_error *err);

/* A broker has refused a token, though it may have life left: another may be better. NULL is allowed. */
void tokens_refused(struct tokens *t);

/* End it, before the client, without waiting for an answer. NULL is allowed. */
void tokens_stop(struct tokens *t);

#endif
