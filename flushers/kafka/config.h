/* The flusher's options, and the properties of librdkafka that they stand for. */
#ifndef ILF_KAFKA_CONFIG_H
#define ILF_KAFKA_CONFIG_H

#include <librdkafka/rdkafka.h>

#include "../common/tls.h"

struct kafka_login {
    const char *mechanism; /* of SASL; PlainText has none */
    const char *username, *password;
};

struct kafka_kerberos {
    const char *service, *realm, *username, *password, *config_path, *keytab_path;
    bool use_keytab;
};

struct kafka_oauth {
    const char *token_url, *client_id, *client_secret, *scope;
    ilf_str_map extensions;
    struct ilf__tls_options tls; /* to the token server */
    int64_t timeout;             /* of fetching a token: that of the flusher */
};

struct kafka_auth {
    struct kafka_login plain_text, sasl;
    struct ilf__tls_options tls;
    struct kafka_kerberos kerberos;
    struct kafka_oauth oauth;
};

enum kafka_partitioner {
    KAFKA_RANDOM,
    KAFKA_ROUND_ROBIN,
    KAFKA_HASH,
    KAFKA_MURMUR2,
    KAFKA_MURMUR2_RANDOM,
    KAFKA_CONSISTENT,
    KAFKA_CONSISTENT_RANDOM,
    KAFKA_FNV1A,
    KAFKA_FNV1A_RANDOM,
};

enum kafka_time { KAFKA_TIME_PRODUCER, KAFKA_TIME_LOG };

struct kafka_options {
    ilf_str_list brokers;
    const char *topic;
    const char *version;
    const char *client_id;
    struct kafka_auth auth;

    int partitioner; /* enum kafka_partitioner */
    ilf_str_list hash_keys;
    bool hash_once;
    ilf_str_map headers, header_templates;
    int timestamp; /* enum kafka_time */

    int64_t timeout, keep_alive, broker_timeout;
    int64_t metadata_retries, metadata_backoff, metadata_refresh;
    bool metadata_full;
    int64_t max_message_bytes, required_acks, max_open_requests;
    int compression; /* index into kafka_compressions */
    int64_t compression_level;
    int64_t bulk_max_size, bulk_flush_frequency;
    int64_t max_retries, backoff_init, backoff_max;
    int64_t channel_size;
    int64_t max_topics, statistics_interval;
    const char *transactional_id;
    ilf_str_map librdkafka;
};

extern const ilf_option kafka_auth_options[];
extern const char *const kafka_partitioners[], *const kafka_compressions[];

/* Properties being set. A property that the user has set too, in Librdkafka, stays as the user's,
 * unless the option that stands for it is set: then it is an error that names both. After a failure
 * nothing more is set. */
struct kafka_properties {
    rd_kafka_conf_t *conf;
    const ilf_str_map *more; /* Librdkafka */
    ilf_status status;
    ilf_error *err;
};

/* Set @property for @option, which has another value than its default if @is_set. With a @value of NULL
 * it keeps librdkafka's default, and is not the user's to set. */
void kafka_property(struct kafka_properties *p, const char *option, bool is_set,
                    const char *property, const char *value);
void kafka_property_int(struct kafka_properties *p, const char *option, bool is_set,
                        const char *property, int64_t value);

/* Those of Brokers; of a configuration that is only @checking, librdkafka learns none. */
void kafka_broker_properties(struct kafka_properties *p, const ilf_str_list *brokers,
                             bool checking);

/* Those of Authentication. */
void kafka_auth_properties(struct kafka_properties *p, const struct kafka_auth *auth);

/* All of them. @ordered: records must not overtake each other. *@conf is for rd_kafka_conf_destroy;
 * callbacks and events are not set. Fails with ILF_ERR_CONFIG; warnings go to @host's log. */
ilf_status kafka_configure(const struct kafka_options *options, bool ordered, const ilf_host *host,
                           rd_kafka_conf_t **conf, ilf_error *err);

#endif
