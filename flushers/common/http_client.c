/* An HTTP client for flushers, on libcurl's multi interface: https://curl.se/libcurl/c/ */
#include "http_client.h"

#include "http_cloexec.h"
#include "http_url.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

/* A poll ends after a second, so that a wake-up that got lost costs no more than that. */
enum { NS_PER_MS = 1000000, LONGEST_POLL_MS = 1000 };

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
        if (code == CURLE_OK && slot != client->token.slot && ilf__http_redirect(client, slot))
            continue;
        ilf__http_describe(slot, code, reason, &reply);
        curl_multi_remove_handle(client->multi, slot->easy);
        if (slot == client->token.slot) {
            ilf__http_token_done(client, &reply);
            n++;
            continue;
        }
        if (reply.status == 401)
            ilf__http_token_refused(client, slot->token_version);
        finish(client, slot, &client->busy, &reply);
        n++;
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
    if (status == ILF_OK && *options->proxy && strcmp(options->proxy, "none") != 0)
        status = ilf__http_check_proxy("Proxy", options->proxy, err);
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
    if (curl_multi_wakeup(client->multi) != CURLM_OK) {
        (void)curl_multi_cleanup(client->multi);
        free(client);
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "no file descriptor is free for the HTTP client: raise the limit of open "
                        "files (ulimit -n)");
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
    free(client);
}
