/* What the files of the HTTP client share. */
#ifndef ILF_COMMON_HTTP_CLIENT_H
#define ILF_COMMON_HTTP_CLIENT_H

#include <curl/curl.h>

#include "clock.h"
#include "http.h"

enum { ILF__HTTP_REASON = 768 };

/* A handle of libcurl's with what one request needs; kept for the next. */
struct ilf__http_slot {
    struct ilf__http_slot *next;
    CURL *easy;
    struct ilf__http_request request;
    char *url; /* that is set */
    struct curl_slist *headers;
    struct curl_slist *own_headers; /* where those begin that we have added behind the request's */
    uint64_t token_version;         /* of the token that is among them */
    struct ilf__text body;          /* where it is not the request's own piece */
    struct ilf__text reply;
    unsigned sends;    /* of the request: libcurl itself sends it again on a connection that died */
    size_t head;       /* bytes of the answer's heads and trailers */
    uint64_t deadline; /* of the request, redirects included; monotonic nanoseconds */
    unsigned hops;     /* redirects that were followed */
    bool foreign;      /* one of them led to another server, which learns no secret */
    const char *not_followed; /* why the last was not, or NULL */
    char location[256];       /* where that leads to: scheme, host and port */
    char error[CURL_ERROR_SIZE];
};

/* A token of OAuth 2, and the request that fetches it. */
struct ilf__http_token {
    char *header;                /* "Authorization: Bearer ..."; NULL: there is none */
    uint64_t version;            /* changes with the header */
    uint64_t expires_at;         /* monotonic nanoseconds */
    struct ilf__http_slot *slot; /* of the request under way, or NULL */
    struct ilf__text form;       /* its body */
    bool failed;                 /* @reply says how */
    uint64_t retry_at;           /* the token server wants to be left alone until then; likewise */
    struct ilf__http_reply reply;
    char reason[ILF__HTTP_REASON];
};

struct ilf__http_client {
    const struct ilf__http_options *options;
    const ilf_host *host;
    CURLM *multi;
    struct ilf__http_slot *idle, *busy;
    struct ilf__http_slot *waiting; /* for a token */
    struct ilf__http_token token;
    struct ilf__compressor compressor;
    uint64_t files_version, files_checked, files_changed; /* of certificates; times monotonic */
};

/* Fill @reply for a request that ended with @code; its reason, which a success has not, is put into
 * @reason. */
void ilf__http_describe(struct ilf__http_slot *slot, CURLcode code, char reason[ILF__HTTP_REASON],
                        struct ilf__http_reply *reply);

void ilf__http_set_tls(CURL *easy, const struct ilf__tls_options *options);
void ilf__http_set_auth(CURL *easy, const struct ilf__http_auth *auth);

/* --- http_fault.c --- */

/* Whose fault a code of libcurl's is, and what people are told: the step that failed, and the cure. */
struct ilf__http_cause {
    enum ilf__http_fault fault; /* ILF__HTTP_NOBODY: the code is not known */
    const char *text;
};

/* By the code alone, and with what else is known of the request. */
struct ilf__http_cause ilf__http_cause(CURLcode code);
struct ilf__http_cause ilf__http_cause_of(CURL *easy, CURLcode code);

/* Bytes of a head: what libcurl (since 7.71, in a buffer that may hold 64 KiB of the body too) and
 * nghttp2 send at most. Neither says so when it is more: libcurl is out of memory then, or finds the
 * connection dead. */
enum { ILF__HTTP_MOST_HEAD = (1 << 20) - (64 << 10), ILF__HTTP_MOST_HEAD_2 = 64 << 10 };

/* The size of the head of @request, or a little more. */
size_t ilf__http_head_size(const struct ilf__http_client *client,
                           const struct ilf__http_request *request);

/* Must a request with a head of @head bytes go by HTTP/1.1? */
bool ilf__http_wants_1_1(const struct ilf__http_client *client, size_t head);

/* Can it be sent? If not, ILF_ERR_DROP. */
ilf_status ilf__http_fits(const struct ilf__http_client *client,
                          const struct ilf__http_request *request, ilf_error *err);

/* --- http_slot.c --- */

/* Set what is the same for all requests of the handle, but for TLS and authentication. */
void ilf__http_prepare(struct ilf__http_client *client, struct ilf__http_slot *slot);

/* A slot that is in no list, ready for requests. NULL: out of memory. */
struct ilf__http_slot *ilf__http_slot_new(struct ilf__http_client *client);
void ilf__http_slot_free(struct ilf__http_slot *slot);

/* Give libcurl the body of the slot's request: as it is where it is in one piece and goes
 * uncompressed, else in the slot's buffer. */
ilf_status ilf__http_slot_fill(struct ilf__http_client *client, struct ilf__http_slot *slot,
                               ilf_error *err);

/* Start the request, whose body is set. False: out of memory. */
bool ilf__http_slot_start(struct ilf__http_client *client, struct ilf__http_slot *slot);

/* Start it again, for @url. */
bool ilf__http_slot_follow(struct ilf__http_client *client, struct ilf__http_slot *slot,
                           const char *url);

/* --- http_redirect.c --- */

/* Follow the redirect with which the request of @slot has ended. False: it has not ended with one, or
 * with one that is not followed, as slot->not_followed says. */
bool ilf__http_redirect(struct ilf__http_client *client, struct ilf__http_slot *slot);

/* --- http_auth.c --- */

/* Is more than one kind of authentication asked for, or one by halves? */
ilf_status ilf__http_auth_check(const struct ilf__http_auth *auth, ilf_error *err);

/* Take the token that the options hold. */
ilf_status ilf__http_token_init(struct ilf__http_client *client, ilf_error *err);

/* The header that authenticates by token, or NULL. */
const char *ilf__http_token(const struct ilf__http_client *client);

/* Must requests wait until there is a token? */
bool ilf__http_needs_token(const struct ilf__http_client *client);

/* Start to fetch one. False, with the reason in token.reply, when that is not possible. */
bool ilf__http_fetch_token(struct ilf__http_client *client);

void ilf__http_token_done(struct ilf__http_client *client, const struct ilf__http_reply *reply);

/* The server did not accept the token of that version. */
void ilf__http_token_refused(struct ilf__http_client *client, uint64_t version);

void ilf__http_drop_token_request(struct ilf__http_client *client);
void ilf__http_token_dispose(struct ilf__http_client *client);

#endif
