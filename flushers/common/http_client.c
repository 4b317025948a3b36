/* An HTTP client for flushers, on libcurl's multi interface: https://curl.se/libcurl/c/ */
#include "http_client.h"

#include "http_cloexec.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

enum { NS_PER_MS = 1000000, LONGEST_POLL_MS = 60 * 60 * 1000 };

uint64_t ilf__http_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void init_curl(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* A body that was read; what does not fit is forgotten, so that an endless reply only takes time,
 * which the time-out bounds. */
static size_t take_reply(char *ptr, size_t size, size_t n, void *context)
{
    struct ilf__http_slot *slot = context;
    size_t room =
        slot->request.max_reply > slot->reply.len ? slot->request.max_reply - slot->reply.len : 0;

    (void)size; /* always 1 */
    ilf__text_put(&slot->reply, ptr, n < room ? n : room);
    return n;
}

/* A connection is there, and the request is about to leave. */
static int count_send(void *context, char *to, char *from, int to_port, int from_port)
{
    struct ilf__http_slot *slot = context;

    (void)to;
    (void)from;
    (void)to_port;
    (void)from_port;
    slot->sends++;
    return CURL_PREREQFUNC_OK;
}

/* --- Slots ----------------------------------------------------------------------------------- */

void ilf__http_prepare(struct ilf__http_client *client, struct ilf__http_slot *slot)
{
    static const long versions[] = {CURL_HTTP_VERSION_2TLS, CURL_HTTP_VERSION_1_1,
                                    CURL_HTTP_VERSION_2TLS, CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE};
    const struct ilf__http_options *o = client->options;
    CURL *easy = slot->easy;

    curl_easy_setopt(easy, CURLOPT_PRIVATE, slot);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, slot->error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_reply);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, slot);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, count_send);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, slot);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    ilf__http_close_on_exec(easy);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* cancel does not wait for a resolver */
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, 10L);
    curl_easy_setopt(easy, CURLOPT_POSTREDIR,
                     (long)CURL_REDIR_POST_ALL); /* else the body is lost */
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, versions[o->version]);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(o->connect_timeout / NS_PER_MS));
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    if (o->idle_timeout > 0)
        curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)(o->idle_timeout / 1000000000));
    if (o->send_buffer > 0)
        curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)o->send_buffer);
    if (*o->proxy)
        curl_easy_setopt(easy, CURLOPT_PROXY, strcmp(o->proxy, "none") == 0 ? "" : o->proxy);
}

static struct ilf__http_slot *new_slot(struct ilf__http_client *client)
{
    struct ilf__http_slot *slot = calloc(1, sizeof(*slot));

    if (!slot)
        return NULL;
    slot->easy = curl_easy_init();
    if (!slot->easy) {
        free(slot);
        return NULL;
    }
    ilf__http_prepare(client, slot);
    ilf__http_set_tls(slot->easy, &client->options->tls);
    ilf__http_set_auth(slot->easy, &client->options->auth);
    return slot;
}

static void free_slot(struct ilf__http_slot *slot)
{
    curl_easy_cleanup(slot->easy);
    curl_slist_free_all(slot->headers);
    free(slot->url);
    ilf__text_dispose(&slot->body);
    ilf__text_dispose(&slot->reply);
    free(slot);
}

static void move(struct ilf__http_slot **from, struct ilf__http_slot *slot,
                 struct ilf__http_slot **to)
{
    while (*from != slot)
        from = &(*from)->next;
    *from = slot->next;
    slot->next = *to;
    *to = slot;
}

/* --- A request ------------------------------------------------------------------------------- */

static bool add_header(struct ilf__http_slot *slot, const char *header)
{
    struct curl_slist *longer = curl_slist_append(slot->headers, header);

    slot->headers = longer ? longer : slot->headers;
    return longer;
}

/* Headers are mostly the same from one request to the next, and then cost a comparison. */
static bool set_headers(struct ilf__http_client *client, struct ilf__http_slot *slot,
                        const char *const *headers)
{
    const char *token = ilf__http_token(client);
    struct curl_slist *had = slot->headers;
    bool ok = true;

    if (had && strcmp(had->data, "Expect:") == 0 && slot->token_version == client->token.version) {
        had = had->next;
        for (; *headers && had && strcmp(*headers, had->data) == 0; had = had->next)
            headers++;
        if (!*headers && had == slot->own_headers)
            return true;
        headers = slot->request.headers;
    }
    curl_slist_free_all(slot->headers);
    slot->headers = NULL;
    ok = add_header(slot, "Expect:"); /* else libcurl waits for 100 Continue before a large body */
    for (; *headers && ok; headers++)
        ok = add_header(slot, *headers);
    slot->own_headers = NULL;
    if (ok && token) {
        struct curl_slist *last = slot->headers;

        ok = add_header(slot, token);
        while (last->next && last->next->next)
            last = last->next;
        slot->own_headers = last->next;
    }
    slot->token_version = client->token.version;
    curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, slot->headers);
    return ok;
}

/* Certificates are read anew by each new connection; when a file has changed, connections that are
 * older than the change are not used again. */
static void follow_certificates(struct ilf__http_client *client, struct ilf__http_slot *slot)
{
    const struct ilf__tls_options *tls = &client->options->tls;
    uint64_t now;

    if (!*tls->ca_file && !*tls->cert_file) /* without which there is no key_file either */
        return;
    now = ilf__http_now();
    if (now - client->files_checked >= 1000000000) {
        uint64_t version = ilf__tls_files_version(tls);

        client->files_checked = now;
        if (version != client->files_version)
            client->files_changed = now;
        client->files_version = version;
    }
    if (client->files_changed > 0)
        curl_easy_setopt(slot->easy, CURLOPT_MAXLIFETIME_CONN,
                         (long)((now - client->files_changed) / 1000000000) + 1);
}

/* The body: as it is where it is in one piece and goes uncompressed, else in the slot's buffer. */
static ilf_status set_body(struct ilf__http_client *client, struct ilf__http_slot *slot,
                           ilf_error *err)
{
    const struct ilf__http_request *request = &slot->request;
    ilf_str body = request->n_pieces == 1 ? request->pieces[0] : (ilf_str){"", 0};

    slot->body.len = 0;
    if (request->n_pieces != 1 || client->compressor.kind != ILF__COMPRESS_NONE) {
        ilf_status status = ilf__compress(&client->compressor, request->pieces, request->n_pieces,
                                          &slot->body, err);

        if (status != ILF_OK) {
            ilf__text_dispose(&slot->body);
            return status;
        }
        body = (ilf_str){slot->body.ptr, slot->body.len};
    }
    curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDS, body.len > 0 ? body.ptr : "");
    curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    return ILF_OK;
}

/* libcurl copies it, so the same one again need not be set. */
static bool set_url(struct ilf__http_slot *slot, const char *url)
{
    char *copy;

    if (slot->url && strcmp(slot->url, url) == 0)
        return true;
    copy = strdup(url);
    if (!copy || curl_easy_setopt(slot->easy, CURLOPT_URL, url) != CURLE_OK) {
        free(copy);
        return false;
    }
    free(slot->url);
    slot->url = copy;
    return true;
}

/* Give the slot to libcurl. */
static bool start(struct ilf__http_client *client, struct ilf__http_slot *slot)
{
    const struct ilf__http_request *request = &slot->request;
    int64_t timeout = request->timeout > 0 ? request->timeout : client->options->timeout;

    slot->error[0] = '\0';
    slot->sends = 0;
    slot->reply.len = 0;
    follow_certificates(client, slot);
    curl_easy_setopt(slot->easy, CURLOPT_TIMEOUT_MS, (long)(timeout / NS_PER_MS));
    return set_url(slot, request->url) && set_headers(client, slot, request->headers) &&
           curl_multi_add_handle(client->multi, slot->easy) == CURLM_OK;
}

ilf_status ilf__http_post(struct ilf__http_client *client, const struct ilf__http_request *request,
                          ilf_error *err)
{
    struct ilf__http_slot *slot = client->idle ? client->idle : new_slot(client);
    ilf_status status;

    if (!slot)
        return ilf_fail(err, ILF_ERR_NOMEM, "POST: out of memory");
    if (slot != client->idle) {
        slot->next = client->idle;
        client->idle = slot;
    }
    slot->request = *request;
    status = set_body(client, slot, err);
    if (status != ILF_OK)
        return status;
    if (ilf__http_needs_token(client)) {
        move(&client->idle, slot, &client->waiting);
        return ILF_OK; /* poll fetches one */
    }
    if (!start(client, slot))
        return ilf_fail(err, ILF_ERR_NOMEM, "POST: out of memory");
    move(&client->idle, slot, &client->busy);
    return ILF_OK;
}

/* --- Running --------------------------------------------------------------------------------- */

/* Tell how the request of @slot has ended. The slot is free before, for done may start another. */
static void finish(struct ilf__http_client *client, struct ilf__http_slot *slot,
                   struct ilf__http_slot **list, const struct ilf__http_reply *reply)
{
    struct ilf__http_request request = slot->request;
    struct ilf__text kept = slot->reply;

    slot->reply = (struct ilf__text){0}; /* the reply shows it, while done may use the slot again */
    move(list, slot, &client->idle);
    request.done(request.owner, reply);
    if (!slot->reply.ptr) {
        kept.failed = false;
        slot->reply = kept;
    } else {
        ilf__text_dispose(&kept);
    }
}

static size_t finish_those_done(struct ilf__http_client *client)
{
    size_t n = 0;
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(client->multi, &left))) {
        char reason[ILF__HTTP_REASON];
        struct ilf__http_slot *slot;
        struct ilf__http_reply reply;
        CURLcode code = message->data.result;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&slot);
        ilf__http_describe(slot, code, reason, &reply);
        curl_multi_remove_handle(client->multi, slot->easy);
        if (slot == client->token.slot) {
            ilf__http_token_done(client, &reply);
            continue;
        }
        if (reply.status == 401)
            ilf__http_token_refused(client, slot->token_version);
        finish(client, slot, &client->busy, &reply);
        n++;
    }
    return n;
}

/* Requests that waited for a token go on, or end for the want of it. */
static size_t wake_waiting(struct ilf__http_client *client)
{
    size_t n = 0;

    while (client->waiting && !ilf__http_needs_token(client)) {
        struct ilf__http_slot *slot = client->waiting;
        static const ilf_str no_memory = {"POST: out of memory", 19};

        if (start(client, slot)) {
            move(&client->waiting, slot, &client->busy);
        } else {
            finish(client, slot, &client->waiting, &(struct ilf__http_reply){.reason = no_memory});
            n++;
        }
    }
    while (client->waiting && client->token.failed) {
        finish(client, client->waiting, &client->waiting, &client->token.reply);
        n++;
    }
    client->token.failed = false;
    if (client->waiting && !client->token.slot && !ilf__http_fetch_token(client))
        client->token.failed = true; /* the next poll ends them */
    return n;
}

void ilf__http_poll(struct ilf__http_client *client, int64_t timeout)
{
    int running, ms = timeout < 0 || timeout / NS_PER_MS >= LONGEST_POLL_MS
                          ? LONGEST_POLL_MS
                          : (int)((timeout + NS_PER_MS - 1) / NS_PER_MS);

    (void)curl_multi_perform(client->multi, &running);
    if (finish_those_done(client) + wake_waiting(client) > 0 || ms == 0)
        return;
    (void)curl_multi_poll(client->multi, NULL, 0, ms, NULL);
    (void)curl_multi_perform(client->multi, &running);
    (void)finish_those_done(client);
    (void)wake_waiting(client);
}

void ilf__http_wake(struct ilf__http_client *client)
{
    (void)curl_multi_wakeup(client->multi);
}

void ilf__http_cancel(struct ilf__http_client *client)
{
    static const char why[] = "cancelled: the pipeline is stopping";
    struct ilf__http_reply reply = {.cancelled = true, .reason = {why, sizeof(why) - 1}};

    ilf__http_drop_token_request(client);
    while (client->waiting)
        finish(client, client->waiting, &client->waiting, &reply);
    reply.unanswered = true;
    while (client->busy) {
        curl_multi_remove_handle(client->multi, client->busy->easy);
        finish(client, client->busy, &client->busy, &reply);
    }
}

/* --- Making and freeing ---------------------------------------------------------------------- */

ilf_status ilf__http_client_new(struct ilf__http_client **out,
                                const struct ilf__http_options *options, const ilf_host *host,
                                ilf_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct ilf__http_client *client;
    ilf_status status = ilf__tls_check(&options->tls, err);

    if (status == ILF_OK)
        status = ilf__http_auth_check(&options->auth, err);
    if (status != ILF_OK)
        return status;
    (void)pthread_once(&once, init_curl);
    client = calloc(1, sizeof(*client));
    if (!client)
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    client->options = options;
    client->host = host;
    client->files_version = ilf__tls_files_version(&options->tls);
    client->multi = ilf__http_new_multi();
    if (!client->multi) {
        free(client);
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    }
    curl_multi_setopt(client->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)options->max_connections);
    if (options->max_idle > 0)
        curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)options->max_idle);
    status = ilf__compressor_init(&client->compressor, (enum ilf__compression)options->compression,
                                  (int)options->compression_level, err);
    if (status == ILF_OK)
        status = ilf__http_token_init(client, err);
    if (status != ILF_OK) {
        ilf__http_client_free(client);
        return status;
    }
    *out = client;
    return ILF_OK;
}

/* Closing a TLS connection writes to it, and OpenSSL has no way to ask for EPIPE instead of SIGPIPE,
 * which would end a host that does not ignore it. */
static void close_all(struct ilf__http_client *client)
{
    const struct timespec now = {0, 0};
    sigset_t pipe, before, pending;

    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    while (client->idle) {
        struct ilf__http_slot *slot = client->idle;

        client->idle = slot->next;
        free_slot(slot);
    }
    curl_multi_cleanup(client->multi);
    if (!sigismember(&pending, SIGPIPE))
        (void)sigtimedwait(&pipe, NULL, &now);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void ilf__http_client_free(struct ilf__http_client *client)
{
    if (!client)
        return;
    ilf__http_cancel(client);
    close_all(client);
    ilf__http_token_dispose(client);
    ilf__compressor_dispose(&client->compressor);
    free(client);
}
