/* flusher_c_http - send records in HTTP requests. Takes the options of the native flusher_http. */
#include "flusher.h"

#include <stdlib.h>
#include <strings.h>

#define FLUSHER struct http_flusher

static const char *const bodies[] = {"record", "ndjson", "json_array", NULL};
static const char *const versions[] = {"auto", "1.1", "2", "2-prior-knowledge", NULL};

static const ilf_option extension_options[] = {
    ILF_OPTION(STR, struct http_extension, type, "Type", NULL, "name of the extension"),
    ILF_OPTION(MAP, struct http_extension, options, "Options", NULL, "its options",
               .flags = ILF_OPT_SECRET),
    {0},
};

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
    ILF_OPTION(DURATION, FLUSHER, http.timeout, "Timeout", "60s", "bound of a whole request",
               .min = 1e6, .max = 86400e9, .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(DURATION, FLUSHER, http.connect_timeout, "ConnectTimeout", "10s",
               "bound of its first step, the connection", .min = 1e6, .max = 86400e9,
               .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(INT, FLUSHER, concurrency, "Concurrency", "1",
               "requests under way at a time; natively, workers", .min = 1, .max = 10000,
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
    ILF_OPTION(STR, FLUSHER, http.proxy, "Proxy", NULL,
               "URL of a proxy; none; empty: as https_proxy and no_proxy of the environment say",
               .flags = ILF_OPT_SECRET | ILF_OPT_SAME_SINK),
    ILF_OPTION(ENUM, FLUSHER, http.compression, "Compression", "none", "of bodies",
               .choices = ilf__compression_names, .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(INT, FLUSHER, http.compression_level, "CompressionLevel", "0",
               "of the algorithm; 0: its default", .min = -100, .max = 100,
               .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(INT, FLUSHER, queue_capacity, "QueueCapacity", "0",
               "native bound of the queue, in groups of up to 1024 logs; 0: Queue alone bounds it",
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
     .offset = offsetof(FLUSHER, authenticator),
     .help = "native: ext_basicauth, which is Auth.Username and Password",
     .table = extension_options},
    {.name = "Encoder",
     .type = ILF_OPT_TABLE,
     .offset = offsetof(FLUSHER, encoder),
     .help = "native, refused: extensions work on Go's objects",
     .table = extension_options},
    {.name = "FlushInterceptor",
     .type = ILF_OPT_TABLE,
     .offset = offsetof(FLUSHER, interceptor),
     .help = "native, refused likewise",
     .table = extension_options},
    {0},
};

/* --- Options that stand for others ----------------------------------------------------------- */

static bool is_named(const ilf_kv *kv, const char *name)
{
    return kv->key.len == strlen(name) && strncasecmp(kv->key.ptr, name, kv->key.len) == 0;
}

static const char *find(const ilf_str_map *map, const char *name)
{
    for (size_t i = 0; i < map->n; i++)
        if (is_named(&map->items[i], name))
            return map->items[i].value.ptr;
    return NULL;
}

static ilf_status take_extensions(struct http_flusher *f, ilf_error *err)
{
    const char *user = find(&f->authenticator.options, "Username");
    const char *password = find(&f->authenticator.options, "Password");

    if (*f->encoder.type)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "detail.Encoder: extensions do not work in C flushers: use "
                        "Convert");
    if (*f->interceptor.type)
        return ilf_fail(
            err, ILF_ERR_CONFIG,
            "detail.FlushInterceptor: extensions do not work in C flushers: filter with a "
            "processor");
    if (!*f->authenticator.type)
        return ILF_OK;
    if (strncmp(f->authenticator.type, "ext_basicauth", 13) != 0 || !user)
        return ilf_fail(
            err, ILF_ERR_CONFIG,
            "detail.Authenticator: only ext_basicauth with Options.Username works here: "
            "else use Auth");
    f->http.auth.username = user;
    f->http.auth.password = password ? password : "";
    return ILF_OK;
}

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
    if (f->body == HTTP_BODY_JSON_ARRAY && f->format.protocol != ILF__CUSTOM_SINGLE &&
        f->format.protocol != ILF__CUSTOM_SINGLE_FLATTEN)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "detail.Body: json_array takes Convert.Protocol custom_single or "
                        "custom_single_flatten: use ndjson%s",
                        f->format.protocol == ILF__OTLP ? ", which puts requests of OTLP together"
                                                        : "");
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
    ilf_kv *kept = NULL;
    ilf_status status;

    if (!coding) {
        more[2] = NULL;
    } else if (target_header(&target, more[2])) {
        /* Bodies are compressed as Compression says, and so must be said of them. */
        kept = calloc(target.headers.n, sizeof(*kept));
        if (!kept)
            return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
        target.headers.n = 0;
        for (size_t i = 0; i < f->target_options.headers.n; i++)
            if (!is_named(&f->target_options.headers.items[i], more[2]))
                kept[target.headers.n++] = f->target_options.headers.items[i];
        target.headers.items = kept;
    }
    status = target_init(&f->target, &target, more, &f->names, f->host, err);
    free(kept);
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

static ilf_status init(void *self, const ilf_host *host, ilf_error *err)
{
    struct http_flusher *f = self;
    ilf_status status;

    f->host = host;
    take_content_encoding(f);
    status = take_extensions(f, err);
    if (status == ILF_OK)
        status = init_target(f, err);
    if (status == ILF_OK)
        status = ilf__format_init(&f->format, &f->convert, &f->names, err);
    if (status == ILF_OK)
        status = check_body(f, err);
    if (status == ILF_OK)
        status = ilf__http_client_new(&f->client, &f->http, host, err);
    if (status != ILF_OK) {
        release(f);
        return status;
    }
    f->connections = host->counter(host->context, "http_connections_total", "Connections opened.");
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
