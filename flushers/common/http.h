/* An HTTP client for flushers: requests that run at the same time on libcurl's multi interface,
 * driven from one thread, with TLS, proxies, authentication and an end to every request. */
#ifndef ILF_COMMON_HTTP_H
#define ILF_COMMON_HTTP_H

#include <stdatomic.h>

#include "compress.h"
#include "tls.h"

enum ilf__http_version { ILF__HTTP_AUTO, ILF__HTTP_1_1, ILF__HTTP_2, ILF__HTTP_2_PRIOR };

/* Where redirects may lead: never followed, within scheme, host and port, or anywhere, but then without
 * headers of the user's and authentication. From https to http never. */
enum ilf__http_redirects { ILF__REDIRECTS_NEVER, ILF__REDIRECTS_SAME_ORIGIN, ILF__REDIRECTS_ANY };

extern const char *const ilf__http_redirects_names[];

struct ilf__http_auth {
    const char *username, *password; /* basic */
    const char *bearer_token;
    struct {
        const char *token_url, *client_id, *client_secret;
        ilf_str_list scopes;
        ilf_str_map parameters;
    } oauth2; /* client credentials: RFC 6749, section 4.4 */
    struct {
        const char *region, *service, *access_key, *secret_key, *session_token;
    } aws; /* Signature Version 4 */
};

/* Options of every flusher that speaks HTTP: put the table into the flusher's own, under a name. */
struct ilf__http_options {
    struct ilf__tls_options tls;
    struct ilf__http_auth auth;
    const char *proxy;
    int version;             /* enum ilf__http_version */
    int redirects;           /* enum ilf__http_redirects */
    int64_t connect_timeout; /* nanoseconds, as the two below */
    int64_t timeout;         /* of a whole request */
    int64_t idle_timeout;    /* an idle connection is not used again after it */
    int64_t max_connections; /* to one host; 0: no limit */
    int64_t max_idle;        /* connections kept; 0: as many as were used at a time */
    int compression;         /* enum ilf__compression, for bodies */
    int64_t compression_level;
    uint64_t send_buffer; /* bytes; 0: libcurl's own */
};

extern const ilf_option ilf__http_auth_options[];

struct ilf__http_client;
struct ilf__http_reply;

/* @options, and the strings that they lead to, must live as long as the client. Fails with
 * ILF_ERR_CONFIG for options that do not fit together or name unreadable files. */
ilf_status ilf__http_client_new(struct ilf__http_client **out,
                                const struct ilf__http_options *options, const ilf_host *host,
                                ilf_error *err);

/* A POST. All that it leads to stays as it is until it is done. */
struct ilf__http_request {
    const char *url;            /* NUL-terminated */
    const char *const *headers; /* "Name: value", NUL-terminated, then NULL */
    const ilf_str *pieces;      /* the body, before compression */
    size_t n_pieces;
    int64_t timeout;  /* nanoseconds; 0: the option's */
    size_t max_reply; /* bytes of the reply's body to keep; the rest is read and forgotten */
    void *owner;      /* for @done */

    void (*done)(void *owner, const struct ilf__http_reply *reply);
};

/* Whose fault it is that a request has got no answer. */
enum ilf__http_fault {
    ILF__HTTP_NOBODY,   /* there is one, or it was cancelled */
    ILF__HTTP_RECORD,   /* it can't be sent, by anybody at any time */
    ILF__HTTP_ENDPOINT, /* the server, the network or a proxy */
    ILF__HTTP_MACHINE,  /* memory, descriptors, ports */
    ILF__HTTP_CONFIG,   /* somebody must change an option */
};

#define ILF__HTTP_MACHINE_PAUSE INT64_C(1000000000) /* nanoseconds, before the next try then */

/* How a request ended. Valid during @done. */
struct ilf__http_reply {
    int status;          /* of HTTP; 0: there was no answer */
    ilf_str body;        /* its beginning */
    int64_t retry_after; /* nanoseconds; 0: nothing said */
    bool unanswered;     /* it may have arrived all the same */
    bool unreached;      /* the server could not be talked to, or failed before it answered; an
                          * option may be why */
    enum ilf__http_fault fault;
    bool cancelled;
    uint64_t wire_bytes;      /* of the body that was sent */
    uint64_t new_connections; /* that had to be opened for it */
    ilf_str reason;           /* one line: which server, which step, what went wrong; no secret */
};

/* Start @request. Its done is called once, by a later call of poll or cancel. Fails only with
 * ILF_ERR_NOMEM or ILF_ERR_DROP (a request that is too large); done is not called then. */
ilf_status ilf__http_post(struct ilf__http_client *client, const struct ilf__http_request *request,
                          ilf_error *err);

/* Run requests until one is done, wake is called, or @timeout nanoseconds are over (negative: no
 * limit). */
void ilf__http_poll(struct ilf__http_client *client, int64_t timeout);

/* Make the running poll, or else the next, return. From any thread. */
void ilf__http_wake(struct ilf__http_client *client);

/* A token of OAuth 2, for another protocol than HTTP. */
struct ilf__http_bearer {
    const char *token;  /* valid until the next is fetched; NULL: there is none */
    int64_t life;       /* nanoseconds in which it is good */
    const char *reason; /* without a token: one line, as that of a reply */
};

/* Fetch one as Auth.OAuth2 of the options says. Returns when it is there, or can't be had, or *@stop is
 * set; whoever sets that wakes the client. No request may be under way. */
struct ilf__http_bearer ilf__http_fetch_bearer(struct ilf__http_client *client,
                                               const atomic_bool *stop);

/* End all requests now, as cancelled. */
void ilf__http_cancel(struct ilf__http_client *client);

/* Cancel, and free. NULL is allowed. */
void ilf__http_client_free(struct ilf__http_client *client);

#endif
