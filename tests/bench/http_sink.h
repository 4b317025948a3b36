/* The sink of the HTTP benchmarks: a process of its own, whose CPU time is not ours, that reads
 * requests and answers each with an empty 200, or some with 429. */
#ifndef ILF_TESTS_BENCH_HTTP_SINK_H
#define ILF_TESTS_BENCH_HTTP_SINK_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SINK_CONNECTIONS = 64, SINK_HEAD = 4096 };

/* What it has seen, in memory that both processes have. */
struct http_sink {
    char url[64];
    pid_t pid;
    _Atomic(uint64_t) requests, bytes; /* bytes of bodies */
    _Atomic(uint64_t) taken;           /* requests that it has answered with 200 */
    _Atomic(int) throttled_percent;    /* of requests, spread evenly, with Retry-After of 1 s */
};

struct sink_connection {
    char head[SINK_HEAD];
    size_t len;
    uint64_t left; /* of the body */
};

static inline void sink_fail(const char *what)
{
    perror(what);
    exit(1);
}

/* Answer a request. False: the connection is gone. */
static inline bool sink_answer(struct http_sink *sink, int fd)
{
    static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    static const char not_now[] =
        "HTTP/1.1 429 Not now\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n";
    uint64_t before = atomic_fetch_add(&sink->requests, 1);
    bool throttled = before * 37 % 100 < (uint64_t)atomic_load(&sink->throttled_percent);

    if (!throttled)
        atomic_fetch_add(&sink->taken, 1);
    return send(fd, throttled ? not_now : ok, throttled ? sizeof(not_now) - 1 : sizeof(ok) - 1,
                MSG_NOSIGNAL) >= 0;
}

/* Take @n bytes at @at, which may hold ends and beginnings. */
static inline void sink_take(struct http_sink *sink, struct sink_connection *c, int fd,
                             const char *at, size_t n)
{
    while (n > 0) {
        size_t part = c->left < n ? (size_t)c->left : n;

        if (c->left == 0) {
            char *end;
            const char *length;

            c->head[c->len++] = *at++;
            n--;
            if (c->len < 4 || memcmp(c->head + c->len - 4, "\r\n\r\n", 4) != 0) {
                if (c->len == SINK_HEAD - 1)
                    sink_fail("bench: sink: a head too long");
                continue;
            }
            c->head[c->len] = '\0';
            length = strcasestr(c->head, "\r\ncontent-length:");
            c->left = length ? strtoull(length + 17, &end, 10) : 0;
            c->len = 0;
            atomic_fetch_add(&sink->bytes, c->left);
        } else {
            at += part;
            n -= part;
            c->left -= part;
        }
        if (c->left == 0 && c->len == 0 && !sink_answer(sink, fd))
            return;
    }
}

static inline void sink_run(struct http_sink *sink, int listener)
{
    static struct sink_connection connections[1024];
    static char buf[1 << 18];
    struct epoll_event event = {.events = EPOLLIN, .data = {.fd = listener}};
    int epoll = epoll_create1(EPOLL_CLOEXEC), one = 1;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) != 0)
        sink_fail("bench: sink: epoll");
    for (;;) {
        struct epoll_event events[SINK_CONNECTIONS];
        int n = epoll_wait(epoll, events, SINK_CONNECTIONS, -1);

        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            ssize_t got;

            if (fd == listener) {
                fd = accept(listener, NULL, NULL);
                if (fd < 0 || fd >= 1024)
                    continue;
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
                connections[fd].len = 0;
                connections[fd].left = 0;
                event.data.fd = fd;
                epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
                continue;
            }
            got = recv(fd, buf, sizeof(buf), 0);
            if (got > 0)
                sink_take(sink, &connections[fd], fd, buf, (size_t)got);
            else
                close(fd);
        }
    }
}

/* Start it. Ends with this process, or by kill of its pid. */
static inline struct http_sink *sink_start(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(address);
    pid_t pid;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct http_sink *sink =
        mmap(NULL, sizeof(*sink), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (sink == MAP_FAILED || listener < 0 ||
        bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(listener, SINK_CONNECTIONS) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &len) != 0)
        sink_fail("bench: sink");
    (void)snprintf(sink->url, sizeof(sink->url), "http://127.0.0.1:%d/", ntohs(address.sin_port));
    pid = fork();
    if (pid < 0)
        sink_fail("bench: sink: fork");
    if (pid == 0)
        sink_run(sink, listener);
    sink->pid = pid;
    close(listener);
    return sink;
}

#endif
