/* flusher_c_http: payloads as requests, and answers as verdicts. */
#include "flusher.h"

#include <stdlib.h>

struct http_request {
    struct http_request *next;
    struct http_flusher *f;
    const ilf_payload *payload;
    struct ilf__text url, lines; /* lines: the destination's headers, each NUL-terminated */
    const char **headers;
    size_t cap_headers;
    ilf_str pieces[3];
};

/* By RFC 9110, section 15, and RFC 6585. Retried is what may come right without a change of the
 * request: by the server's recovering, or by somebody who mends its configuration or the credentials.
 * (The native flusher drops 408, 425 and 429.) */
ilf_verdict http_verdict(int status)
{
    if (status >= 200 && status < 300)
        return ILF_DELIVERED;
    switch (status) {
    case 301: /* a redirect that was not followed: the address is the configuration's */
    case 302:
    case 303:
    case 307:
    case 308:
        return ILF_RETRY;
    case 413:
        return ILF_TOO_LARGE;
    case 401: /* credentials are being changed */
    case 403:
    case 407:
    case 408:
    case 421:
    case 423:
    case 425:
    case 429:
        return ILF_RETRY;
    case 501: /* the server knows no such request */
    case 505:
        return ILF_REJECT;
    default:
        return status >= 500 ? ILF_RETRY : ILF_REJECT;
    }
}

static void complete(struct http_flusher *f, const ilf_payload *payload, ilf_verdict verdict,
                     const char *reason)
{
    const ilf_result result = {
        .struct_size = sizeof(result),
        .verdict = verdict,
        .reason = {reason, strlen(reason)},
    };

    f->host->complete(f->host->context, payload, &result);
}

static void give_back(struct http_request *request)
{
    request->payload = NULL;
    request->next = request->f->spare;
    request->f->spare = request;
}

static void done(void *owner, const struct ilf__http_reply *reply)
{
    struct http_request *request = owner;
    struct http_flusher *f = request->f;
    const ilf_payload *payload = request->payload;
    ilf_result result = {
        .struct_size = sizeof(result),
        .verdict = reply->cancelled  ? ILF_CANCELLED
                   : reply->hopeless ? ILF_REJECT
                   : reply->status   ? http_verdict(reply->status)
                                     : ILF_RETRY,
        .code = reply->status,
        .retry_after = reply->retry_after,
        .reason = reply->reason,
        .wire_bytes = reply->wire_bytes,
    };

    if (reply->unanswered)
        result.flags |= ILF_RESULT_UNANSWERED;
    if (reply->unreached || (reply->status >= 500 && result.verdict == ILF_RETRY))
        result.flags |= ILF_RESULT_UNREACHED;
    if (reply->new_connections > 0)
        f->host->counter_add(f->host->context, f->connections, reply->new_connections);
    give_back(request);
    f->host->complete(f->host->context, payload, &result);
}

static struct http_request *get_request(struct http_flusher *f)
{
    struct http_request *request = f->spare;

    if (request) {
        f->spare = request->next;
        return request;
    }
    request = calloc(1, sizeof(*request));
    if (request)
        request->f = f;
    return request;
}

void http_dispose_requests(struct http_flusher *f)
{
    while (f->spare) {
        struct http_request *request = f->spare;

        f->spare = request->next;
        ilf__text_dispose(&request->url);
        ilf__text_dispose(&request->lines);
        free(request->headers);
        free(request);
    }
}

/* The constant headers, and those of @lines. */
static bool set_headers(struct http_request *request, ilf_str lines)
{
    const struct target *target = &request->f->target;
    size_t n = 0, most = target->n_headers + 1;

    request->lines.len = 0;
    ilf__text_put_str(&request->lines, lines);
    for (size_t i = 0; i < lines.len; i++)
        most += lines.ptr[i] == '\n';
    if (most > request->cap_headers) {
        const char **headers = realloc(request->headers, most * sizeof(*headers));

        request->headers = headers ? headers : request->headers;
        request->cap_headers = headers ? most : request->cap_headers;
        if (!headers)
            return false;
    }
    if (request->lines.failed)
        return false;
    for (; n < target->n_headers; n++)
        request->headers[n] = target->headers[n];
    for (size_t at = 0; at < lines.len;) {
        char *line = request->lines.ptr + at, *end = memchr(line, '\n', lines.len - at);

        if (!end)
            break;
        *end = '\0';
        request->headers[n++] = line;
        at += (size_t)(end - line) + 1;
    }
    request->headers[n] = NULL;
    return true;
}

/* The body in pieces that stay where they are. Returns how many. */
static size_t set_pieces(struct http_request *request, const ilf_payload *payload)
{
    request->pieces[0] = payload->bytes;
    if (request->f->body != HTTP_BODY_JSON_ARRAY)
        return 1;
    request->pieces[0] = (ilf_str){"[", 1};
    request->pieces[1] = payload->bytes;
    if (payload->bytes.len > 0) /* each record ends with a comma; one of before may be damaged */
        request->pieces[1].len--;
    request->pieces[2] = (ilf_str){"]", 1};
    return 3;
}

void http_send(void *self, const ilf_payload *payload)
{
    struct http_flusher *f = self;
    struct http_request *request = get_request(f);
    ilf_status status;
    ilf_str lines;
    ilf_error err;

    if (!request) {
        complete(f, payload, ILF_RETRY, "out of memory");
        return;
    }
    request->payload = payload;
    if (!target_url(&f->target, payload->endpoint, payload->destination, &request->url, &lines)) {
        bool memory = request->url.failed;

        ilf__text_dispose(&request->url);
        give_back(request);
        complete(f, payload, memory ? ILF_RETRY : ILF_REJECT,
                 memory ? "out of memory"
                        : "it was stored when RemoteURL, Query or Headers had other %{...} parts");
        return;
    }
    status = set_headers(request, lines)
                 ? ilf__http_post(f->client,
                                  &(struct ilf__http_request){
                                      .url = request->url.ptr,
                                      .headers = request->headers,
                                      .pieces = request->pieces,
                                      .n_pieces = set_pieces(request, payload),
                                      .max_reply = 4096,
                                      .owner = request,
                                      .done = done,
                                  },
                                  &err)
                 : ilf_fail(&err, ILF_ERR_NOMEM, "out of memory");
    if (status != ILF_OK) {
        ilf__text_dispose(&request->lines);
        give_back(request);
        complete(f, payload, status == ILF_ERR_NOMEM ? ILF_RETRY : ILF_REJECT, err.text);
    }
}
