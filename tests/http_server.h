/* An HTTP server for tests of clients: answers each request with the next of a list of scripts, and
 * keeps what it was sent. */
#ifndef ILF_TESTS_HTTP_SERVER_H
#define ILF_TESTS_HTTP_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <strings.h>
#include <sys/socket.h>

#include "ilf_test.h"

/* Scripts, instead of a reply that is sent as it is. */
#define SERVER_CLOSES "!close" /* without an answer */
#define SERVER_RESETS "!reset" /* likewise, with RST */
#define SERVER_STALLS "!stall" /* never answers */
#define SERVER_OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

enum { SERVER_REQUESTS = 32, SERVER_CONNECTIONS = 32, SERVER_REQUEST_SIZE = 1 << 20 };

struct test_server {
    char url[64]; /* "http://127.0.0.1:12345" */
    int listener, stop[2];
    pthread_t thread;
    const char *const *scripts; /* the last repeats */
    size_t n_scripts;

    pthread_mutex_t lock;
    char *requests[SERVER_REQUESTS]; /* heads and bodies, NUL-terminated */
    size_t lengths[SERVER_REQUESTS];
    size_t n_requests, n_connections;
};

struct test_connection {
    int fd;
    size_t len;
    char *buf;
};

/* The length of the first whole request of @c, or 0. */
static inline size_t server_request_length(const struct test_connection *c)
{
    char *end = memmem(c->buf, c->len, "\r\n\r\n", 4);
    const char *length;
    size_t head, body = 0;

    if (!end)
        return 0;
    head = (size_t)(end - c->buf) + 4;
    *end = '\0';
    length = strcasestr(c->buf, "\r\ncontent-length:");
    if (length)
        body = strtoul(length + 17, NULL, 10);
    *end = '\r';
    return c->len >= head + body ? head + body : 0;
}

static inline void server_hang_up(struct test_connection *c, bool reset)
{
    struct linger linger = {.l_onoff = 1};

    if (reset)
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    close(c->fd);
    free(c->buf);
    *c = (struct test_connection){.fd = -1};
}

/* Answer the request at the start of @c. False when the connection is over. */
static inline bool server_answer(struct test_server *s, struct test_connection *c, size_t len)
{
    const char *script;
    size_t i;

    pthread_mutex_lock(&s->lock);
    i = s->n_requests++;
    script = s->scripts[i < s->n_scripts ? i : s->n_scripts - 1];
    if (i < SERVER_REQUESTS) {
        s->requests[i] = calloc(1, len + 1);
        memcpy(s->requests[i], c->buf, len);
        s->lengths[i] = len;
    }
    pthread_mutex_unlock(&s->lock);
    memmove(c->buf, c->buf + len, c->len - len);
    c->len -= len;
    if (strcmp(script, SERVER_STALLS) == 0)
        return true;
    if (*script == '!') {
        server_hang_up(c, strcmp(script, SERVER_RESETS) == 0);
        return false;
    }
    (void)!send(c->fd, script, strlen(script), MSG_NOSIGNAL);
    if (strcasestr(script, "connection: close")) {
        server_hang_up(c, false);
        return false;
    }
    return true;
}

static inline void server_read(struct test_server *s, struct test_connection *c)
{
    ssize_t n = recv(c->fd, c->buf + c->len, SERVER_REQUEST_SIZE - c->len, 0);
    size_t len;

    if (n <= 0) {
        server_hang_up(c, false);
        return;
    }
    c->len += (size_t)n;
    while ((len = server_request_length(c)) > 0)
        if (!server_answer(s, c, len))
            return;
}

static inline void *server_run(void *context)
{
    struct test_connection connections[SERVER_CONNECTIONS];
    struct pollfd fds[SERVER_CONNECTIONS + 2];
    struct test_server *s = context;

    for (int i = 0; i < SERVER_CONNECTIONS; i++)
        connections[i] = (struct test_connection){.fd = -1};
    for (;;) {
        fds[0] = (struct pollfd){.fd = s->stop[0], .events = POLLIN};
        fds[1] = (struct pollfd){.fd = s->listener, .events = POLLIN};
        for (int i = 0; i < SERVER_CONNECTIONS; i++)
            fds[i + 2] = (struct pollfd){.fd = connections[i].fd, .events = POLLIN};
        if (poll(fds, SERVER_CONNECTIONS + 2, -1) < 0)
            continue;
        if (fds[0].revents)
            break;
        for (int i = 0; i < SERVER_CONNECTIONS; i++)
            if (connections[i].fd >= 0 && fds[i + 2].revents)
                server_read(s, &connections[i]);
        for (int i = 0; fds[1].revents && i < SERVER_CONNECTIONS; i++)
            if (connections[i].fd < 0) {
                connections[i].fd = accept(s->listener, NULL, NULL);
                connections[i].buf = malloc(SERVER_REQUEST_SIZE + 1);
                pthread_mutex_lock(&s->lock);
                s->n_connections++;
                pthread_mutex_unlock(&s->lock);
                break;
            }
    }
    for (int i = 0; i < SERVER_CONNECTIONS; i++)
        if (connections[i].fd >= 0)
            server_hang_up(&connections[i], false);
    return NULL;
}

/* Listen on a free port of the loopback. */
static inline int server_listen(char url[64])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(0, bind(fd, (struct sockaddr *)&address, sizeof(address)));
    assert_int_equal(0, listen(fd, 64));
    assert_int_equal(0, getsockname(fd, (struct sockaddr *)&address, &len));
    (void)snprintf(url, 64, "http://127.0.0.1:%d", ntohs(address.sin_port));
    return fd;
}

static inline void server_start(struct test_server *s, const char *const *scripts, size_t n)
{
    *s = (struct test_server){.scripts = scripts, .n_scripts = n};
    s->listener = server_listen(s->url);
    assert_int_equal(0, pipe(s->stop));
    assert_int_equal(0, pthread_mutex_init(&s->lock, NULL));
    assert_int_equal(0, pthread_create(&s->thread, NULL, server_run, s));
}

/* How many requests came so far. What they were can be read then: ThreadSanitizer does not see that
 * an answer comes after its request. */
static inline size_t server_n_requests(struct test_server *s)
{
    size_t n;

    pthread_mutex_lock(&s->lock);
    n = s->n_requests;
    pthread_mutex_unlock(&s->lock);
    return n;
}

static inline void server_end(struct test_server *s)
{
    assert_int_equal(1, write(s->stop[1], "x", 1));
    assert_int_equal(0, pthread_join(s->thread, NULL));
    close(s->stop[0]);
    close(s->stop[1]);
    close(s->listener);
    pthread_mutex_destroy(&s->lock);
    for (size_t i = 0; i < SERVER_REQUESTS; i++)
        free(s->requests[i]);
}

#endif
