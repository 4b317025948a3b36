/* The sink of the crash tests: an HTTP server in a process that survives, driven by hand while a
 * child is running. It notes which numbers it has acknowledged, as "id":"17" in bodies. */
#ifndef ILF_TESTS_CRASH_SINK_H
#define ILF_TESTS_CRASH_SINK_H

#include "http_server.h"

enum { SINK_CONNECTIONS = 16 };

/* What is done with a request. */
enum sink_answer {
    SINK_TAKES,          /* 200 */
    SINK_TAKES_SILENTLY, /* the answer gets lost */
    SINK_BUSY,           /* 503 */
    SINK_REFUSES,        /* 400 */
    SINK_TOO_LARGE,      /* 413 */
    SINK_HANGS_UP,       /* with nothing taken */
};

struct sink {
    int listener;
    char url[64];
    struct test_connection connections[SINK_CONNECTIONS];
    enum sink_answer (*decide)(void *script, const uint64_t *ids, size_t n);
    void (*take)(uint64_t id);
    void *script;
};

static inline void sink_open(struct sink *s)
{
    s->listener = server_listen(s->url);
    for (int i = 0; i < SINK_CONNECTIONS; i++)
        s->connections[i].fd = -1;
}

/* In a child, which must not hold connections of its own to the parent open at both ends. */
static inline void sink_forget(struct sink *s)
{
    close(s->listener);
    for (int i = 0; i < SINK_CONNECTIONS; i++)
        if (s->connections[i].fd >= 0)
            close(s->connections[i].fd);
}

/* The ids in the request @text, NUL-terminated; @ids has room for 512. */
static inline size_t sink_ids(const char *text, uint64_t *ids)
{
    size_t n = 0;

    while ((text = strstr(text, "\"id\":\"")) && n < 512) {
        text += 6;
        // cppcheck-suppress objectIndex ; texts with one id come with room for one
        ids[n++] = strtoull(text, NULL, 10);
    }
    return n;
}

/* Answer the request of @len bytes at the start of @c. */
static inline void sink_answer(struct sink *s, struct test_connection *c, size_t len)
{
    static const char *const replies[] = {
        [SINK_TAKES] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        [SINK_BUSY] = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
        [SINK_REFUSES] = "HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n",
        [SINK_TOO_LARGE] = "HTTP/1.1 413 Large\r\nContent-Length: 0\r\n\r\n",
        [SINK_HANGS_UP] = NULL,
    };
    char after = c->buf[len];
    enum sink_answer answer;
    uint64_t ids[512];
    size_t n;

    c->buf[len] = '\0';
    n = sink_ids(c->buf, ids);
    c->buf[len] = after;
    memmove(c->buf, c->buf + len, c->len - len);
    c->len -= len;
    answer = s->decide(s->script, ids, n);
    for (size_t i = 0; i < n && answer <= SINK_TAKES_SILENTLY; i++)
        s->take(ids[i]);
    if (replies[answer])
        (void)!send(c->fd, replies[answer], strlen(replies[answer]), MSG_NOSIGNAL);
    else
        server_hang_up(c, false);
}

static inline void sink_read(struct sink *s, struct test_connection *c)
{
    ssize_t n = recv(c->fd, c->buf + c->len, SERVER_REQUEST_SIZE - c->len, 0);
    size_t len;

    if (n <= 0) {
        server_hang_up(c, false);
        return;
    }
    c->len += (size_t)n;
    while (c->fd >= 0 && (len = server_request_length(c)) > 0)
        sink_answer(s, c, len);
}

static inline void sink_accept(struct sink *s)
{
    for (int i = 0; i < SINK_CONNECTIONS; i++)
        if (s->connections[i].fd < 0) {
            s->connections[i].fd = accept(s->listener, NULL, NULL);
            s->connections[i].buf = malloc(SERVER_REQUEST_SIZE + 1);
            return;
        }
}

/* Serve until @until hangs up: the read end of a pipe that a child holds. */
static inline void sink_serve(struct sink *s, int until)
{
    struct pollfd fds[SINK_CONNECTIONS + 2];

    for (;;) {
        fds[0] = (struct pollfd){.fd = until, .events = POLLIN};
        fds[1] = (struct pollfd){.fd = s->listener, .events = POLLIN};
        for (int i = 0; i < SINK_CONNECTIONS; i++)
            fds[i + 2] = (struct pollfd){.fd = s->connections[i].fd, .events = POLLIN};
        if (poll(fds, SINK_CONNECTIONS + 2, -1) < 0)
            continue;
        for (int i = 0; i < SINK_CONNECTIONS; i++)
            if (s->connections[i].fd >= 0 && fds[i + 2].revents)
                sink_read(s, &s->connections[i]);
        if (fds[1].revents)
            sink_accept(s);
        if (fds[0].revents)
            return;
    }
}

#endif
