/* A handle of libcurl's, with what one request needs. */
#include "http_client.h"

#include <stdlib.h>
#include <strings.h>

#include "http_cloexec.h"

/* Go's client takes a head of 1 MiB; servers write less than 16 KiB. */
enum { NS_PER_MS = 1000000, MOST_HEAD = 256 << 10 };

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

/* A line of a head, a proxy's or a trailer's too: there may be no end of them. */
static size_t count_head(char *ptr, size_t size, size_t n, void *context)
{
    struct ilf__http_slot *slot = context;

    (void)ptr;
    slot->head += size * n;
    return slot->head <= MOST_HEAD ? n : 0;
}

/* (A single line that is too long libcurl calls a lack of memory.) */
CURLcode ilf__http_judge_head(struct ilf__http_slot *slot, CURLcode code)
{
    if (code == CURLE_OK || (slot->head <= MOST_HEAD &&
                             (code != CURLE_OUT_OF_MEMORY || slot->sends == 0 || slot->reply.len)))
        return code;
    (void)snprintf(slot->error, sizeof(slot->error), "the head of its answer has no end");
    return CURLE_WEIRD_SERVER_REPLY;
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

static const long versions[] = {CURL_HTTP_VERSION_2TLS, CURL_HTTP_VERSION_1_1,
                                CURL_HTTP_VERSION_2TLS, CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE};

void ilf__http_prepare(struct ilf__http_client *client, struct ilf__http_slot *slot)
{
    const struct ilf__http_options *o = client->options;
    CURL *easy = slot->easy;

    curl_easy_setopt(easy, CURLOPT_PRIVATE, slot);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, slot->error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_reply);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, slot);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, count_head);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, slot);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, count_send);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, slot);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    ilf__http_close_on_exec(easy);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* cancel does not wait for a resolver */
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L); /* see http_redirect.c */
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, count_head);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, slot);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, versions[o->version]);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(o->connect_timeout / NS_PER_MS));
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    if (o->idle_timeout > 0)
        curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)(o->idle_timeout / 1000000000));
    if (o->send_buffer > 0)
        curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)o->send_buffer);
}

struct ilf__http_slot *ilf__http_slot_new(struct ilf__http_client *client)
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

void ilf__http_slot_free(struct ilf__http_slot *slot)
{
    curl_easy_cleanup(slot->easy);
    curl_slist_free_all(slot->headers);
    free(slot->url);
    ilf__text_dispose(&slot->body);
    ilf__text_dispose(&slot->reply);
    free(slot);
}

/* --- A request ------------------------------------------------------------------------------- */

/* Of the user's headers a stranger gets those that say what the body is: all others may be secret. */
static bool is_for_strangers(const char *header)
{
    return strncasecmp(header, "Content-Type:", 13) == 0 ||
           strncasecmp(header, "Content-Encoding:", 17) == 0;
}

/* Append a copy of @header behind *@last, which then is it. (curl_slist_append looks for the end.) */
static bool add_header(struct ilf__http_slot *slot, struct curl_slist **last, const char *header)
{
    struct curl_slist *node;

    if (slot->stranger && *last && !is_for_strangers(header))
        return true;
    node = curl_slist_append(NULL, header);
    if (!node)
        return false;
    *(*last ? &(*last)->next : &slot->headers) = node;
    *last = node;
    return true;
}

/* Headers are mostly the same from one request to the next, and then cost a comparison. */
static bool set_headers(struct ilf__http_client *client, struct ilf__http_slot *slot,
                        const char *const *headers)
{
    const char *token = ilf__http_token(client);
    struct curl_slist *had = slot->headers, *last = NULL;
    bool ok = true;

    if (had && !slot->stranger && strcmp(had->data, "Expect:") == 0 &&
        slot->token_version == client->token.version) {
        had = had->next;
        for (; *headers && had && strcmp(*headers, had->data) == 0; had = had->next)
            headers++;
        if (!*headers && had == slot->own_headers)
            return true;
        headers = slot->request.headers;
    }
    curl_slist_free_all(slot->headers);
    slot->headers = NULL;
    ok = add_header(slot, &last,
                    "Expect:"); /* else libcurl waits for 100 Continue before a large body */
    for (; *headers && ok; headers++)
        ok = add_header(slot, &last, *headers);
    slot->own_headers = NULL;
    if (ok && token && !slot->stranger) {
        ok = add_header(slot, &last, token);
        slot->own_headers = last;
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
    now = ilf__clock();
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

ilf_status ilf__http_slot_fill(struct ilf__http_client *client, struct ilf__http_slot *slot,
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
static bool set_url(const struct ilf__http_client *client, struct ilf__http_slot *slot,
                    const char *url)
{
    char *copy;

    if (slot->url && strcmp(slot->url, url) == 0)
        return true;
    copy = strdup(url);
    if (!copy || curl_easy_setopt(slot->easy, CURLOPT_URL, url) != CURLE_OK) {
        free(copy);
        return false;
    }
    ilf__http_set_proxy(client, slot->easy, url);
    free(slot->url);
    slot->url = copy;
    return true;
}

bool ilf__http_slot_go(struct ilf__http_client *client, struct ilf__http_slot *slot,
                       const char *url)
{
    const uint64_t now = ilf__clock();
    const long ms = now < slot->deadline ? (long)((slot->deadline - now) / NS_PER_MS) : 0;

    slot->error[0] = '\0';
    slot->sends = 0;
    slot->head = 0;
    slot->reply.len = 0;
    curl_easy_setopt(slot->easy, CURLOPT_HTTP_VERSION,
                     ilf__http_wants_1_1(client, ilf__http_head_size(client, &slot->request))
                         ? (long)CURL_HTTP_VERSION_1_1
                         : versions[client->options->version]);
    curl_easy_setopt(slot->easy, CURLOPT_TIMEOUT_MS, ms > 0 ? ms : 1); /* 0 is none */
    return set_url(client, slot, url) && set_headers(client, slot, slot->request.headers) &&
           curl_multi_add_handle(client->multi, slot->easy) == CURLM_OK;
}

/* The handle knew a stranger: it gets back what those do not get. */
static void come_home(const struct ilf__http_client *client, struct ilf__http_slot *slot)
{
    slot->stranger = false;
    ilf__http_set_tls(slot->easy, &client->options->tls);
    ilf__http_set_auth(slot->easy, &client->options->auth);
    curl_slist_free_all(slot->headers);
    slot->headers = NULL;
}

bool ilf__http_slot_start(struct ilf__http_client *client, struct ilf__http_slot *slot)
{
    const struct ilf__http_request *request = &slot->request;
    int64_t timeout = request->timeout > 0 ? request->timeout : client->options->timeout;

    slot->hops = 0;
    slot->connects = 0;
    slot->deadline = ilf__clock() + (uint64_t)timeout;
    if (slot->stranger)
        come_home(client, slot);
    follow_certificates(client, slot);
    return ilf__http_slot_go(client, slot, request->url);
}
