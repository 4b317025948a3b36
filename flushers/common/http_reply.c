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
    return slot->sends > 1;
}

static bool is_connected(CURL *easy)
{
    curl_off_t connected = 0;

    curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connected);
    return connected > 0;
}

/* The step that failed, and what to look at. */
static const char *step_of(CURL *easy, CURLcode code, const struct ilf__http_cause *cause)
{
    if (code == CURLE_OPERATION_TIMEDOUT)
        return is_connected(easy) ? "timed out waiting for the answer" : "timed out connecting";
    return cause->text;
}

/* Is Retry-After a number that libcurl can't hold, and has taken for none? */
static bool asks_for_ages(CURL *easy)
{
    struct curl_header *header;

    return curl_easy_header(easy, "Retry-After", 0, CURLH_HEADER, -1, &header) == CURLHE_OK &&
           strlen(header->value) >= 19 &&
           strspn(header->value, "0123456789") == strlen(header->value);
}

/* Nanoseconds that the server wants us to wait, which may be any number. */
static int64_t wait_of(CURL *easy)
{
    const int64_t most = INT64_MAX / 1000000000;
    curl_off_t seconds = 0;

    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
    if (seconds <= 0)
        return asks_for_ages(easy) ? INT64_MAX : 0;
    return (seconds < most ? seconds : most) * 1000000000;
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
    struct ilf__http_cause cause = {ILF__HTTP_NOBODY, ""};
    curl_off_t sent = 0;
    char url[300];
    long status = 0, connects = 0;
    int n;

    curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(slot->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    curl_easy_getinfo(slot->easy, CURLINFO_NUM_CONNECTS, &connects);
    if (code == CURLE_OK && status == 0) /* libcurl takes "HTTP/200 OK", without a version, so */
        code = CURLE_WEIRD_SERVER_REPLY;
    if (code != CURLE_OK)
        cause = ilf__http_cause_of(slot->easy, code);
    *reply = (struct ilf__http_reply){
        /* A status counts only once the answer is complete: 200 and then a reset is no answer. */
        .status = code == CURLE_OK ? (int)status : 0,
        .body = {slot->reply.ptr, slot->reply.len},
        /* What this machine lacks is not there again at once. */
        .retry_after =
            cause.fault == ILF__HTTP_MACHINE ? ILF__HTTP_MACHINE_PAUSE : wait_of(slot->easy),
        .unanswered = (code != CURLE_OK && has_left(slot->easy)) || has_left_again(slot),
        .unreached = cause.fault == ILF__HTTP_ENDPOINT || cause.fault == ILF__HTTP_CONFIG,
        .fault = cause.fault,
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
                       step_of(slot->easy, code, &cause),
                       slot->error[0] ? slot->error : curl_easy_strerror(code));
    reply->reason = (ilf_str){reason, strlen(reason)};
}
