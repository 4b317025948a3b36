/* A client of HTTP whose connections are pairs of sockets: what the server says is there from the
 * start, connection by connection, and then it closes. */
#ifndef ILF_FUZZ_CANNED_H
#define ILF_FUZZ_CANNED_H

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../flushers/common/http_client.h"
#include "../http_options.h"

enum { CANNED_BETWEEN = 0x1e, CANNED_CONNECTIONS = 16, CANNED_MAX_BODY = 100 };

struct canned {
    ilf_str rest; /* what later connections say; CANNED_BETWEEN is between them */
    int peers[CANNED_CONNECTIONS];
    size_t n_peers;
};

static inline curl_socket_t canned_open(void *context, curlsocktype purpose,
                                        struct curl_sockaddr *to)
{
    struct canned *c = context;
    const char *end = c->rest.len > 0 ? memchr(c->rest.ptr, CANNED_BETWEEN, c->rest.len) : NULL;
    size_t len = end ? (size_t)(end - c->rest.ptr) : c->rest.len;
    int fds[2];

    (void)purpose;
    (void)to;
    if (c->n_peers == CANNED_CONNECTIONS ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) != 0)
        return CURL_SOCKET_BAD;
    c->peers[c->n_peers++] = fds[1];
    (void)!write(fds[1], c->rest.ptr, len); /* the client may take what fits for all */
    (void)shutdown(fds[1], SHUT_WR);
    len += end ? 1 : 0;
    c->rest = (ilf_str){c->rest.ptr + len, c->rest.len - len};
    return fds[0];
}

/* libcurl finds this one; the pair is connected already. */
__attribute__((visibility("default"))) int connect(int fd, __CONST_SOCKADDR_ARG to, socklen_t len);

int connect(int fd, __CONST_SOCKADDR_ARG to, socklen_t len)
{
    (void)fd;
    (void)to;
    (void)len;
    return 0;
}

/* Before @easy runs. Redirects may name any host; none is looked up. */
static inline void canned_attach(struct canned *c, CURL *easy, struct curl_slist *connect_to)
{
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, connect_to);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, canned_open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, c);
}

/* Behind the end of the client, which has the other ends. */
static inline void canned_close(struct canned *c)
{
    while (c->n_peers > 0)
        close(c->peers[--c->n_peers]);
}

static inline bool canned_has_secret(ilf_str text)
{
    return text.len > 0 && memmem(text.ptr, text.len, "secret", 6);
}

/* What every reply must be, where the server has said @all. */
static inline void canned_check(const struct ilf__http_reply *reply, ilf_str all)
{
    bool well = reply->status >= 200 && reply->status < 300; /* which needs no reason */

    if (reply->body.len > CANNED_MAX_BODY || reply->retry_after < 0 ||
        (reply->reason.len == 0 && !well) || reply->reason.len >= ILF__HTTP_REASON ||
        reply->fault == ILF__HTTP_RECORD || reply->cancelled)
        abort();
    if (reply->status == 0 && !reply->unreached)
        abort();
    for (size_t i = 0; i < reply->reason.len; i++)
        if ((unsigned char)reply->reason.ptr[i] < ' ')
            abort(); /* it is one line */
    if (canned_has_secret(reply->reason) && !canned_has_secret(all) &&
        !canned_has_secret(reply->body))
        abort(); /* it was ours */
}

/* The owner of a request whose max_reply is CANNED_MAX_BODY, and its done. */
struct canned_ended {
    int n;
    ilf_str said; /* by the server */
};

static inline void canned_done(void *owner, const struct ilf__http_reply *reply)
{
    struct canned_ended *e = owner;

    canned_check(reply, e->said);
    e->n++;
}

#endif
