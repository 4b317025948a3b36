/* flusher_c_http: what its files share. */
#ifndef ILF_HTTP_FLUSHER_H
#define ILF_HTTP_FLUSHER_H

#include "../common/encode.h"
#include "../common/http.h"
#include "target.h"

enum http_body { HTTP_BODY_RECORD, HTTP_BODY_NDJSON, HTTP_BODY_JSON_ARRAY };

/* What names extensions of the agent's, natively. */
struct http_native {
    struct http_extension {
        const char *type;
        ilf_str_map options;
    } authenticator;
    const char *encoder, *flush_interceptor, *request_interceptors; /* JSON */
    bool async_intercept;
};

extern const ilf_option http_authenticator_options[];

/* Honour what of it can be, and refuse the rest with what to use instead. */
ilf_status http_take_native(const struct http_native *native, struct ilf__http_auth *auth,
                            const ilf_host *host, ilf_error *err);

struct http_flusher {
    struct target_options target_options;
    struct ilf__http_options http;
    struct ilf__format_options convert;
    int body; /* enum http_body */
    int64_t concurrency;
    int64_t queue_capacity;
    bool drop_when_full;
    struct http_native native;

    const ilf_host *host;

    /* Constant once init is over, and so free for both sides. */
    struct target target;
    struct ilf__names names;

    /* Of encode. */
    struct ilf__format format;
    struct ilf__text text, destination, scratch;

    /* Of send. */
    struct ilf__http_client *client;
    struct http_request *spare; /* requests that are over, for the next */
    ilf_counter *connections;
    ilf_counter *partial; /* of OTLP */
    uint64_t told_partial;
};

/* A native Compression that names none is ignored natively; here it is an error of the options. A
 * user's Content-Encoding that is one asks for compression too. */

ilf_status http_encode(void *self, const ilf_batch *batch, const ilf_encoder *to, ilf_error *err);
ilf_status http_encode_events(void *self, const ilf_event_batch *batch, const ilf_encoder *to,
                              ilf_error *err);

void http_send(void *self, const ilf_payload *payload);
void http_dispose_requests(struct http_flusher *f);

/* What a status of HTTP means for the records. */
ilf_verdict http_verdict(int status);

#endif
