/* flusher_c_http - send records in HTTP requests. Takes the options of the native flusher_http. */
#include "flusher.h"

#include <stdlib.h>
#include <strings.h>

#include "../common/http_client.h"
#include "headers.h"
#include "url.h"

#define FLUSHER struct http_flusher

static const char *const bodies[] = {"record", "ndjson", "json_array", NULL};
static const char *const versions[] = {"auto", "1.1", "2", "2-prior-knowledge", NULL};

static const ilf_option options[] = {
    ILF_OPTION(STR, FLUSHER, target_options.remote_url, "RemoteURL", NULL,
               "where to post; %{content.x} and %{tag.x} in path and query",
               .flags = ILF_OPT_EXPAND),
    ILF_OPTION(LIST, FLUSHER, target_options.failover_urls, "FailoverURLs", NULL,
               "further servers, as http://host:port, for when those before them fail"),
    ILF_OPTION(MAP, FLUSHER, target_options.headers, "Headers", NULL,
               "headers; %{content.x} and %{tag.x} in values", .flags = ILF_OPT_SECRET),
    ILF_OPTION(MAP, FLUSHER, target_options.query, "Query", NULL,
               "parameters of the query, likewise", .flags = ILF_OPT_SECRET),
    ILF_OPTION(
        ENUM, FLUSHER, body, "Body", "record",
        "what a request holds: a record, as natively; lines of records; a JSON array of them",
        .choices = bodies),
    ILF_OPTION(DURATION, FLUSHER, http.timeout, "Timeout", "60s", "timeout of a whole request",
               .min = 1e6, .max = 86400e9, .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(DURATION, FLUSHER, http.connect_timeout, "ConnectTimeout", "10s", "connect timeout",
               .min = 1e6, .max = 86400e9, .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(INT, FLUSHER, concurrency, "Concurrency", "1",
               "maximum of requests in flight; natively, workers", .min = 1, .max = 10000,
               .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(INT, FLUSHER, http.max_connections, "MaxConnsPerHost", "0",
               "connections to a server; 0: no limit", .min = 0, .max = 10000,
               .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(INT, FLUSHER, http.max_idle, "MaxIdleConnsPerHost", "0",
               "idle connections to keep; 0: as many as were in use", .min = 0, .max = 10000,
               .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(DURATION, FLUSHER, http.idle_timeout, "IdleConnTimeout", "90s",
               "age at which an idle connection is not used again", .min = 0, .max = 86400e9,
               .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(SIZE, FLUSHER, http.send_buffer, "WriteBufferSize", "64KiB",
               "bytes that are handed to the connection at a time; 0: the default", .max = 2097152,
               .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(ENUM, FLUSHER, http.version, "HTTPVersion", "auto",
               "auto: HTTP/2 where TLS agrees on it", .choices = versions,
               .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(ENUM, FLUSHER, http.redirects, "Redirects", "same-origin",
               "which are followed: none, within scheme, host and port, or any but from https to "
               "http, without Headers and Auth",
               .choices = ilf__http_redirects_names, .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(STR, FLUSHER, http.proxy, "Proxy", NULL,
               "URL of a proxy; none; empty: as HTTPS_PROXY and NO_PROXY of the environment say",
               .flags = ILF_OPT_SECRET | ILF_OPT_SAME_SINK),
    ILF_OPTION(ENUM, FLUSHER, http.compression, "Compression", "none", "of bodies",
               .choices = ilf__compression_names, .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(INT, FLUSHER, http.compression_level, "CompressionLevel", "0",
               "of the algorithm; 0: its default", .min = -100, .max = 100,
               .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(INT, FLUSHER, queue_capacity, "QueueCapacity", "0",
               "native limit of the queue, in groups of up to 1024 logs; 0: only Queue limits it",
               .max = 1e9, .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(BOOL, FLUSHER, drop_when_full, "DropEventWhenQueueFull", "false",
               "the same as Queue.WhenFull drop-newest", .flags = ILF_OPT_SAME_SINK),
    {.name = "TLS",
     .type = ILF_OPT_TABLE,
     .flags = ILF_OPT_SAME_SINK,
     .offset = offsetof(FLUSHER, http.tls),
     .help = "for https",
     .table = ilf__tls_options},
    {.name = "Auth",
     .type = ILF_OPT_TABLE,
     .offset = offsetof(FLUSHER, http.auth),
     .help = "who we are",
     .table = ilf__http_auth_options},
    {.name = "Convert",
     .type = ILF_OPT_TABLE,
     .offset = offsetof(FLUSHER, convert),
     .help = "format of the records",
     .table = ilf__format_options},
    {.name = "Authenticator",
     .type = ILF_OPT_TABLE,
     .offset = offsetof(FLUSHER, native.authenticator),
     .help = "native: ext_basicauth, which is Auth.Username and Password",
     .table = http_authenticator_options},
    ILF_OPTION(STR, FLUSHER, native.request_interceptors, "RequestInterceptors", NULL,
               "native: ext_request_breaker is accepted, its work is done by Breaker; others are "
               "rejected",
               .flags = ILF_OPT_SECRET | ILF_OPT_JSON),
    ILF_OPTION(STR, FLUSHER, native.flush_interceptor, "FlushInterceptor", NULL,
               "native: a filter of the groups of v2 pipelines, which the agent's shim applies",
               .flags = ILF_OPT_SECRET | ILF_OPT_JSON),
    ILF_OPTION(BOOL, FLUSHER, native.async_intercept, "AsyncIntercept", "false",
               "native, ignored: groups are filtered as they come"),
    ILF_OPTION(STR, FLUSHER, native.encoder, "Encoder", NULL, "native, rejected: use Convert",
               .flags = ILF_OPT_SECRET | ILF_OPT_JSON),
    {0},
};

/* --- Options that stand for others ----------------------------------------------------------- */

/* A Content-Encoding among the headers asks for that compression, as natively. */
static void take_content_encoding(struct http_flusher *f)
{
    const ilf_str *coding = target_header(&f->target_options, "Content-Encoding");

    if (!coding || f->http.compression != ILF__COMPRESS_NONE)
        return;
    if (strcmp(coding->ptr, "gzip") == 0)
        f->http.compression = ILF__COMPRESS_GZIP;
    else if (strcmp(coding->ptr, "snappy") == 0)
        f->http.compression = ILF__COMPRESS_SNAPPY;
}

static ilf_status check_body(const struct http_flusher *f, ilf_error *err)
{
    if (f->body == HTTP_BODY_NDJSON && f->format.protocol == ILF__RAW)
        return ilf_fail(
            err, ILF_ERR_CONFIG,
            "detail.Body: ndjson can't separate records of Convert.Protocol raw, which may "
            "hold line ends: use record, or Convert.Separator");
    if (f->body == HTTP_BODY_JSON_ARRAY && f->format.protocol != ILF__CUSTOM_SINGLE &&
        f->format.protocol != ILF__CUSTOM_SINGLE_FLATTEN)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "detail.Body: json_array takes Convert.Protocol custom_single or "
                        "custom_single_flatten: use ndjson%s",
                        f->format.protocol == ILF__OTLP ? ", which puts requests of OTLP together"
                                                        : "");
    return ILF_OK;
}

/* One way to say who we are: of two, the one that goes first would win in silence. */
static ilf_status check_auth(const struct http_flusher *f, ilf_error *err)
{
    const struct ilf__http_auth *auth = &f->http.auth;
    const ilf_str_list *more = &f->target_options.failover_urls;
    bool in_url = url_has_user(f->target_options.remote_url);

    if (!*auth->username && !*auth->bearer_token && !*auth->oauth2.token_url && !*auth->aws.service)
        return ILF_OK;
    for (size_t i = 0; i < more->n; i++)
        in_url = in_url || url_has_user(more->items[i]);
    if (in_url)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "detail.Auth: an address names a user too: leave one of them out");
    if (target_header(&f->target_options, "Authorization"))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "detail.Auth: Headers hold an Authorization too: leave one of them out");
    return ILF_OK;
}

static const char *content_type(const struct http_flusher *f)
{
    if (strcmp(f->convert.protocol, "otlp_v1") == 0) /* the format is made later */
        return "application/x-protobuf";
    return strcmp(f->convert.encoding, "json") != 0 ? "application/octet-stream"
           : f->body == HTTP_BODY_NDJSON            ? "application/x-ndjson"
                                                    : "application/json";
}

static ilf_status init_target(struct http_flusher *f, ilf_error *err)
{
    const char *coding = ilf__content_coding((enum ilf__compression)f->http.compression);
    const char *more[] = {"Content-Type", content_type(f), "Content-Encoding", coding, NULL};
    struct target_options target = f->target_options;
    ilf_status status;

    /* Bodies are compressed as Compression says, and so must be said of them. */
    if (!headers_keep(&f->target_options.headers, coding ? more[2] : NULL, &target.headers,
                      f->host))
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    if (!coding)
        more[2] = NULL;
    status = target_init(&f->target, &target, more, &f->names, f->host, err);
    free((ilf_kv *)target.headers.items);
    return status;
}

static void tune(const struct http_flusher *f)
{
    const ilf_tuning tuning = {
        .struct_size = sizeof(tuning),
        .max_payload_records = f->body == HTTP_BODY_RECORD ? 1 : 0,
        .max_payload_age = f->body == HTTP_BODY_RECORD ? -1 : 0,
        .concurrency = (uint32_t)f->concurrency,
        .max_retry_times = -1,
        .queue_records = (uint64_t)f->queue_capacity * 1024,
        .n_endpoints = f->target.n_servers,
        .endpoints = f->target.labels,
        .drop_newest = f->drop_when_full,
    };

    f->host->tune(f->host->context, &tuning);
}

/* --- Life ------------------------------------------------------------------------------------ */

static void release(struct http_flusher *f)
{
    ilf__http_client_free(f->client);
    f->client = NULL;
    http_dispose_requests(f);
    target_dispose(&f->target);
    ilf__format_dispose(&f->format);
    ilf__names_dispose(&f->names);
    ilf__text_dispose(&f->text);
    ilf__text_dispose(&f->destination);
    ilf__text_dispose(&f->scratch);
}

/* What is the same for all records must leave room in the head of a request, or none could be sent.
 * Fields count as empty: how long they are is each record's own affair. */
static ilf_status check_heads(struct http_flusher *f, ilf_error *err)
{
    ilf_str *selected = calloc(f->names.n + 1, sizeof(*selected)), lines;
    bool made = selected && (!f->target.varies ||
                             !target_put(&f->target, selected, &f->scratch, &f->destination));
    ilf_status status = selected ? ILF_OK : ilf_fail(err, ILF_ERR_NOMEM, "out of memory");

    for (size_t i = 0; made && status == ILF_OK && i < f->target.n_servers; i++) {
        const ilf_str destination = {f->destination.ptr, f->destination.len};
        ilf_error why;

        if (target_url(&f->target, i, destination, &f->text, &lines) &&
            ilf__http_fits(
                f->client,
                &(struct ilf__http_request){.url = f->text.ptr,
                                            .headers = (const char *const *)f->target.headers},
                &why) != ILF_OK)
            status = ilf_fail(err, ILF_ERR_CONFIG,
                              "detail: make RemoteURL, Query or Headers shorter: %s", why.text);
        f->text.len = 0;
    }
    f->destination.len = 0;
    free(selected);
    return status;
}

static ilf_status init(void *self, const ilf_host *host, ilf_error *err)
{
    struct http_flusher *f = self;
    ilf_status status;

    f->host = host;
    take_content_encoding(f);
    status = http_take_native(&f->native, &f->http.auth, host, err);
    if (status == ILF_OK)
        status = init_target(f, err);
    if (status == ILF_OK)
        status = ilf__format_init(&f->format, &f->convert, &f->names, err);
    if (status == ILF_OK)
        status = check_body(f, err);
    if (status == ILF_OK)
        status = check_auth(f, err);
    if (status == ILF_OK)
        status = ilf__http_client_new(&f->client, &f->http, host, err);
    if (status == ILF_OK)
        status = check_heads(f, err);
    if (status != ILF_OK) {
        release(f);
        return status;
    }
    f->connections = host->counter(host->context, "http_connections_total", "Connections opened.");
    if (f->format.protocol == ILF__OTLP)
        f->partial = host->counter(host->context, "otlp_partial_success_total",
                                   "Requests of which the server has rejected records.");
    tune(f);
    return ILF_OK;
}

static void poll(void *self, int64_t timeout)
{
    ilf__http_poll(((struct http_flusher *)self)->client, timeout);
}

static void wake(void *self)
{
    ilf__http_wake(((struct http_flusher *)self)->client);
}

static void cancel(void *self)
{
    ilf__http_cancel(((struct http_flusher *)self)->client);
}

static ilf_status stop(void *self, ilf_error *err)
{
    (void)err;
    release(self);
    return ILF_OK;
}

const ilf_flusher_ops ilf_flusher_http = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_c_http",
    .description = "sends records in HTTP requests",
    .instance_size = sizeof(struct http_flusher),
    .options = options,
    .init = init,
    .stop = stop,
    .encode = http_encode,
    .encode_events = http_encode_events,
    .send = http_send,
    .poll = poll,
    .wake = wake,
    .cancel = cancel,
};
