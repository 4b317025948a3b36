/* flusher_c_http: payloads as requests, and answers as verdicts. */
#include "flusher.h"

#include <stdlib.h>

#include "../common/said.h"
#include "blame.h"
#include "partial.h"

struct http_request {
    struct http_request *next;
    struct http_flusher *f;
    const ilf_payload *payload;
    struct ilf__text url, lines; /* lines: the destination's headers, each NUL-terminated */
    const char **headers;
    size_t cap_headers;
    ilf_str pieces[3];
};

/* One that was not followed. Where it leads is how the server is set up, and not what the records are. */
static bool is_redirect(int status)
{
    return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

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
        return status >= 500 || is_redirect(status) ? ILF_RETRY : ILF_REJECT;
    }
}

static void complete(struct http_flusher *f, const ilf_payload *payload, ilf_verdict verdict,
                     uint32_t flags, const char *reason)
{
    const ilf_result result = {
        .struct_size = sizeof(result),
        .verdict = verdict,
        .flags = flags,
        .retry_after = verdict == ILF_RETRY && flags == 0 ? ILF__HTTP_MACHINE_PAUSE : 0,
        .reason = {reason, strlen(reason)},
    };

    f->host->complete(f->host->context, payload, &result);
}

/* The client can't send it, for the reason @why. Where all requests have the same head, the options
 * must change, and the records wait for that. */
static void complete_too_large(struct http_flusher *f, const ilf_payload *payload, const char *why)
{
    char reason[ILF_ERROR_SIZE + 512], blame[400];
    bool varies = f->target.varies;

    http_blame(&f->target, payload->destination, blame, sizeof(blame));
    (void)snprintf(reason, sizeof(reason), "too large because of %s%s: %s", blame,
                   varies ? "" : ": make them shorter", why);
    complete(f, payload, varies ? ILF_TOO_LARGE : ILF_RETRY, varies ? 0 : ILF_RESULT_UNREACHED,
             reason);
}

static void give_back(struct http_request *request)
{
    request->payload = NULL;
    request->next = request->f->spare;
    request->f->spare = request;
}

/* The verdict on the records. Only an answer, or what can never be sent, is one; who else fails may
 * come right. */
static ilf_verdict verdict_of(const struct ilf__http_reply *reply)
{
    if (reply->cancelled)
        return ILF_CANCELLED;
    if (reply->status)
        return http_verdict(reply->status);
    return reply->fault == ILF__HTTP_RECORD ? ILF_TOO_LARGE : ILF_RETRY;
}

/* A head that the server finds too long is so for the sake of a template, if there is one. */
static ilf_str reason_of(const struct http_flusher *f, const ilf_payload *payload,
                         const struct ilf__http_reply *reply, char out[ILF_ERROR_SIZE + 512])
{
    char blame[400];

    if (!f->target.varies || (reply->status != 414 && reply->status != 431))
        return reply->reason;
    http_blame(&f->target, payload->destination, blame, sizeof(blame));
    (void)snprintf(out, ILF_ERROR_SIZE + 512, "%.*s (too long because of %s)",
                   (int)reply->reason.len, reply->reason.ptr, blame);
    return (ilf_str){out, strlen(out)};
}

/* What a server of OTLP says in a success: how many records it has rejected, or only a warning. Told of
 * the 1st, 2nd, 4th... */
static void read_partial(struct http_flusher *f, const ilf_payload *payload,
                         const struct ilf__http_reply *reply, ilf_result *result,
                         char out[ILF_ERROR_SIZE + 512])
{
    const char *server =
        f->target.labels[payload->endpoint < f->target.n_servers ? payload->endpoint : 0];
    struct partial partial;
    char said[208];

    if (f->format.protocol != ILF__OTLP || !http_partial(reply->body, &partial))
        return;
    ilf__put_said(said, sizeof(said), (ilf_str){partial.message, strlen(partial.message)});
    (void)snprintf(out, ILF_ERROR_SIZE + 512, "POST %s: HTTP %d, partial success%s%s", server,
                   reply->status, *said ? ": " : "", said);
    result->rejected_events = partial.rejected;
    result->reason = (ilf_str){out, strlen(out)};
    if (partial.rejected > 0)
        f->host->counter_add(f->host->context, f->partial, 1);
    else if ((f->told_partial & (f->told_partial + 1)) == 0)
        ilf_logf(f->host, ILF_LEVEL_WARN, "%s", out);
    f->told_partial += partial.rejected == 0;
}

static void done(void *owner, const struct ilf__http_reply *reply)
{
    struct http_request *request = owner;
    struct http_flusher *f = request->f;
    const ilf_payload *payload = request->payload;
    char reason[ILF_ERROR_SIZE + 512];
    ilf_result result = {
        .struct_size = sizeof(result),
        .verdict = verdict_of(reply),
        .code = reply->status,
        .retry_after = reply->retry_after,
        .reason = reason_of(f, payload, reply, reason),
        .wire_bytes = reply->wire_bytes,
    };

    if (result.verdict == ILF_DELIVERED)
        read_partial(f, payload, reply, &result, reason);
    if (reply->unanswered)
        result.flags |= ILF_RESULT_UNANSWERED;
    if (reply->unreached || (reply->status >= 500 && result.verdict == ILF_RETRY) ||
        is_redirect(reply->status))
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
        complete(f, payload, ILF_RETRY, 0, "out of memory");
        return;
    }
    request->payload = payload;
    if (!target_url(&f->target, payload->endpoint, payload->destination, &request->url, &lines)) {
        bool memory = request->url.failed;

        ilf__text_dispose(&request->url);
        give_back(request);
        complete(f, payload, ILF_RETRY, 0,
                 memory
                     ? "out of memory"
                     : "it was stored when RemoteURL, Query or Headers had other %{...} parts: set "
                       "those until it is sent");
        return;
    }
    status = set_headers(request, lines)
                 ? ilf__http_post(f->client,
                                  &(struct ilf__http_request){
                                      .url = request->url.ptr,
                                      .headers = request->headers,
                                      .pieces = request->pieces,
                                      .n_pieces = set_pieces(request, payload),
                                      .max_reply = f->format.protocol == ILF__OTLP ? 65536 : 4096,
                                      .owner = request,
                                      .done = done,
                                  },
                                  &err)
                 : ilf_fail(&err, ILF_ERR_NOMEM, "out of memory");
    if (status != ILF_OK) {
        ilf__text_dispose(&request->lines);
        give_back(request);
        if (status == ILF_ERR_NOMEM)
            complete(f, payload, ILF_RETRY, 0, err.text);
        else
            complete_too_large(f, payload, err.text);
    }
}
