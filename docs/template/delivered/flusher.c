/* flusher_c_NAME - send logs as lines of key:value pairs to an HTTP server. */
#include <ilf/flusher.h>

#include <curl/curl.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A send under way. */
struct sending {
    struct sending *next;
    const ilf_payload *payload;
    CURL *easy;
    char why[CURL_ERROR_SIZE];
};

struct flusher {
    const char *url;
    const char *ca_file;
    int64_t timeout;
    const ilf_host *host;
    CURLM *multi;             /* of send, poll and cancel, which never overlap */
    struct sending *sendings; /* likewise */
};

static const ilf_option options[] = {
    ILF_OPTION(STR, struct flusher, url, "URL", NULL, "POST the records there",
               .flags = ILF_OPT_REQUIRED | ILF_OPT_EXPAND),
    ILF_OPTION(STR, struct flusher, ca_file, "CAFile", "",
               "certificates to trust, as PEM; empty: the system's"),
    ILF_OPTION(DURATION, struct flusher, timeout, "Timeout", "10s", "for one request", .min = 1e6,
               .max = 3600e9),
    {0},
};

/* --- Start and stop --------------------------------------------------------------------------- */

/* What is wrong here is wrong for every record: say it before there are any. */
static ilf_status check_url(const char *text, ilf_error *err)
{
    CURLU *url = curl_url();
    char *scheme = NULL;
    CURLUcode code = url ? curl_url_set(url, CURLUPART_URL, text, 0) : CURLUE_OUT_OF_MEMORY;

    if (code == CURLUE_OK)
        code = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0);
    if (code == CURLUE_OK && strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
        code = CURLUE_UNSUPPORTED_SCHEME;
    curl_free(scheme);
    curl_url_cleanup(url);
    if (code == CURLUE_OUT_OF_MEMORY)
        return ilf_fail(err, ILF_ERR_NOMEM, "URL: out of memory");
    if (code != CURLUE_OK)
        return ilf_fail(err, ILF_ERR_CONFIG, "URL: want http://host or https://host, got '%s'",
                        text);
    return ILF_OK;
}

/* Programs that the agent starts must not inherit the sockets by which libcurl wakes itself, for which
 * it has no option: they get the next two numbers. NULL when there are none. */
static CURLM *new_multi(void)
{
    int fds[2] = {open("/dev/null", O_RDONLY | O_CLOEXEC), open("/dev/null", O_RDONLY | O_CLOEXEC)};
    CURLM *multi;

    close(fds[0]);
    close(fds[1]);
    multi = fds[1] < 0 ? NULL : curl_multi_init();
    for (int i = 0; multi && i < 2; i++)
        (void)fcntl(fds[i], F_SETFD, FD_CLOEXEC);
    return multi;
}

static ilf_status init(void *self, const ilf_host *host, ilf_error *err)
{
    const ilf_tuning tuning = {.struct_size = sizeof(tuning), .max_payload_bytes = 1 << 20};
    struct flusher *f = self;
    ilf_status status;

    f->host = host;
    (void)curl_global_init(
        CURL_GLOBAL_DEFAULT); /* it counts; never undone, for others use it too */
    status = check_url(f->url, err);
    if (status != ILF_OK)
        return status;
    if (*f->ca_file && access(f->ca_file, R_OK) != 0)
        return ilf_fail(err, ILF_ERR_CONFIG, "CAFile: '%s' can't be read", f->ca_file);
    f->multi = new_multi();
    if (!f->multi)
        return ilf_fail(err, ILF_ERR_NOMEM,
                        "start an HTTP client: no memory or no file descriptor is free");
    host->tune(host->context, &tuning);
    return ILF_OK;
}

static ilf_status stop(void *self, ilf_error *err)
{
    struct flusher *f = self;

    (void)err;
    (void)curl_multi_cleanup(f->multi); /* every send has ended */
    return ILF_OK;
}

/* --- Records ---------------------------------------------------------------------------------- */

/* Append @str and @end at @at; where that ends. */
static char *put(char *at, ilf_str str, char end)
{
    if (str.len > 0)
        memcpy(at, str.ptr, str.len);
    at[str.len] = end;
    return at + str.len + 1;
}

/* A record is a line. The runtime copies it, so the memory is ours. */
static ilf_status put_log(const ilf_log *log, const ilf_encoder *to, ilf_error *err)
{
    ilf_record record = {.n_events = 1};
    size_t len = 1;
    ilf_status status;
    char *line, *at;

    for (size_t i = 0; i < log->n_contents; i++)
        len += log->contents[i].key.len + log->contents[i].value.len + 2;
    at = line = malloc(len);
    if (!line)
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory for a record of %zu bytes", len);
    for (size_t i = 0; i < log->n_contents; i++) {
        at = put(at, log->contents[i].key, ':');
        at = put(at, log->contents[i].value, i + 1 < log->n_contents ? ' ' : '\n');
    }
    record.body = (ilf_str){line, (size_t)(at - line)};
    status = to->put(to->context, &record);
    free(line);
    return status;
}

static ilf_status encode(void *self, const ilf_batch *batch, const ilf_encoder *to, ilf_error *err)
{
    (void)self;
    for (size_t g = 0; g < batch->n_groups; g++)
        for (size_t l = 0; l < batch->groups[g].n_logs; l++) {
            ilf_status status = put_log(&batch->groups[g].logs[l], to, err);

            if (status != ILF_OK)
                return status; /* the encoder's too: the batch comes again */
        }
    return ILF_OK;
}

/* --- Sending ---------------------------------------------------------------------------------- */

/* The request has ended as @result says: tell it, and forget the payload. */
static void finish(struct flusher *f, struct sending *s, ilf_result *result)
{
    struct sending **link = &f->sendings;

    while (*link != s)
        link = &(*link)->next;
    *link = s->next;
    (void)curl_multi_remove_handle(f->multi, s->easy);
    curl_easy_cleanup(s->easy);
    result->struct_size = sizeof(*result);
    f->host->complete(f->host->context, s->payload, result);
    free(s);
}

/* What the server's answer means for the records. Only what is wrong with them may lose them: a
 * server that is away, busy, or not to be found is no fault of theirs. */
static ilf_verdict verdict_of(long status)
{
    if (status >= 200 && status < 300)
        return ILF_DELIVERED;
    if (status == 413)
        return ILF_TOO_LARGE;
    return status == 400 || status == 422 ? ILF_REJECT : ILF_RETRY;
}

static void answered(struct flusher *f, struct sending *s)
{
    ilf_result result = {.struct_size = sizeof(result)};
    curl_off_t seconds = 0;
    long status = 0;
    char why[64];

    (void)curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(s->easy, CURLINFO_RETRY_AFTER, &seconds);
    result.code = (int32_t)status;
    result.verdict = verdict_of(status);
    result.retry_after = seconds < 86400 ? (int64_t)seconds * 1000000000 : INT64_C(86400000000000);
    result.reason.len = (size_t)snprintf(why, sizeof(why), "the server answers HTTP %ld", status);
    result.reason.ptr = why;
    finish(f, s, &result);
}

/* There is no answer. Did the server get the request all the same? After its last byte nobody knows. */
static void failed(struct flusher *f, struct sending *s, CURLcode code)
{
    ilf_result result = {.verdict = ILF_RETRY};
    curl_off_t sent = 0;
    char why[CURL_ERROR_SIZE + 32];

    (void)curl_easy_getinfo(s->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    if (code != CURLE_OUT_OF_MEMORY)
        result.flags = ILF_RESULT_UNREACHED;
    if (sent > 0)
        result.flags |= ILF_RESULT_UNANSWERED;
    result.reason.len = (size_t)snprintf(why, sizeof(why), "no answer from the server: %s",
                                         *s->why ? s->why : curl_easy_strerror(code));
    result.reason.ptr = why;
    finish(f, s, &result);
}

static size_t ignore_body(char *bytes, size_t size, size_t n, void *context)
{
    (void)bytes;
    (void)context;
    return size * n;
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
    (void)context;
    (void)purpose;
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* @payload stays where it is until it is completed, so that nothing of it is copied. */
static bool set_up(const struct flusher *f, struct sending *s, const ilf_payload *payload)
{
    CURL *easy = s->easy;

    return curl_easy_setopt(easy, CURLOPT_URL, f->url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDS, payload->bytes.ptr) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)payload->bytes.len) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(f->timeout / 1000000)) == CURLE_OK &&
           (!*f->ca_file || curl_easy_setopt(easy, CURLOPT_CAINFO, f->ca_file) == CURLE_OK) &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore_body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, s->why) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PRIVATE, s) == CURLE_OK;
}

static void send_payload(void *self, const ilf_payload *payload)
{
    const ilf_result no_memory = {.struct_size = sizeof(no_memory),
                                  .verdict = ILF_RETRY,
                                  .reason = {"out of memory for a request", 27}};
    struct flusher *f = self;
    struct sending *s = calloc(1, sizeof(*s));

    if (s)
        s->easy = curl_easy_init();
    if (!s || !s->easy || !set_up(f, s, payload) ||
        curl_multi_add_handle(f->multi, s->easy) != CURLM_OK) {
        if (s)
            curl_easy_cleanup(s->easy);
        free(s);
        f->host->complete(f->host->context, payload, &no_memory);
        return;
    }
    s->payload = payload;
    s->next = f->sendings;
    f->sendings = s;
}

static void poll_sends(void *self, int64_t timeout)
{
    struct flusher *f = self;
    int running, left,
        ms = timeout < 0 || timeout > 3600000000000 ? 3600000 : (int)(timeout / 1000000);
    CURLMsg *message;

    if (timeout > 0)
        (void)curl_multi_poll(f->multi, NULL, 0, ms, NULL);
    (void)curl_multi_perform(f->multi, &running);
    while ((message = curl_multi_info_read(f->multi, &left))) {
        CURLcode code = message->data.result;
        struct sending *s = NULL;

        if (message->msg != CURLMSG_DONE)
            continue;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &s);
        if (code == CURLE_OK)
            answered(f, s);
        else
            failed(f, s, code);
    }
}

static void wake(void *self)
{
    (void)curl_multi_wakeup(((struct flusher *)self)->multi);
}

static void cancel(void *self)
{
    struct flusher *f = self;

    while (f->sendings) {
        ilf_result cancelled = {.verdict = ILF_CANCELLED, .flags = ILF_RESULT_UNANSWERED};

        finish(f, f->sendings, &cancelled);
    }
}

const ilf_flusher_ops ilf_flusher_NAME = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_c_NAME",
    .description = "sends logs as lines of key:value pairs to an HTTP server",
    .instance_size = sizeof(struct flusher),
    .options = options,
    .init = init,
    .stop = stop,
    .encode = encode,
    .send = send_payload,
    .poll = poll_sends,
    .wake = wake,
    .cancel = cancel,
};
