/* An HTTP client for flushers, on libcurl's multi interface: https://curl.se/libcurl/c/ */
#include "http_client.h"

#include "http_cloexec.h"
#include "http_url.h"
#include "said.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

enum { NS_PER_MS = 1000000, FAILED_POLL_MS = 10, LONGEST_POLL_MS = 10000 };

static void init_curl(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* --- Requests -------------------------------------------------------------------------------- */

static void move(struct ilf__http_slot **from, struct ilf__http_slot *slot,
                 struct ilf__http_slot **to)
{
    while (*from != slot)
        from = &(*from)->next;
    *from = slot->next;
    slot->next = *to;
    *to = slot;
}

ilf_status ilf__http_post(struct ilf__http_client *client, const struct ilf__http_request *request,
                          ilf_error *err)
{
    struct ilf__http_slot *slot = client->idle ? client->idle : ilf__http_slot_new(client);
    ilf_status status;

    if (!slot)
        return ilf_fail(err, ILF_ERR_NOMEM, "POST: out of memory");
    if (slot != client->idle) {
        slot->next = client->idle;
        client->idle = slot;
    }
    slot->request = *request;
    status = ilf__http_fits(client, request, err);
    if (status == ILF_OK)
        status = ilf__http_slot_fill(client, slot, err);
    if (status != ILF_OK)
        return status;
    if (ilf__http_needs_token(client)) {
        move(&client->idle, slot, &client->waiting);
        return ILF_OK; /* poll fetches one */
    }
    if (!ilf__http_slot_start(client, slot))
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

/* The answer is a redirect: follow it, and return true, or say in @reply why not. That is how the
 * server is set up, and no word about the records. */
static bool goes_on(struct ilf__http_client *client, struct ilf__http_slot *slot,
                    char reason[ILF__HTTP_REASON], struct ilf__http_reply *reply)
{
    const uint64_t connects = reply->new_connections;

    switch (ilf__http_follow(client, slot, reply->status, reason)) {
    case ILF__HTTP_GOES_ON:
        slot->connects += connects;
        return true;
    case ILF__HTTP_CIRCLES:
        slot->error[0] = '\0';
        ilf__http_describe(slot, CURLE_TOO_MANY_REDIRECTS, reason, reply);
        return false;
    default:
        reply->unreached = true;
        reply->reason = (ilf_str){reason, strlen(reason)};
        return false;
    }
}

static void end_request(struct ilf__http_client *client, struct ilf__http_slot *slot, CURLcode code)
{
    char reason[ILF__HTTP_REASON];
    struct ilf__http_reply reply;

    code = ilf__http_judge_head(slot, code);
    ilf__put_said(slot->error, sizeof(slot->error), (ilf_str){slot->error, strlen(slot->error)});
    ilf__http_describe(slot, code, reason, &reply);
    curl_multi_remove_handle(client->multi, slot->easy);
    if (slot == client->token.slot) {
        ilf__http_token_done(client, &reply);
        return;
    }
    if (reply.status == 401)
        ilf__http_token_refused(client, slot->token_version);
    if (ilf__http_is_redirect(reply.status) && goes_on(client, slot, reason, &reply))
        return;
    reply.new_connections += slot->connects;
    finish(client, slot, &client->busy, &reply);
}

static size_t finish_those_done(struct ilf__http_client *client)
{
    size_t n = 0;
    CURLMsg *message;
    int left;

    for (; (message = curl_multi_info_read(client->multi, &left)); n++) {
        struct ilf__http_slot *slot;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&slot);
        end_request(client, slot, message->data.result);
    }
    return n;
}

/* Those that wait for a token that can't be had end. */
static size_t end_waiting(struct ilf__http_client *client)
{
    size_t n = 0;

    for (; client->waiting && client->token.failed; n++)
        finish(client, client->waiting, &client->waiting, &client->token.reply);
    client->token.failed = false;
    return n;
}

/* Requests that waited for a token go on, or end for the want of it. */
static size_t wake_waiting(struct ilf__http_client *client)
{
    size_t n = 0;

    while (client->waiting && !ilf__http_needs_token(client)) {
        struct ilf__http_slot *slot = client->waiting;
        static const ilf_str no_memory = {"POST: out of memory", 19};

        if (ilf__http_slot_start(client, slot)) {
            move(&client->waiting, slot, &client->busy);
        } else {
            finish(client, slot, &client->waiting,
                   &(struct ilf__http_reply){.reason = no_memory,
                                             .fault = ILF__HTTP_MACHINE,
                                             .retry_after = ILF__HTTP_MACHINE_PAUSE});
            n++;
        }
    }
    n += end_waiting(client);
    if (client->waiting && !client->token.slot && !ilf__http_fetch_token(client))
        n += end_waiting(client);
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
    if (curl_multi_poll(client->multi, NULL, 0, ms, NULL) != CURLM_OK)
        (void)poll(NULL, 0, FAILED_POLL_MS); /* else the caller would ask without a pause */
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

static ilf_status check_options(const struct ilf__http_options *options, ilf_error *err)
{
    ilf_status status = ilf__tls_check(&options->tls, err);

    if (status == ILF_OK)
        status = ilf__http_auth_check(&options->auth, err);
    if (status == ILF_OK && *options->proxy && strcmp(options->proxy, "none") != 0)
        status = ilf__http_check_proxy("Proxy", options->proxy, err);
    if (status == ILF_OK && options->version >= ILF__HTTP_2 &&
        !(curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_HTTP2))
        status =
            ilf_fail(err, ILF_ERR_CONFIG, "HTTPVersion: this libcurl knows no HTTP/2: use 1.1");
    return status;
}

/* libcurl goes on without its channel for wake-ups when there was no file descriptor for it. */
static ilf_status make_multi(struct ilf__http_client *client, ilf_error *err)
{
    client->multi = ilf__http_new_multi();
    if (!client->multi)
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    if (curl_multi_wakeup(client->multi) != CURLM_OK)
        return ilf_fail(err, ILF_ERR_NOMEM,
                        "no file descriptor is free: raise the limit of open files (ulimit -n)");
    return ILF_OK;
}

ilf_status ilf__http_client_new(struct ilf__http_client **out,
                                const struct ilf__http_options *options, const ilf_host *host,
                                ilf_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct ilf__http_client *client;
    ilf_status status = check_options(options, err);

    if (status != ILF_OK)
        return status;
    (void)pthread_once(&once, init_curl);
    client = calloc(1, sizeof(*client));
    if (!client)
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    client->options = options;
    client->host = host;
    client->files_version = ilf__tls_files_version(&options->tls);
    status = make_multi(client, err);
    if (status == ILF_OK && !*options->proxy)
        status = ilf__http_proxies_init(&client->proxies, err);
    if (status != ILF_OK) {
        ilf__http_client_free(client);
        return status;
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
        ilf__http_slot_free(slot);
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
    ilf__http_proxies_dispose(&client->proxies);
    free(client);
}
