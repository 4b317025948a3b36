/* flusher_c_kafka: what its files share. */
#ifndef ILF_KAFKA_FLUSHER_H
#define ILF_KAFKA_FLUSHER_H

#include "../common/encode.h"
#include "../common/template.h"
#include "config.h"
#include "producer.h"
#include "sender.h"

/* A header whose value depends on the record. */
struct kafka_header {
    ilf_str name;
    struct ilf__template value;
};

struct kafka_flusher {
    struct kafka_options options;
    struct ilf__format_options convert;
    const ilf_host *host;

    /* Of encode. */
    struct ilf__template topic;
    ilf_str constant_topic; /* if it does not vary */
    struct kafka_header *headers;
    size_t n_headers;
    size_t *hash_names; /* HashKeys, as numbers of names */
    bool has_key;
    struct ilf__names names;
    struct ilf__format format;
    struct ilf__text text, destination, scratch, key, header_text;
    bool key_is_kept; /* HashOnce */

    struct sender sender;
};

ilf_status kafka_encode_init(struct kafka_flusher *f, ilf_error *err);
void kafka_encode_dispose(struct kafka_flusher *f);
ilf_status kafka_encode(void *self, const ilf_batch *batch, const ilf_encoder *to, ilf_error *err);
ilf_status kafka_encode_events(void *self, const ilf_event_batch *batch, const ilf_encoder *to,
                               ilf_error *err);

#endif
