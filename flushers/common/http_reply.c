/* What became of a request, in words that name the server, the step and the cure, without the parts
 * of a URL that may be secret. */
#include "http_client.h"

#include "said.h"

/* The URL without user, password, query and fragment. */
static int put_url(char *out, size_t size, const char *url)
{
    size_t scheme = strcspn(url, ":/?#");
    const char *at, *end, *host = url;

    if (strncmp(url + scheme, "://", 3) == 0)
        host = url + scheme + 3;
    end = host + strcspn(host, "?#");
    at = memrchr(host, '@', strcspn(host, "/?#")); /* the last: a password may hold one */
    if (at)
        return snprintf(out, size, "%.*s%.*s", (int)(host - url), url, (int)(end - at - 1), at + 1);
    return snprintf(out, size, "%.*s", (int)(end - url), url);
}

/* Did the request, or a part of it, leave? Then nobody knows whether it arrived. */
static bool has_left(CURL *easy)
{
    curl_off_t sent = 0;
    long header = 0;

    curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &header);
    return sent > 0 || header > 0;
}

/* Did it leave more than once? On a connection that the server has closed meanwhile libcurl hears no
 * answer and sends it again by itself, so that an answer need not be the only thing that became of
 * it. */
static bool has_left_again(const struct ilf__http_slot *slot)
{
    long redirects = 0;

    curl_easy_getinfo(slot->easy, CURLINFO_REDIRECT_COUNT, &redirects);
    return slot->sends > (unsigned long)redirects + 1;
}

static bool is_connected(CURL *easy)
{
    curl_off_t connected = 0;

    curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connected);
    return connected > 0;
}

/* The step that failed, and what to look at. */
static const char *step_of(CURL *easy, CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return "can't resolve the host's name: check it, and DNS";
    case CURLE_COULDNT_RESOLVE_PROXY:
        return "can't resolve the proxy's name: check Proxy, and DNS";
    case CURLE_COULDNT_CONNECT:
        return "can't connect: is the server running, and the port right?";
    case CURLE_PROXY:
        return "the proxy refuses: check Proxy and its user";
    case CURLE_PEER_FAILED_VERIFICATION:
        return "TLS: the server's certificate is not to be trusted: check TLS.CAFile, its names "
               "and dates";
    case CURLE_SSL_CACERT_BADFILE:
        return "TLS: can't read TLS.CAFile";
    case CURLE_SSL_CERTPROBLEM:
        return "TLS: can't use the client's certificate: check TLS.CertFile, KeyFile and "
               "KeyPassword";
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_USE_SSL_FAILED:
        return "TLS: the handshake failed: check TLS versions, and whether the server wants a "
               "certificate";
    case CURLE_OPERATION_TIMEDOUT:
        return is_connected(easy) ? "timed out waiting for the answer" : "timed out connecting";
    case CURLE_TOO_MANY_REDIRECTS:
        return "redirects in a circle: ask for the address that it leads to";
    case CURLE_GOT_NOTHING:
        return "the server closed the connection without an answer";
    case CURLE_SEND_ERROR:
        return "the connection broke while sending";
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
        return "the connection broke while receiving the answer";
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return "HTTP/2: the stream or connection was broken off";
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
        return "this is no HTTP";
    default:
        return "failed";
    }
}

/* Not even a connection was tried. (An answer that is no HTTP has one of these codes too, and so has
 * a redirect to what is none; on a connection that was open already libcurl knows no connect time.) */
static bool is_hopeless(CURL *easy, CURLcode code)
{
    return (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL) &&
           !is_connected(easy) && !has_left(easy);
}

/* @seconds that the server wants us to wait, which may be any number, in nanoseconds. */
static int64_t wait_of(curl_off_t seconds)
{
    const int64_t most = INT64_MAX / 1000000000;

    return seconds <= 0 ? 0 : (seconds < most ? seconds : most) * 1000000000;
}

static void describe_status(struct ilf__http_slot *slot, int status, char *out, size_t size)
{
    char said[208]; /* one line of it, as a hint */

    ilf__put_said(said, sizeof(said), (ilf_str){slot->reply.ptr, slot->reply.len});
    (void)snprintf(out, size, ": HTTP %d%s%s", status, *said ? ": " : "", said);
}

void ilf__http_describe(struct ilf__http_slot *slot, CURLcode code, char reason[ILF__HTTP_REASON],
                        struct ilf__http_reply *reply)
{
    curl_off_t retry_after = 0, sent = 0;
    char url[300];
    long status = 0, connects = 0;
    int n;

    curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(slot->easy, CURLINFO_RETRY_AFTER, &retry_after);
    curl_easy_getinfo(slot->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    curl_easy_getinfo(slot->easy, CURLINFO_NUM_CONNECTS, &connects);
    if (code == CURLE_OK && status == 0) /* libcurl takes "HTTP/200 OK", without a version, so */
        code = CURLE_WEIRD_SERVER_REPLY;
    *reply = (struct ilf__http_reply){
        /* A status counts only once the answer is complete: 200 and then a reset is no answer. */
        .status = code == CURLE_OK ? (int)status : 0,
        .body = {slot->reply.ptr, slot->reply.len},
        .retry_after = wait_of(retry_after),
        .unanswered = (code != CURLE_OK && has_left(slot->easy)) || has_left_again(slot),
        .unreached = code != CURLE_OK,
        .hopeless = is_hopeless(slot->easy, code),
        .wire_bytes = (uint64_t)sent,
        .new_connections = (uint64_t)connects,
        .reason = {"", 0},
    };
    if (code == CURLE_OK && status >= 200 && status < 300)
        return; /* nobody asks for the reason of a success */
    (void)put_url(url, sizeof(url), slot->request.url);
    n = snprintf(reason, ILF__HTTP_REASON, "POST %s", url);
    if (code == CURLE_OK)
        describe_status(slot, (int)status, reason + n, ILF__HTTP_REASON - (size_t)n);
    else
        (void)snprintf(reason + n, ILF__HTTP_REASON - (size_t)n, ": %s (%s)",
                       step_of(slot->easy, code),
                       slot->error[0] ? slot->error : curl_easy_strerror(code));
    reply->reason = (ilf_str){reason, strlen(reason)};
}
